import type { Envelope } from "../../core/audit/index.ts";
import type { RunId } from "../../core/id.ts";
import { isUnsettled, type Run, waitsOf } from "../../core/machine/index.ts";
import type { Standing } from "../store/index.ts";
import type { Log } from "../store/index.ts";
import type { Runtime } from "../runtime/index.ts";

export type FollowShell = {
  readonly log: Pick<Log, "read" | "standing">;
  readonly runtime: Pick<Runtime, "run" | "watch">;
};

/** The run's events after `after`, and those to come until it has ended and its end was reported. */
export async function* eventsOf(
  shell: FollowShell,
  run: RunId,
  options: { readonly after?: number; readonly follow?: boolean },
): AsyncGenerator<Envelope> {
  let seen = options.after ?? 0;
  for (;;) {
    const news = options.follow === true ? newsOf(shell, run) : null;
    for (const envelope of shell.log.read(run, seen)) {
      yield envelope;
      seen = envelope.seq;
    }
    const standing = shell.log.standing(run);
    const isOver = standing === null || (standing.endedAt !== null && standing.seq <= seen);
    if (news === null || isOver) {
      news?.end();
      return;
    }
    await news.came;
  }
}

/** Told once, when the run has events that were not there when this was asked. */
function newsOf(
  { runtime }: FollowShell,
  run: RunId,
): { readonly came: Promise<void>; readonly end: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = runtime.watch((told) => {
    if (told !== run) return;
    end();
    resolve();
  });
  return { came: promise, end };
}

/** Resolves when the run has ended, or nothing that this process brings will move it. */
export async function settled(shell: FollowShell, id: RunId): Promise<Standing> {
  for (;;) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = shell.runtime.watch(() => resolve());
    const run = shell.runtime.run(id);
    const standing = shell.log.standing(id);
    if (run === null || standing === null) {
      end();
      throw new Error(`There is no run ${id}.`);
    }
    if (isStill(run, shell.runtime)) {
      end();
      return standing;
    }
    await promise;
    end();
  }
}

/** Only people and events from outside can move it, or nobody. */
function isStill(run: Run, runtime: Pick<Runtime, "run">): boolean {
  if (run.phase === "finished") return !isUnsettled(run);
  const waits = waitsOf(run);
  if (run.unsettled && run.paused === null) return false;
  return waits.every(({ what }) => {
    switch (what.kind) {
      case "gate":
      case "event":
      case "exception":
        return true;
      case "child": {
        const child = runtime.run(what.run as RunId);
        return child !== null && child.phase !== "finished" && isStill(child, runtime);
      }
      case "agent":
      case "report":
        return run.paused !== null && what.kind === "agent" && !what.begun && !what.stopping;
      case "backoff":
      case "timer":
      case "place":
        return run.paused !== null;
    }
  });
}
