import { join } from "node:path";
import type { RunId } from "../../core/id.ts";
import {
  type NoticeRecord,
  type Notifier,
  noticesOfRun,
  openNotifier,
  tellsAnybody,
} from "../notify/index.ts";
import { type Observer, observed } from "../observed-log.ts";
import { type Log, STATE_FOLDER } from "../store/index.ts";
import type { Office } from "./office.ts";
import type { CompanyOptions } from "./open-company.ts";

/** Who reads what the log keeps while this process is at work. */
export type Readers = {
  /** null in memory, or where one only looks. */
  readonly notifier: Notifier | null;
  /** Who was told of what in a run, by this process or by one before or beside it. */
  readonly notices: (run: RunId) => readonly NoticeRecord[];
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

export function openReaders(read: Read, log: Log, options: CompanyOptions): Readers {
  if (options.memory === true) return { notifier: null, notices: () => [] };
  const { folder, clock, library, runtime } = read;
  const state = join(folder, STATE_FOLDER);
  if (read.isLooking) return { notifier: null, notices: (run) => noticesOfRun(state, run) };
  const notifier = openNotifier({
    folder,
    state,
    log,
    workflow: (digest) => library.byDigest(digest),
    run: (id) => {
      const run = runtime.run(id as RunId);
      return run === null ? null : { workflow: run.workflow, isSub: run.parent !== null };
    },
    mayTell: () => library.now().some((workflow) => tellsAnybody(workflow)),
    now: () => clock.now(),
    environment: process.env,
    trouble: options.trouble ?? (() => undefined),
  });
  return { notifier, notices: (run) => notifier.noticesOf(run) };
}
