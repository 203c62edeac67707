import type { CallRate } from "../../core/definition/index.ts";

/**
 * How often calls may begin. A limit counts those of any minute; who is over it waits in its turn, or
 * is told so. Whoever is let through has room kept in each of its limits until it begins, so that what
 * waits for a place in between counts once, and when it begins. What was counted may be lost: after a
 * restart it counts anew.
 */
export type CallRates<Caller> = {
  /** `pass.refusal` null: it goes on, now or when `admitted` is called with it. */
  readonly enter: (caller: Caller, limits: readonly CallLimit[]) => Pass<Caller>;
  /** The call begins now: from now on it counts for a minute. */
  readonly begun: (pass: Pass<Caller>) => void;
  /** It made so many more calls than the one that was counted. */
  readonly made: (pass: Pass<Caller>, more: number) => void;
  /** It does not begin any more. After `begun` it changes nothing. */
  readonly left: (pass: Pass<Caller>) => void;
  /** What it waits for, and until when at least; null: it waits for none of this. */
  readonly waitsFor: (pass: Pass<Caller>) => Held | null;
};

export type CallLimit = {
  /** What is counted together. */
  readonly name: string;
  /** As people read it: "agent writer". */
  readonly of: string;
  readonly rate: CallRate;
};

export type Held = { readonly limit: CallLimit; readonly until: number };

export type Pass<Caller> = {
  readonly caller: Caller;
  readonly limits: readonly CallLimit[];
  state: "waiting" | "admitted" | "begun" | "gone";
  /** The limit that it is over, where that is not waited for. */
  refusal: Held | null;
  waitsAt: Count<Caller> | null;
};

type Count<Caller> = {
  readonly name: string;
  /** Calls that began in the last minute, oldest first; those of nearly one moment stand together, at the last. */
  readonly began: { readonly from: number; at: number; calls: number }[];
  calls: number;
  /** Room that is kept for those who have not begun. */
  kept: number;
  readonly queue: Pass<Caller>[];
  cancel: (() => void) | null;
};

type Clock = {
  readonly now: () => number;
  readonly after: (ms: number, call: () => void) => () => void;
};

const MINUTE_MS = 60_000;
/** Calls that began within so long of each other count as one moment. */
const MOMENT_MS = 50;
/** Limits that are kept before those which count nothing are dropped. */
const COUNTS_KEPT_MOST = 1_000;

type State<Caller> = {
  readonly clock: Clock;
  readonly counts: Map<string, Count<Caller>>;
  readonly admitted: (caller: Caller) => void;
  keptMost: number;
};

export function openCallRates<Caller>(
  clock: Clock,
  admitted: (caller: Caller) => void,
): CallRates<Caller> {
  const state: State<Caller> = { clock, counts: new Map(), admitted, keptMost: COUNTS_KEPT_MOST };
  return {
    enter: (caller, limits) => enter(state, { caller, limits }),
    begun: (pass) => {
      if (pass.state !== "admitted") return;
      pass.state = "begun";
      for (const { name } of pass.limits) {
        const count = countOf(state, name);
        count.kept -= 1;
        add(count, clock.now(), 1);
        arm(state, count);
      }
    },
    made: (pass, more) => {
      if (pass.state !== "begun") return;
      for (const { name } of pass.limits) add(countOf(state, name), clock.now(), more);
    },
    left: (pass) => left(state, pass),
    waitsFor: (pass) => {
      const { waitsAt } = pass;
      const limit = pass.limits.find(({ name }) => name === waitsAt?.name);
      if (waitsAt === null || limit === undefined) return null;
      return { limit, until: freeAt(waitsAt, clock.now()) };
    },
  };
}

function enter<Caller>(
  state: State<Caller>,
  { caller, limits }: Pick<Pass<Caller>, "caller" | "limits">,
): Pass<Caller> {
  const pass: Pass<Caller> = { caller, limits, state: "waiting", refusal: null, waitsAt: null };
  const over = limits.find((limit) => !hasRoom(state, limit, true));
  if (over === undefined) admit(state, pass);
  else if (over.rate.otherwise === "wait") wait(state, pass, over);
  else {
    pass.state = "gone";
    const { clock } = state;
    pass.refusal = { limit: over, until: freeAt(countOf(state, over.name), clock.now()) };
  }
  return pass;
}

function admit<Caller>(state: State<Caller>, pass: Pass<Caller>): void {
  pass.state = "admitted";
  pass.waitsAt = null;
  for (const { name } of pass.limits) countOf(state, name).kept += 1;
}

function wait<Caller>(state: State<Caller>, pass: Pass<Caller>, { name }: CallLimit): void {
  const count = countOf(state, name);
  pass.waitsAt = count;
  count.queue.push(pass);
  arm(state, count);
}

function left<Caller>(state: State<Caller>, pass: Pass<Caller>): void {
  const { state: before, waitsAt } = pass;
  if (before === "begun" || before === "gone") return;
  pass.state = "gone";
  pass.waitsAt = null;
  if (before === "admitted")
    for (const { name } of pass.limits) {
      const count = countOf(state, name);
      count.kept -= 1;
      serve(state, count);
    }
  else if (waitsAt !== null) {
    waitsAt.queue.splice(waitsAt.queue.indexOf(pass), 1);
    arm(state, waitsAt);
  }
}

/** Lets in who has room now, in their order; who waits for another limit besides goes to that one. */
function serve<Caller>(state: State<Caller>, count: Count<Caller>): void {
  const entering: Pass<Caller>[] = [];
  for (let first = count.queue[0]; first !== undefined; first = count.queue[0]) {
    const over = first.limits.find((limit) => !hasRoom(state, limit, false));
    if (over?.name === count.name) break;
    count.queue.shift();
    if (over === undefined) {
      admit(state, first);
      entering.push(first);
    } else wait(state, first, over);
  }
  arm(state, count);
  for (const { caller } of entering) state.admitted(caller);
}

/** @param comes it comes now: it does not go before those who wait */
function hasRoom<Caller>(state: State<Caller>, { name, rate }: CallLimit, comes: boolean): boolean {
  const count = countOf(state, name);
  forget(count, state.clock.now());
  return count.calls + count.kept < rate.callsMost && !(comes && count.queue.length > 0);
}

/**
 * The next look is when the oldest call is a minute old; before that, whoever has room kept and goes
 * makes one. It is at once where the first has room: a clock that was put forward lets calls be
 * forgotten before their minute is over.
 */
function arm<Caller>(state: State<Caller>, count: Count<Caller>): void {
  count.cancel?.();
  count.cancel = null;
  const [first] = count.queue;
  if (first === undefined) return;
  const limit = first.limits.find(({ name }) => name === count.name);
  const isFree = limit !== undefined && hasRoom(state, limit, false);
  const [oldest] = count.began;
  if (!isFree && oldest === undefined) return;
  const due = isFree || oldest === undefined ? 0 : oldest.at + MINUTE_MS - state.clock.now();
  const ms = Math.max(1, due);
  count.cancel = state.clock.after(ms, () => {
    count.cancel = null;
    serve(state, count);
  });
}

function freeAt<Caller>(count: Count<Caller>, now: number): number {
  return Math.max(now, (count.began[0]?.at ?? now) + MINUTE_MS);
}

function add<Caller>(count: Count<Caller>, at: number, calls: number): void {
  count.calls += calls;
  const last = count.began.at(-1);
  if (last === undefined || at - last.from > MOMENT_MS) count.began.push({ from: at, at, calls });
  else {
    last.at = at;
    last.calls += calls;
  }
}

/** A clock that was put back makes nobody wait longer than a minute. */
function forget<Caller>(count: Count<Caller>, now: number): void {
  const { began } = count;
  if ((began.at(-1)?.at ?? now) > now) for (const one of began) one.at = Math.min(one.at, now);
  for (let first = began[0]; first !== undefined; first = began[0]) {
    if (first.at + MINUTE_MS > now) break;
    began.shift();
    count.calls -= first.calls;
  }
}

function countOf<Caller>(state: State<Caller>, name: string): Count<Caller> {
  const known = state.counts.get(name);
  if (known !== undefined) return known;
  if (state.counts.size >= state.keptMost) sweep(state);
  const made: Count<Caller> = { name, began: [], calls: 0, kept: 0, queue: [], cancel: null };
  state.counts.set(name, made);
  return made;
}

function sweep<Caller>(state: State<Caller>): void {
  const { counts, clock } = state;
  for (const [name, count] of counts) {
    forget(count, clock.now());
    if (count.calls === 0 && count.kept === 0 && count.queue.length === 0) counts.delete(name);
  }
  state.keptMost = Math.max(COUNTS_KEPT_MOST, counts.size * 2);
}
