import type { Clock } from "../../src/engine/runtime/index.ts";

/**
 * The time of a world. It stands still while anything happens and goes on to the next moment at which
 * something does; the clock on the wall may be put forward or back meanwhile.
 */
export type Moments = Clock & {
  /** Lets the next thing happen; false when there is none. */
  readonly step: () => boolean;
  /** Puts the clock on the wall forward or back; what was to come in a minute still comes in a minute. */
  readonly shift: (ms: number) => void;
  /** Calls when the clock on the wall first shows this moment or a later one, however it came to that. */
  readonly shown: (at: number, call: () => void) => void;
  readonly pending: () => number;
  /** Milliseconds since the beginning, whatever the clock on the wall says. */
  readonly passed: () => number;
};

export const BEGINNING: number = Date.UTC(2026, 0, 1);

type Entry = {
  readonly due: number;
  readonly order: number;
  readonly call: () => void;
  isOff: boolean;
};

type Shown = { readonly at: number; readonly call: () => void };

export function openMoments(): Moments {
  const heap: Entry[] = [];
  let passed = 0;
  let shifted = 0;
  let order = 0;
  let count = 0;
  let awaited: readonly Shown[] = [];

  const now = (): number => BEGINNING + passed + shifted;
  const show = (): void => {
    const seen = awaited.filter(({ at }) => at <= now());
    if (seen.length === 0) return;
    awaited = awaited.filter(({ at }) => at > now());
    for (const { call } of seen) call();
  };
  const after = (ms: number, call: () => void): (() => void) => {
    const entry = { due: passed + Math.max(0, ms), order: order++, call, isOff: false };
    push(heap, entry);
    count++;
    return () => {
      if (!entry.isOff) count--;
      entry.isOff = true;
    };
  };
  return {
    now,
    after,
    soon: (call) => void after(0, call),
    shift: (ms) => {
      shifted += ms;
      show();
    },
    shown: (at, call) => {
      awaited = [...awaited, { at, call }];
      show();
    },
    pending: () => count,
    passed: () => passed,
    step: () => {
      for (let entry = pop(heap); entry !== undefined; entry = pop(heap)) {
        if (entry.isOff) continue;
        entry.isOff = true;
        count--;
        passed = Math.max(passed, entry.due);
        show();
        entry.call();
        return true;
      }
      return false;
    },
  };
}

function isBefore(one: Entry, two: Entry): boolean {
  return one.due < two.due || (one.due === two.due && one.order < two.order);
}

function push(heap: Entry[], entry: Entry): void {
  let at = heap.push(entry) - 1;
  while (at > 0) {
    const up = (at - 1) >> 1;
    const above = heap[up];
    if (above === undefined || !isBefore(entry, above)) break;
    heap[at] = above;
    at = up;
  }
  heap[at] = entry;
}

function pop(heap: Entry[]): Entry | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (top === undefined || last === undefined || heap.length === 0) return top;
  let at = 0;
  for (;;) {
    const left = heap[2 * at + 1];
    const right = heap[2 * at + 2];
    const least = right !== undefined && left !== undefined && isBefore(right, left) ? right : left;
    if (least === undefined || !isBefore(least, last)) break;
    heap[at] = least;
    at = least === right ? 2 * at + 2 : 2 * at + 1;
  }
  heap[at] = last;
  return top;
}
