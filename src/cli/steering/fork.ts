import type { RunId } from "../../core/id.ts";
import { type Company, type Forked, newRunId } from "../../engine/company/index.ts";
import { commandIn } from "../command.ts";
import { EXIT } from "../exit.ts";
import { finish } from "../following/finish.ts";
import { plain } from "../output/index.ts";
import { changedParams } from "../runs/params.ts";
import type { Context } from "../surroundings.ts";
import { refuse } from "../with-company.ts";
import { withRun } from "../with-run.ts";

export type ForkOptions = {
  readonly from?: string;
  readonly retryFailed: boolean;
  readonly wait: boolean;
  readonly by?: string;
};

/**
 * `muster runs fork RUN [--from cp_5|SEQ] [key=value …]`: a new run that begins with what this one had
 * there, and is followed to its end. This one stays as it is.
 */
export async function runsFork(
  context: Context,
  name: string,
  given: { readonly pairs: readonly string[]; readonly options: ForkOptions },
): Promise<number> {
  const { options } = given;
  const how = { name, perform: true, begin: options.wait };
  return await withRun(context, how, (company, run) =>
    forkAndFollow(context, company, { run, ...given }),
  );
}

type Asked = {
  readonly run: RunId;
  readonly pairs: readonly string[];
  readonly options: ForkOptions;
};

/** Also what `runs resume --from` does: what has ended does not begin again. */
export async function forkAndFollow(
  context: Context,
  company: Company,
  { run, pairs, options }: Asked,
): Promise<number> {
  const { surroundings, terminal } = context;
  const workflow = company.definition(run);
  const read =
    workflow === null
      ? { params: {} }
      : changedParams(workflow, { pairs, file: null, cwd: surroundings.cwd });
  if ("problems" in read) return refuse(context, read.problems);
  const { from, retryFailed, by = surroundings.person } = options;
  const forked = await company.fork(run, {
    run: newRunId(surroundings.now(), undefined),
    params: read.params,
    retryFailed,
    by,
    ...(from === undefined ? {} : { from }),
  });
  if (forked.run === null) return refuse(context, forked.problems);
  if (!terminal.json)
    for (const line of forkWords(context, company, forked)) terminal.side.line(line);
  if (options.wait) return await finish(context, company, { run: forked.run, shownFrom: 0 });
  terminal.answer.line(terminal.json ? JSON.stringify(forked) : forked.run);
  return EXIT.done;
}

type Done = Extract<Forked, { readonly source: RunId }>;

function forkWords(context: Context, company: Company, forked: Done): readonly string[] {
  const { run, source, seq, checkpoint, stays, doubts, stale } = forked;
  const where = checkpoint === null ? `event ${seq}` : `${checkpoint} (event ${seq})`;
  const list = commandIn(context, company.folder)(`runs why-waiting ${run}`);
  return [
    `The new run ${run} begins where ${source} was at ${where}; ${source} stays as it is.`,
    stays === 0
      ? "Nothing had ended there: every step is done."
      : `${stays === 1 ? "1 step has ended and stays as it is" : `${stays} steps have ended and stay as they are`}; approvals, money and the duty to undo are not taken over.`,
    ...stale.map(
      ({ param, steps }) =>
        `warning: "${plain(param)}" is another now, and was used by what has ended and stays as it is: ${steps.map(plain).join(", ")}.`,
    ),
    ...(doubts === 0
      ? []
      : [
          `${doubts} ${doubts === 1 ? "call" : "calls"} may have been done: a person is asked. See: ${list}`,
        ]),
  ];
}
