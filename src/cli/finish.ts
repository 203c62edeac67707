import { type History, stateDocument, statusOf, viewOf } from "../core/history/index.ts";
import type { RunId } from "../core/id.ts";
import type { Json } from "../core/json.ts";
import type { Company } from "../engine/company/index.ts";
import { EXIT, exitOfRun } from "./exit.ts";
import { follow } from "./follow.ts";
import { plain, summaryLines } from "./output/index.ts";
import { showRun } from "./show.ts";
import type { Context } from "./surroundings.ts";

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
  const { terminal, surroundings } = context;
  const { history, interrupted } = await follow(company, run, {
    surroundings,
    show: showRun(context),
    ...(shownFrom === undefined ? {} : { shownFrom }),
  });
  if (interrupted && history.outcome === null) {
    terminal.side.line(`${run} stops here and goes on later: muster runs resume ${run}`);
    return EXIT.interrupted;
  }
  answer(context, company, history);
  const status = statusOf(history);
  const code = exitOfRun(status, history.error);
  if (code === EXIT.waits) waitLines(history, run).forEach((line) => terminal.side.line(line));
  return code;
}

/** The whole of a run as the answer on stdout. */
export function answer({ terminal }: Context, company: Company, history: History): void {
  const outputs = outputsOf(company, history);
  if (terminal.json) terminal.answer.line(JSON.stringify(stateDocument(history, () => outputs)));
  else
    for (const line of summaryLines(history, outputs, terminal.answer)) terminal.answer.line(line);
}

/** null where it has not ended. */
export function outputsOf(company: Company, history: History): Json {
  return history.outputs ? company.read(history.outputs) : null;
}

function waitLines(history: History, run: RunId): readonly string[] {
  const { gates, exceptions } = viewOf(history);
  return [
    ...gates.map(
      ({ key, ask, from }) =>
        `${from.map(plain).join(", ") || "A person"} decides: ${plain(ask)}\n  mend: muster inbox approve ${run}.${key}   or: muster inbox reject ${run}.${key} --reason WHY`,
    ),
    ...exceptions.map(
      ({ path, owner, look }) =>
        `${plain(owner) || "A person"} is needed at ${plain(path)}: ${plain(look)}\n  mend: muster runs resume ${run} --step ${plain(path)}   or with --skip, or --give FILE`,
    ),
  ];
}
