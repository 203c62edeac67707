import type { Resident } from "../resident.ts";

/**
 * Runs with mail, the longest waiting first. Those that have begun go before those that are to begin:
 * what is begun ends sooner, and few runs are half done at a time, which is what memory and the
 * processor's cache hold.
 */
export type Callers = {
  readonly add: (resident: Resident) => void;
  /** At most so many; of those that are to begin a few at least, so that none waits for ever. */
  readonly take: (most: number) => readonly Resident[];
  readonly begun: () => number;
  readonly count: () => number;
};

/** One place in so many is for a run that is to begin. */
const FRESH_ONE_IN = 8;

export function newCallers(): Callers {
  const begun = newLine();
  const fresh = newLine();
  return {
    add: (resident) => (resident.run.seq === 0 ? fresh : begun).waiting.push(resident),
    take: (most) => {
      const kept = Math.min(lengthOf(fresh), Math.floor(most / FRESH_ONE_IN));
      const first = taken(begun, most - kept);
      return lengthOf(fresh) === 0 ? first : [...first, ...taken(fresh, most - first.length)];
    },
    begun: () => lengthOf(begun),
    count: () => lengthOf(begun) + lengthOf(fresh),
  };
}

/** Those before `next` are taken; they leave the list when they are most of it. */
type Line = { waiting: Resident[]; next: number };

function newLine(): Line {
  return { waiting: [], next: 0 };
}

function lengthOf({ waiting, next }: Line): number {
  return waiting.length - next;
}

function taken(line: Line, most: number): readonly Resident[] {
  const some = line.waiting.slice(line.next, line.next + most);
  line.next += some.length;
  if (line.next * 2 > line.waiting.length) {
    line.waiting = line.waiting.slice(line.next);
    line.next = 0;
  }
  return some;
}
