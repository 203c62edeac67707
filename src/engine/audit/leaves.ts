import { bytesOf, type Gone, hashesIn, type Log, type Row } from "../store/index.ts";

/** Rows read in one turn of the event loop. */
const ROWS_AT_ONCE_MOST = 500;

export type Leaves = { readonly position: number; readonly hashes: readonly Uint8Array[] };

/**
 * The hashes of the events after a position, as they were committed, some at a time: of those that left
 * the log with an archived stream, too. Ends where one is neither there nor noted, which is said.
 *
 * @returns by `return` the position that is missing; null at the end of the log
 */
export function* leavesOf(
  log: Pick<Log, "rows" | "gone">,
  after: number,
): Generator<Leaves, number | null> {
  for (let at = after; ; ) {
    const rows = log.rows(at, ROWS_AT_ONCE_MOST);
    const gone = log.gone(at, ROWS_AT_ONCE_MOST);
    const run: Run = { at, hashes: [], rows, row: 0, gone, left: 0 };
    while (takeRow(run) || takeGone(run));
    if (run.at === at) return rows.length > 0 || gone.length > 0 ? at + 1 : null;
    at = run.at;
    yield { position: at, hashes: run.hashes };
  }
}

type Run = {
  at: number;
  readonly hashes: Uint8Array[];
  readonly rows: readonly Row[];
  readonly gone: readonly Gone[];
  /** Those before are taken. */
  row: number;
  left: number;
};

function takeRow(run: Run): boolean {
  const next = run.rows[run.row];
  if (next === undefined || next.position - next.count !== run.at) return false;
  for (const digest of hashesIn(next)) run.hashes.push(bytesOf(digest));
  run.at = next.position;
  run.row += 1;
  return true;
}

/** Of what was read in part before, the rest. */
function takeGone(run: Run): boolean {
  const next = run.gone[run.left];
  if (next === undefined || next.position - next.count > run.at) return false;
  for (let place = run.at - next.position + next.count; place < next.count; place += 1)
    run.hashes.push(next.hashes.subarray(place * 32, place * 32 + 32));
  run.at = Math.max(run.at, next.position);
  run.left += 1;
  return true;
}
