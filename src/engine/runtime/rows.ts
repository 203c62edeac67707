import { type Event, owed, type Run, type Turn } from "../../core/machine/index.ts";
import type { Append } from "../store/index.ts";

export type Rows = Pick<Append, "timersSet" | "timersEnded" | "listensSet" | "listensEnded">;

/** Timers and listeners as the store must have them after a decision. */
export function rowsOf(run: Run, events: readonly Event[], turns: readonly Turn[]): Rows {
  let rows = NO_ROWS;
  for (const { key, was, is } of turns) {
    const dueBefore = dueOf(was);
    const due = dueOf(is);
    if (due !== null && due !== dueBefore)
      rows = { ...rows, timersSet: [...rows.timersSet, { key, due }] };
    if (due === null && dueBefore !== null)
      rows = { ...rows, timersEnded: [...rows.timersEnded, key] };
    if (was?.type !== "listen" && is?.type === "listen") {
      const { event, match } = is;
      rows = { ...rows, listensSet: [...rows.listensSet, { key, event, match }] };
    }
    if (was?.type === "listen" && is?.type !== "listen")
      rows = { ...rows, listensEnded: [...rows.listensEnded, key] };
  }
  return events.some((event) => event.type === "run.resumed") ? withAllTimers(run, rows) : rows;
}

export const NO_ROWS: Rows = { timersSet: [], timersEnded: [], listensSet: [], listensEnded: [] };

/** A timer that fired while the run was paused has lost its row; on resuming all are written anew. */
function withAllTimers(run: Run, rows: Rows): Rows {
  const timersSet = owed(run).flatMap((effect) =>
    effect.type === "timer" ? [{ key: effect.key, due: effect.due }] : [],
  );
  return { ...rows, timersSet };
}

function dueOf(open: Turn["is"]): number | null {
  if (open === null || open.type === "attempt" || open.type === "report") return null;
  return open.due;
}
