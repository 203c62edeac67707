import type { Envelope } from "../../../core/audit/index.ts";
import { type CaseId, parseRunId, type RunId } from "../../../core/id.ts";
import { isUnsettled, type Run, type Wait, waitsOf } from "../../../core/machine/index.ts";
import { unreachable } from "../../../core/unreachable.ts";
import type { Runtime } from "../../runtime/index.ts";
import type { Log, Standing } from "../../store/index.ts";

export type FollowShell = {
  readonly log: Pick<Log, "read" | "standing">;
  readonly runtime: Pick<Runtime, "run" | "standing" | "watch" | "isBusy" | "isClosed">;
};

/** The run's events after `after`, and those to come until it has ended or the company is closed. */
export async function* eventsOf(
  shell: FollowShell,
  of: RunId | CaseId,
  options: { readonly after?: number; readonly follow?: boolean; readonly abort?: AbortSignal },
): AsyncGenerator<Envelope> {
  const { abort } = options;
  // A case is read as far as it goes.
  const run = parseRunId(of);
  let seen = options.after ?? 0;
  for (;;) {
    const news = options.follow === true && run !== null ? newsOf(shell, [run], abort) : null;
    for (const envelope of shell.log.read(of, seen)) {
      yield envelope;
      seen = envelope.seq;
    }
    const standing = shell.log.standing(of);
    const isOver = standing === null || (standing.endedAt !== null && standing.seq <= seen);
    if (news === null || isOver) {
      news?.end();
      return;
    }
    await news.came;
    news.end();
    if (shell.runtime.isClosed() || abort?.aborted === true) return;
  }
}

/** Told once, when one of these runs has events that were not there when this was asked, or when it is aborted. */
function newsOf(
  { runtime }: FollowShell,
  runs: readonly RunId[],
  abort: AbortSignal | undefined,
): { readonly came: Promise<void>; readonly end: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const told = (): void => resolve();
  const ends = runs.map((run) => runtime.watch(run, told));
  if (abort?.aborted === true) told();
  abort?.addEventListener("abort", told);
  const end = (): void => {
    for (const one of ends) one();
    abort?.removeEventListener("abort", told);
  };
  return { came: promise, end };
}

/** Resolves when the run has ended, or nothing that this process brings will move it; null when there is no such run. */
export async function settled(
  shell: FollowShell,
  id: RunId,
  abort?: AbortSignal,
): Promise<Standing | null> {
  const { log, runtime } = shell;
  for (;;) {
    if (runtime.isBusy(id)) await rested(runtime, id, abort);
    const standing = runtime.standing(id) ?? log.standing(id);
    if (standing === null || runtime.isClosed() || abort?.aborted === true) return standing;
    // The end of a run is told by the list; folding it once more would be work for nothing.
    if (standing.endedAt !== null && !standing.unsettled) return standing;
    if (runtime.isBusy(id)) continue;
    const run = runtime.run(id);
    const moving = run === null ? [] : movingIn(run, runtime);
    if (moving.length === 0) return log.standing(id);
    const news = newsOf(shell, moving, abort);
    await news.came;
    news.end();
  }
}

/** Resolves when nothing of the run is in this process's hands, or the process closes, or it is aborted. */
function rested(
  runtime: FollowShell["runtime"],
  id: RunId,
  abort: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (runtime.isBusy(id) && !runtime.isClosed() && abort?.aborted !== true) return;
      end();
      abort?.removeEventListener("abort", look);
      resolve();
    };
    const end = runtime.watch(id, look);
    abort?.addEventListener("abort", look);
    if (abort?.aborted === true) look();
  });
}

type Looked = Pick<Runtime, "run" | "isBusy">;

/** The run and its sub-runs that may still move by themselves: not those that only people or events can move. */
function movingIn(run: Run, runtime: Looked): readonly RunId[] {
  if (run.phase === "finished") return isUnsettled(run) ? [run.id] : [];
  if (runtime.isBusy(run.id) || (run.unsettled && run.paused === null)) return [run.id];
  const moving = waitsOf(run).flatMap(({ what }) => {
    if (what.kind === "child") return movingBelow(run.id, what.run as RunId, runtime);
    return isMoving(what, run.paused !== null) ? [run.id] : [];
  });
  return [...new Set(moving)];
}

/** A sub-run that has ended moves its parent; one that is not there yet may come to wait, and tell its parent nothing. */
function movingBelow(parent: RunId, child: RunId, runtime: Looked): readonly RunId[] {
  const run = runtime.run(child);
  if (run === null) return [parent, child];
  if (run.phase === "finished") return [parent];
  const below = movingIn(run, runtime);
  return below.length === 0 ? [] : [parent, ...below];
}

/** Whether this process brings what is waited for. A paused run begins nothing. */
// oxlint-disable-next-line complexity -- a flat switch, one case for each thing that is waited for
function isMoving(what: Wait["what"], isPaused: boolean): boolean {
  switch (what.kind) {
    case "gate":
    case "person":
    case "event":
    case "exception":
    case "held":
      return false;
    case "backoff":
    case "timer":
    case "place":
    case "agent":
      return !isPaused;
    case "budget":
      return what.until !== null && !isPaused;
    case "child":
    case "report":
    // What was begun is awaited, whether or not the run is paused.
    case "use":
      return true;
    default:
      return unreachable(what);
  }
}
