import type { Difference } from "../../core/approval/index.ts";
import { failedStep, type History, viewOf } from "../../core/history/index.ts";
import { type CaseId, parseCaseId, type RunId } from "../../core/id.ts";
import { isObject, type Json } from "../../core/json.ts";
import { type Event, eventOf } from "../../core/machine/index.ts";
import { ended } from "../../core/problem.ts";
import { type Company, caseAtRest, inboxOf, zoneIn } from "../../engine/company/index.ts";
import { asTyped, commandIn } from "../command.ts";
import { exitOfRun } from "../exit.ts";
import { finish, outputsOf } from "../following/finish.ts";
import { follow } from "../following/follow.ts";
import { itemLines } from "../following/waiting-lines.ts";
import { plain, valueLine } from "../output/index.ts";
import type { Context } from "../surroundings.ts";

/** What waits next in a run, and what was written, is named up to so many. */
const NAMED_MOST = 10;

type Decided = {
  readonly run: RunId;
  /** Of the gate or task that was decided. */
  readonly key: number;
  /** The log up to there was before the decision. */
  readonly after: number;
  /** One sentence: what was decided. */
  readonly said: string;
  /** What the first write was to change, where people were shown it. */
  readonly difference?: Difference | null;
  /** With `--verbose`: every step as it goes on, and the whole summary. */
  readonly verbose: boolean;
};

/**
 * Goes on with a run after a person's word: one sentence of what was decided, what was written then and
 * looked at again, and what the case waits for next. @returns the exit code
 */
export async function afterDeciding(
  context: Context,
  company: Company,
  decided: Decided,
): Promise<number> {
  const { run, key, after, said, verbose } = decided;
  const { terminal, surroundings } = context;
  if (!terminal.json) terminal.answer.line(said);
  if (terminal.json || verbose) return await finish(context, company, { run, shownFrom: key });
  const { history, interrupted } = await follow(company, run, {
    surroundings,
    show: () => ({ changed: () => undefined, end: () => undefined }),
    shownFrom: after,
  });
  if (interrupted && history.outcome === null)
    return await finish(context, company, { run, shownFrom: history.seq });
  for (const line of await writtenLines(company, decided)) terminal.answer.line(line);
  for (const line of await nextLines(context, company, history))
    terminal.answer.line(asTyped(context, company.folder, line));
  // What a case's run gave is for its case.
  if ((await caseOf(company, run)) === null)
    for (const line of outputLines(outputsOf(company, history), terminal.answer.columns))
      terminal.answer.line(line);
  const more = commandIn(context, company.folder)(`runs show ${run}`);
  terminal.side.line(`All of it: ${more}`);
  return exitOfRun(viewOf(history).status, history.error);
}

/** What was written in the world since then, each with what came of looking at it again. */
async function writtenLines(
  company: Company,
  { run, after, difference = null }: Decided,
): Promise<readonly string[]> {
  const lines = new Map<number, string>();
  for await (const envelope of company.events(run, { after })) {
    const event = eventOf(envelope);
    const before = "key" in event ? lines.get(Number(event.key)) : undefined;
    const line = lineOf(event, before, lines.size === 0 ? difference : null);
    if (line !== null && "key" in event) lines.set(Number(event.key), line);
  }
  const shown = [...lines.values()].slice(-NAMED_MOST);
  return shown.map(ended);
}

function lineOf(
  event: Event,
  before: string | undefined,
  difference: Difference | null,
): string | null {
  if (event.type === "writeback.committed") {
    const { system, entity, id, reference } = event;
    const as = reference === undefined ? "" : `, as ${plain(reference)}`;
    const where = [system, entity, id].map(plain).filter(Boolean).join(" ");
    return `Written: ${where}${as}${changeWords(difference, `${entity} ${id}`)}`;
  }
  if (event.type === "writeback.verified") {
    const so = event.ok
      ? "it is as it should be."
      : `it is NOT as it should be: ${plain(event.why ?? "")}`;
    return `${before ?? "Written"}; looked at again, and ${so}`;
  }
  if (event.type === "writeback.failed")
    return `Nothing was written: ${plain(event.error.message)}`;
  if (event.type === "writeback.unknown")
    return `Nobody knows whether it was written: ${plain(event.error.message)}`;
  if (event.type === "gate.voided") return `What was allowed holds no more: ${plain(event.why)}`;
  return null;
}

/** What a preview has for the key that is drawn when it is written. */
const KEY = "the key of this call";

/** Fields that a sentence names of what was changed, and so much of each. */
const FIELDS_MOST = 3;
const VALUE_COLUMNS = 24;

function changeWords(difference: Difference | null, of: string): string {
  if (difference === null || difference.of !== of) return "";
  const named = difference.fields
    .filter(({ field, after }) => field !== "" && !isObject(after) && after !== KEY)
    .slice(0, FIELDS_MOST)
    .map(({ field, before, after }) => {
      const [was, is] = [before, after].map((one) => valueLine(one, VALUE_COLUMNS));
      return `${plain(field)} ${was} → ${is}`;
    });
  return named.length === 0 ? "" : `, ${named.join(", ")}`;
}

/** What the run gave at its end; the first few of it. */
function outputLines(outputs: Json, columns: number): readonly string[] {
  if (!isObject(outputs)) return [];
  return Object.entries(outputs)
    .slice(0, NAMED_MOST)
    .map(([name, value]) => `- ${plain(name)}: ${valueLine(value, columns - name.length - 4)}`);
}

/** How the run and its case stand, and what of them waits for people. */
async function nextLines(
  { surroundings }: Context,
  company: Company,
  history: History,
): Promise<readonly string[]> {
  const { run } = history;
  const view = viewOf(history);
  if (run === null) return [];
  const of = await caseOf(company, run);
  const now = of === null ? null : await caseAtRest(company, of);
  const stands = now === null ? "" : `; ${now.id} is ${now.status}`;
  const why = view.error === null ? "" : `: ${plain(view.error.message).replace(/\.$/, "")}`;
  const failed = failedStep(view);
  const where = failed === null || why.includes(failed.name) ? "" : ` at "${plain(failed.name)}"`;
  const how = `${plain(view.workflow)} ${view.status}${why === "" ? "" : `${where}${why}`}${stands}.`;
  if (history.outcome !== null) return [how];
  const runs = new Set<string>([run, ...(now?.runs ?? []).map((one) => one.run)]);
  const items = (await inboxOf(company)).filter((item) => item.run !== null && runs.has(item.run));
  const clock = { now: surroundings.now(), zone: zoneIn(company.folder) };
  const next = items.slice(0, NAMED_MOST).flatMap((item) => itemLines(item, clock));
  return next.length === 0 ? [how] : ["It waits for people now:", ...next];
}

/** The case that a run belongs to; null: none. */
async function caseOf(company: Company, run: RunId): Promise<CaseId | null> {
  for await (const envelope of company.events(run)) {
    const event = eventOf(envelope);
    const of = event.type === "run.accepted" ? event.case : undefined;
    return of === undefined ? null : parseCaseId(of);
  }
  return null;
}
