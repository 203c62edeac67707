import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";

/**
 * The floor: the least that any honest engine on SQLite must do. Two rows of 320 bytes a step, group
 * committed with `synchronous=FULL`, in raw node:sqlite: no machine, no chain, no checks, no agents.
 */
const ROW = "x".repeat(320);

export type Floor = {
  readonly commit: (steps: readonly Step[]) => void;
  readonly close: () => void;
};
type Step = { readonly stream: number; readonly step: number };

export function openFloor(folder: string): Floor {
  const db = new DatabaseSync(join(folder, "floor.db"));
  db.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
  db.exec(
    "CREATE TABLE event (position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL, UNIQUE (stream, seq))",
  );
  const insert: StatementSync = db.prepare(
    "INSERT INTO event (stream, seq, body) VALUES (?, ?, ?)",
  );
  return {
    commit: (steps) => {
      db.exec("BEGIN IMMEDIATE");
      for (const { stream, step } of steps) {
        insert.run(stream, step * 2, ROW);
        insert.run(stream, step * 2 + 1, ROW);
      }
      db.exec("COMMIT");
    },
    close: () => db.close(),
  };
}

/** One run, one step after another: a commit each. */
export function floorSequential(floor: Floor, steps: number): void {
  for (let step = 0; step < steps; step++) floor.commit([{ stream: 1, step }]);
}

/** Many runs at once: each turn of the loop takes one step of every run in one commit. */
export function floorAtOnce(floor: Floor, runs: number, steps: number): void {
  for (let step = 0; step < steps; step++) {
    floor.commit(Array.from({ length: runs }, (_, stream) => ({ stream, step })));
  }
}

/** A fan-out with so many in flight: a commit for each wave. */
export function floorFanOut(floor: Floor, items: number, atOnce: number): void {
  for (let from = 0; from < items; from += atOnce) {
    const wave = Array.from({ length: Math.min(atOnce, items - from) }, (_, at) => ({
      stream: 1,
      step: from + at,
    }));
    floor.commit(wave);
  }
}
