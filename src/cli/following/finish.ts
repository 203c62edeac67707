import { type History, statusOf, viewOf } from "../../core/history/index.ts";
import type { RunId } from "../../core/id.ts";
import type { Json } from "../../core/json.ts";
import { shellWord } from "../../core/shell-word.ts";
import type { Company } from "../../engine/company/index.ts";
import { asTyped, type Command, commandIn } from "../command.ts";
import { EXIT, exitOfRun } from "../exit.ts";
import { inFlightWords, plain, summaryLines } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { follow } from "./follow.ts";
import { showRun } from "./show.ts";

/**
 * Follows a run to its end and gives the answer: its summary, or with `--json` its state.
 *
 * @param shownFrom what happened up to this event is not shown line by line; without it, all that
 *   happened until now
 * @returns the exit code
 */
export async function finish(
  context: Context,
  company: Company,
  { run, shownFrom }: { readonly run: RunId; readonly shownFrom?: number },
): Promise<number> {
  const { surroundings } = context;
  const followed = await follow(company, run, {
    surroundings,
    show: showRun(context, company.folder),
    ...(shownFrom === undefined ? {} : { shownFrom }),
  });
  const { history, interrupted } = followed;
  if (interrupted && history.outcome === null) {
    context.terminal.side.line(howItGoesOn(context, company, history));
    return EXIT.interrupted;
  }
  return await conclude(context, company, { run, history });
}

function howItGoesOn(context: Context, company: Company, history: History): string {
  const { run } = history;
  if (company.isGuest) return `${run} goes on in the process that is at work in ${company.folder}.`;
  const resume = commandIn(context, company.folder)(`runs resume ${run}`);
  return `${run} stops here and goes on later: ${resume}\n  ${closingWords(history)}`;
}

/** What closing waits for, a few seconds at most. */
function closingWords(history: History): string {
  const { inFlight } = history.counts;
  if (inFlight === 0) return "Nothing of it is in flight, and nothing is lost.";
  const named = inFlightWords(history);
  return `Waiting a moment for ${named}. Ctrl-C once more ends at once, and nothing is lost.`;
}

/** The answer of a run that was followed. @returns the exit code */
async function conclude(
  context: Context,
  company: Company,
  { run, history }: { readonly run: RunId; readonly history: History },
): Promise<number> {
  await answer(context, company, history);
  const code = exitOfRun(statusOf(history), history.error);
  if (code === EXIT.waits)
    for (const line of [
      ...waitLines(history, run, commandIn(context, company.folder)),
      ...(await eventLines(context, company, run)),
    ])
      context.terminal.side.line(line);
  return code;
}

/** Events that are named one by one; `runs why-waiting` has more. */
const EVENTS_NAMED_MOST = 20;

async function eventLines(
  context: Context,
  company: Company,
  run: RunId,
): Promise<readonly string[]> {
  const events = ((await company.waiting(run)) ?? []).filter(({ kind }) => kind === "event");
  return events
    .slice(0, EVENTS_NAMED_MOST)
    .map(({ what, mend = "" }) =>
      asTyped(context, company.folder, `${plain(what)}\n  mend: ${plain(mend)}`),
    );
}

/** The whole of a run as the answer on stdout. */
export async function answer(context: Context, company: Company, history: History): Promise<void> {
  const { terminal } = context;
  if (history.run === null) return;
  const summary = await company.summary(history.run);
  if (terminal.json) {
    terminal.answer.line(JSON.stringify(await company.document(history.run)));
    return;
  }
  const command = commandIn(context, company.folder);
  const typed = (text: string): string => command(text.replace(/^muster /, ""));
  const results = { outputs: outputsOf(company, history), summary, typed };
  for (const line of summaryLines(history, results, terminal.answer)) terminal.answer.line(line);
}

/** null where it has not ended. */
export function outputsOf(company: Company, history: History): Json {
  return history.outputs ? company.read(history.outputs) : null;
}

function waitLines(history: History, run: RunId, command: Command): readonly string[] {
  const { gates, tasks, exceptions, holds } = viewOf(history);
  const people = (names: readonly string[]): string => names.map(plain).join(" or ") || "A person";
  return [
    ...gates.map(({ key, ask, from }) => {
      const [yes, no] = [`inbox approve ${run}.${key}`, `inbox reject ${run}.${key} --why WHY`];
      return `${people(from)} decides: ${plain(ask)}\n  mend: ${command(yes)}   or: ${command(no)}`;
    }),
    ...tasks.map(({ path, to, claimed }) => {
      const who = claimed === null ? people(to) : plain(claimed.by);
      const item = `${run}/${shellWord(path)}`;
      const show = command(`inbox show ${item}`);
      return `${who} is to do ${plain(path)}.\n  mend: ${show}   then: ${command(`inbox answer ${item} field=value`)}`;
    }),
    ...holds.map(({ path, by }) => {
      const [give, back] = ["give", "handback"].map(
        (verb) => `runs ${verb} ${run} ${shellWord(path)}`,
      );
      return `${plain(by)} has ${plain(path)} in hand.\n  mend: ${command(`${give} FILE --why WHY`)}   or: ${command(`${back} --why WHY`)}`;
    }),
    ...exceptions.map(({ path, owner, look, why }) => {
      const again = why === "unknown" ? " --retry" : "";
      const resume = command(`runs resume ${run} --step ${shellWord(plain(path))}${again}`);
      return `${plain(owner) || "A person"} is needed at ${plain(path)}: ${plain(look)}\n  mend: ${resume}   or with --give FILE, or --skip`;
    }),
  ];
}
