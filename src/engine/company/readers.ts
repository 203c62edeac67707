import { join } from "node:path";
import type { Workflow } from "../../core/definition/index.ts";
import { emptyHistory, readEvent } from "../../core/history/index.ts";
import { type Digest, parseRunId, type RunId } from "../../core/id.ts";
import { eventOf } from "../../core/machine/index.ts";
import { MusterError, type Problem } from "../../core/problem.ts";
import {
  type NoticeRecord,
  type Notifier,
  noticesOfRun,
  openNotifier,
  openProgressUpdates,
  type ProgressUpdates,
  type Subject,
  tellsAnybody,
} from "../notify/index.ts";
import { type Now, openFigures, openMeter } from "../observe/index.ts";
import { type Observer, observed } from "../observed-log.ts";
import { type Log, STATE_FOLDER } from "../store/index.ts";
import type { Company } from "./company.ts";
import type { Office } from "./office.ts";
import type { CompanyOptions } from "./open-company.ts";

/** Who reads what the log keeps while this process is at work. */
export type Readers = {
  /** Those who hear of each commit. */
  readonly observers: readonly Observer[];
  readonly start: () => void;
  /** Who was told of what in a run, by this process or by one before or beside it. */
  readonly notices: (run: RunId) => readonly NoticeRecord[];
  readonly metrics: Company["metrics"];
  readonly close: () => Promise<void>;
};

type Read = Pick<Office, "folder" | "isLooking" | "clock" | "library" | "runtime">;

/**
 * A log whose commits are heard of by those who read it, once `hear` has named them: they read from
 * what stands on the log, which is opened first.
 */
export function heardLog(log: Log): {
  readonly log: Log;
  readonly hear: (observers: readonly Observer[]) => void;
} {
  let heard: readonly Observer[] = [];
  return {
    log: observed(log, (...told) => {
      for (const observer of heard) observer(...told);
    }),
    hear: (observers) => {
      heard = observers;
    },
  };
}

/** Says when there is more, and when a run has ended: what each commit holds is known without a look. */
export function endings(ended: () => void, told: () => void): Observer {
  return (batch) => {
    told();
    if (batch.some(({ standing }) => standing !== null && standing.endedAt !== null)) ended();
  };
}

/** In memory nobody is told of anything; who only looks reads what others have kept. */
export function openReaders(read: Read, log: Log, options: CompanyOptions): Readers {
  const state = join(read.folder, STATE_FOLDER);
  if (read.isLooking) return lookingOn(state);
  const meter = openMeter(meterShell(read));
  if (options.memory === true) {
    const figures = openFigures(meter, () => now(read, log, null));
    return {
      observers: [meter.observer],
      start: () => undefined,
      notices: () => [],
      metrics: (format = "prometheus") => figures.text(format),
      close: async () => figures.close(),
    };
  }
  const notifier = notifierOf(read, log, { state, options });
  const updates = updatesOf(read, log, { notifier, options });
  const figures = openFigures(meter, () => now(read, log, notifier));
  return {
    observers: [meter.observer, notifier.observer, updates.observer],
    start: () => {
      void notifier.start();
      updates.start();
    },
    notices: (run) => notifier.noticesOf(run),
    metrics: (format = "prometheus") => figures.text(format),
    close: async () => {
      updates.close();
      figures.close();
      await notifier.close();
    },
  };
}

function lookingOn(state: string): Readers {
  return {
    observers: [],
    start: () => undefined,
    notices: (run) => noticesOfRun(state, run),
    metrics: () => Promise.reject(new MusterError(NO_FIGURES)),
    close: async () => undefined,
  };
}

const NO_FIGURES: Problem = {
  code: "not-allowed",
  message: "This company was opened only to look at; the figures are those of the process at work.",
  mend: "Ask that one: GET /metrics at .muster/socket.",
};

type Beside = { readonly options: CompanyOptions };

function notifierOf(
  { folder, clock, library, runtime }: Read,
  log: Log,
  { state, options }: Beside & { readonly state: string },
): Notifier {
  return openNotifier({
    folder,
    state,
    log,
    workflow: (digest) => library.byDigest(digest),
    run: (id) => subjectIn(runtime, id),
    mayTell: () => library.now().some((workflow) => tellsAnybody(workflow)),
    now: () => clock.now(),
    environment: process.env,
    trouble: options.trouble ?? (() => undefined),
  });
}

function subjectIn(runtime: Read["runtime"], id: string): Subject | null {
  const run = runtime.run(id as RunId);
  return run === null ? null : { workflow: run.workflow, isSub: run.parent !== null };
}

/** Runs that have not ended when the folder is opened. */
const OPEN_MOST = 1_000;
const OPEN = ["accepted", "running", "waiting", "paused"];

function updatesOf(
  { clock, library, runtime }: Read,
  log: Log,
  { notifier, options }: Beside & { readonly notifier: Notifier },
): ProgressUpdates {
  const wants = (): boolean =>
    library.now().some(({ monitoring }) => monitoring.progress !== undefined);
  return openProgressUpdates({
    subject: (id) => subjectIn(runtime, id),
    isWanted: (definition) =>
      library.byDigest(definition as Digest)?.monitoring.progress !== undefined,
    open: () =>
      wants() ? log.standings({ status: OPEN, most: OPEN_MOST }).map(({ stream }) => stream) : [],
    isMoving: (id) => ["accepted", "running"].includes(log.standing(id as RunId)?.status ?? ""),
    history: async (id, before) => {
      const run = id as RunId;
      const workflow = runtime.run(run)?.workflow;
      if (before === null && workflow === undefined) throw noSuchRun(run);
      let history = before ?? emptyHistory(workflow as Workflow);
      for (const envelope of log.read(run, history.seq))
        history = readEvent(history, eventOf(envelope));
      return history;
    },
    now: () => clock.now(),
    tell: options.progress ?? (() => undefined),
    send: (notices) => notifier.send(notices),
  });
}

function noSuchRun(run: string): MusterError {
  return new MusterError({ code: "not-found", message: `There is no run ${run}.` });
}

function meterShell({ library, runtime }: Read): Parameters<typeof openMeter>[0] {
  const counts = (workflow: Workflow | null): boolean => workflow?.monitoring.metrics !== false;
  return {
    isCounted: (definition) => counts(library.byDigest(definition as Digest)),
    known: (id) => {
      const run = parseRunId(id) === null ? null : runtime.run(id as RunId);
      if (run === null || !counts(run.workflow)) return null;
      return { workflow: run.workflow.name, at: run.acceptedAt };
    },
  };
}

function now({ runtime }: Read, log: Log, notifier: Notifier | null): Now {
  return {
    runs: log.tally(),
    ...runtime.figures(),
    notices: notifier?.tally() ?? [],
    noticesWaiting: notifier?.waiting() ?? 0,
  };
}
