import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * What any durable runner must do on SQLite, and nothing else: two rows of 320 bytes a step, all that
 * came in one turn of the event loop in one transaction with `synchronous=FULL`, and each step told when
 * it is on disk. No machine, no chain, no checks, no limits, no agents, nothing to recover by.
 */
export type Floor = {
  /** Writes one step of a run. Resolves when it is on disk. */
  readonly step: (run: number, step: number) => Promise<void>;
  readonly close: () => void;
};

const ROW_BYTES = 320;
type Waiting = { readonly run: number; readonly step: number; readonly written: () => void };

export function openFloor(folder: string): Floor {
  const db = new DatabaseSync(join(folder, "floor.db"));
  db.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
  db.exec(
    "CREATE TABLE event (position INTEGER PRIMARY KEY, run TEXT NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL, UNIQUE (run, seq))",
  );
  const insert = db.prepare("INSERT INTO event (run, seq, body) VALUES (?, ?, ?)");
  let waiting: Waiting[] = [];
  const commit = (): void => {
    const group = waiting;
    waiting = [];
    db.exec("BEGIN IMMEDIATE");
    for (const { run, step } of group) {
      insert.run(`run-${run}`, step * 2, row(run, step, "step.started"));
      insert.run(`run-${run}`, step * 2 + 1, row(run, step, "step.finished"));
    }
    db.exec("COMMIT");
    for (const { written } of group) written();
  };
  return {
    step: (run, step) =>
      new Promise((written) => {
        if (waiting.length === 0) setImmediate(commit);
        waiting.push({ run, step, written });
      }),
    close: () => db.close(),
  };
}

function row(run: number, step: number, type: string): string {
  return JSON.stringify({ run, step, type, at: Date.now() }).padEnd(ROW_BYTES);
}

/** One run, one step after another: a commit each. */
export async function floorSequential(floor: Floor, steps: number, run = 0): Promise<void> {
  for (let step = 0; step < steps; step++) await floor.step(run, step);
}

/** Many runs at once, each one step after another. */
export async function floorAtOnce(
  floor: Floor,
  ...[runs, steps, from = 0]: readonly [runs: number, steps: number, from?: number]
): Promise<void> {
  await Promise.all(
    Array.from({ length: runs }, (_, run) => floorSequential(floor, steps, from + run)),
  );
}

/** So many items, so many in flight at once; each item is a step of its own. */
export async function floorFanOut(floor: Floor, items: number, atOnce: number): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items) {
      next += 1;
      await floor.step(next, 0);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
