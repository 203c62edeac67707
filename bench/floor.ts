import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setImmediate as turn } from "node:timers/promises";

/**
 * The barest there is on SQLite: two fixed rows of 320 bytes a step, inserted in a plain loop, all
 * steps of one turn of the event loop in one transaction with `synchronous=FULL`. No JSON, no promise
 * for a step, no machine, no chain, no checks, no limits, no agents, nothing to recover by.
 */
export type Floor = {
  /** Writes this step of so many runs, one transaction, and ends the turn. */
  readonly round: (runs: number, from: number, step: number) => Promise<void>;
  readonly close: () => void;
};

const ROW = "x".repeat(320);

export function openFloor(folder: string): Floor {
  const db = new DatabaseSync(join(folder, "floor.db"));
  db.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
  db.exec(
    "CREATE TABLE event (position INTEGER PRIMARY KEY, run INTEGER NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL, UNIQUE (run, seq))",
  );
  const insert = db.prepare("INSERT INTO event (run, seq, body) VALUES (?, ?, ?)");
  return {
    round: (runs, from, step) => {
      db.exec("BEGIN IMMEDIATE");
      for (let run = from; run < from + runs; run++) {
        insert.run(run, step * 2, ROW);
        insert.run(run, step * 2 + 1, ROW);
      }
      db.exec("COMMIT");
      return turn();
    },
    close: () => db.close(),
  };
}

/** One run, one step after another: a commit each. */
export async function floorSequential(floor: Floor, steps: number, run = 0): Promise<void> {
  for (let step = 0; step < steps; step++) await floor.round(1, run, step);
}

/** Many runs at once, each one step after another. */
export async function floorAtOnce(
  floor: Floor,
  ...[runs, steps, from = 0]: readonly [runs: number, steps: number, from?: number]
): Promise<void> {
  for (let step = 0; step < steps; step++) await floor.round(runs, from, step);
}

/** So many items, so many in flight at once; each item is a step of its own. */
export async function floorFanOut(floor: Floor, items: number, atOnce: number): Promise<void> {
  for (let item = 0; item < items; item += atOnce)
    await floor.round(Math.min(atOnce, items - item), item, 0);
}
