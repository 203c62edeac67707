import { emptyTable, get, remove, set, type Table } from "./table.ts";

/** First come, first served; whoever is in it can leave it from any place, by the ticket they drew. */
export type Queue<V> = {
  readonly head: number;
  readonly tail: number;
  readonly waiting: Table<number, V>;
};

const EMPTY: Queue<never> = { head: 0, tail: 0, waiting: emptyTable() };

export function emptyQueue<V>(): Queue<V> {
  return EMPTY;
}

/** The ticket of who joins is the queue's `tail` before. */
export function join<V>(queue: Queue<V>, value: V): Queue<V> {
  return { head: queue.head, tail: queue.tail + 1, waiting: set(queue.waiting, queue.tail, value) };
}

export function leave<V>(queue: Queue<V>, ticket: number): Queue<V> {
  const waiting = remove(queue.waiting, ticket);
  if (waiting.size === 0) return { head: queue.tail, tail: queue.tail, waiting };
  let head = queue.head;
  while (head < queue.tail && get(waiting, head) === undefined) head++;
  return { head, tail: queue.tail, waiting };
}

export function first<V>(queue: Queue<V>): V | undefined {
  return get(queue.waiting, queue.head);
}
