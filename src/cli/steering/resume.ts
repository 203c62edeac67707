import {
  type ExceptionRecord,
  exceptionsOf,
  type History,
  statusOf,
} from "../../core/history/index.ts";
import type { RunId } from "../../core/id.ts";
import type { Told } from "../../core/machine/index.ts";
import type { Problem } from "../../core/problem.ts";
import { shellWord } from "../../core/shell-word.ts";
import { EXIT } from "../exit.ts";
import { finish } from "../following/finish.ts";
import { readHistory } from "../following/read-history.ts";
import type { Context } from "../surroundings.ts";
import { refuse } from "../with-company.ts";
import { withRun } from "../with-run.ts";
import { forkAndFollow } from "./fork.ts";
import { outputsIn } from "./outputs-file.ts";
import { sayTold } from "./steer.ts";

export type ResumeOptions = {
  readonly step?: string;
  readonly retry: boolean;
  readonly skip: boolean;
  readonly give?: string;
  readonly why: string;
  /** false with `--no-wait`. */
  readonly wait: boolean;
  readonly by?: string;
  /** A run that has ended is resumed from there, as a new one. */
  readonly from?: string;
  readonly retryFailed: boolean;
  /** `key=value`, for the new one. */
  readonly pairs: readonly string[];
};

/**
 * `muster runs resume RUN`: goes on with a paused or interrupted run, tries again what failed (or
 * skips it, or gives its outputs), and follows it to its end. What may have been done already is tried
 * again only by whoever says so: --retry.
 */
export async function runsResume(
  context: Context,
  name: string,
  options: ResumeOptions,
): Promise<number> {
  return await withRun(
    context,
    { name, perform: true, begin: options.wait },
    async (company, run) => {
      const history = await readHistory(company, run);
      const { from, retryFailed, pairs } = options;
      if (from !== undefined || retryFailed || pairs.length > 0) {
        if (history.outcome === null) return refuse(context, [goesOn(run)]);
        return await forkAndFollow(context, company, {
          run,
          pairs,
          options,
        });
      }
      const signals = signalsFor(history, run, { options, cwd: context.surroundings.cwd });
      if ("code" in signals) return refuse(context, [signals]);
      const by = options.by ?? context.surroundings.person;
      const told: Told[] = [];
      const tell = async (signal: Told): Promise<readonly Problem[]> => {
        told.push(signal);
        return await company.send(run, signal, { by });
      };
      for (const signal of signals.tell) {
        const problems = await tell(signal);
        if (problems.length > 0) return refuse(context, problems);
      }
      if (statusOf(await readHistory(company, run)) === "paused") {
        const problems = await tell(resumeOf(options));
        if (problems.length > 0) return refuse(context, problems);
      }
      if (!options.wait) {
        await sayTold(context, company, { run, since: history.seq, signals: told, isLast: true });
        return EXIT.done;
      }
      return await finish(context, company, { run, shownFrom: history.seq });
    },
  );
}

function goesOn(run: RunId): Problem {
  return {
    code: "conflict",
    message: `${run} has not ended: it goes on from where it is, with the params it has.`,
    mend: `Give it others: muster runs amend ${run} key=value --why WHY. Or begin another run from there: muster runs fork ${run} key=value`,
  };
}

function resumeOf({ why }: ResumeOptions): Told {
  return { type: "resume", ...(why === "" ? {} : { why }) };
}

type Ask = { readonly options: ResumeOptions; readonly cwd: string };

/** What the run is told, one signal for each exception that is meant; or why that cannot be. */
function signalsFor(
  history: History,
  run: RunId,
  { options, cwd }: Ask,
): { readonly tell: readonly Told[] } | Problem {
  if (history.outcome !== null) return ended(run, history.outcome);
  const { step, skip, give, why } = options;
  const open = exceptionsOf(history);
  const meant = step === undefined ? open : open.filter((exception) => isMeant(exception, step));
  if (step !== undefined && meant.length === 0) return notHeld(run, step, open);
  if (!skip && give === undefined) return again(run, meant, options);
  const [only] = meant;
  if (!only || meant.length > 1) return whichOne(run, open);
  if (skip) return { tell: [{ type: "skip", key: only.key, why }] };
  const output = outputsIn(cwd, give ?? "");
  if ("code" in output) return output;
  return { tell: [{ type: "give", key: only.key, output, why }] };
}

/** What may have been done already is tried again only by whoever says so. */
function again(
  run: RunId,
  meant: readonly ExceptionRecord[],
  { step, retry, why }: ResumeOptions,
): { readonly tell: readonly Told[] } | Problem {
  const tried = meant.filter((exception) => retry || exception.why !== "unknown");
  const [doubtful] = meant;
  if (step !== undefined && tried.length === 0 && doubtful) return inDoubt(run, doubtful);
  return { tell: tried.map(({ key }) => ({ type: "retry", key, why })) };
}

/** By its path, or the id at the path's end. */
function isMeant({ path }: ExceptionRecord, step: string): boolean {
  return path === step || path.endsWith(`/${step}`);
}

function inDoubt(run: RunId, { path, look }: ExceptionRecord): Problem {
  return {
    code: "conflict",
    message: `The step ${path} of ${run} is not tried again just so. ${look}`,
    mend: `muster runs resume ${run} --step ${shellWord(path)} --retry   or with --give FILE, or --skip`,
  };
}

function ended(run: RunId, outcome: string): Problem {
  return {
    code: "already-ended",
    message: `${run} has ended: it is ${outcome}. There is nothing to go on with.`,
    mend: `Resume it as a new run: muster runs resume ${run} --retry-failed   or from one of its checkpoints, with --from: muster checkpoints list ${run}`,
  };
}

function notHeld(run: RunId, step: string, open: readonly ExceptionRecord[]): Problem {
  return {
    code: "not-found",
    message: `No exception of ${run} is at the step "${step}".`,
    mend: named(open),
  };
}

function whichOne(run: RunId, open: readonly ExceptionRecord[]): Problem {
  return {
    code: "bad-input",
    message: `${run} has ${open.length} open exceptions; --skip and --give are for one.`,
    mend: open.length > 0 ? `Name it: --step PATH. ${named(open)}` : "Leave --skip and --give out.",
  };
}

function named(open: readonly ExceptionRecord[]): string {
  if (open.length === 0) return "There are none: leave --step out.";
  return `They are at: ${open.map(({ path }) => path).join(", ")}.`;
}
