import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";

/**
 * A floor: what a small engine on SQLite does. For each step two events are made and written as two
 * rows of 320 bytes, all that is asked for in one turn of the event loop in one transaction with
 * `synchronous=FULL`, and who asked is told when it is on disk. No machine, no chain, no checks, no
 * agents, nothing to recover by. The barest loop of inserts, without JSON and promises, does up to
 * twice as many steps (docs/benchmarks.md).
 */
export type Floor = {
  /** Resolves when the step's two rows are on disk. */
  readonly step: (run: number, step: number) => Promise<void>;
  readonly close: () => void;
};

type Row = readonly [run: number, seq: number, body: string];

const ROW_BYTES = 320;

export function openFloor(folder: string): Floor {
  const db = new DatabaseSync(join(folder, "floor.db"));
  db.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
  db.exec(
    "CREATE TABLE event (position INTEGER PRIMARY KEY, run INTEGER NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL, UNIQUE (run, seq))",
  );
  const insert = db.prepare("INSERT INTO event (run, seq, body) VALUES (?, ?, ?)");
  let rows: Row[] = [];
  let told: (() => void)[] = [];
  const commit = (): void => {
    const [writing, telling] = [rows, told];
    [rows, told] = [[], []];
    written(db, insert, writing);
    for (const tell of telling) tell();
  };
  return {
    step: (run, step) => {
      rows.push([run, step * 2, event(run, step * 2, "started")]);
      rows.push([run, step * 2 + 1, event(run, step * 2 + 1, "finished")]);
      return new Promise((tell) => {
        told.push(tell);
        if (told.length === 1) setImmediate(commit);
      });
    },
    close: () => db.close(),
  };
}

function written(db: DatabaseSync, insert: StatementSync, rows: readonly Row[]): void {
  db.exec("BEGIN IMMEDIATE");
  for (const [run, seq, body] of rows) insert.run(run, seq, body);
  db.exec("COMMIT");
}

function event(run: number, seq: number, type: string): string {
  const body = { run: `run_${run}`, seq, type, at: Date.now(), padding: "" };
  const length = JSON.stringify(body).length;
  return JSON.stringify({ ...body, padding: "x".repeat(Math.max(0, ROW_BYTES - length)) });
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

/** So many items, at most so many in flight. */
export async function floorFanOut(floor: Floor, items: number, atOnce: number): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items) await floor.step(0, next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
