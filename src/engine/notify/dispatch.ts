import type { Book, Pending } from "./book.ts";
import type { Route } from "./channels.ts";
import type { Target } from "./notice.ts";
import type { Message, Sent } from "./send.ts";

/** How often a notice is tried; with the waits between, about half an hour. */
export const ATTEMPTS_MOST = 8;
const RETRY_FIRST_MS = 1_000;
const RETRY_MOST_MS = 600_000;
/** Notices to one address in a minute; the others wait for their turn. */
export const PER_MINUTE_MOST = 30;
const MINUTE_MS = 60_000;
/** Notices to one address that wait; of more, the oldest are given up. */
const WAITING_MOST = 1_000;
/** Addresses that are remembered. */
const LANES_MOST = 1_000;
/** What is older than this is news no more. */
const AGE_MOST_MS = 86_400_000;
/** How long closing waits for notices that were not tried yet. */
const CLOSING_MOST_MS = 5_000;

export type DispatchShell = {
  readonly book: Pick<Book, "ended" | "tried">;
  readonly route: (target: Target) => Route;
  readonly send: (
    route: Exclude<Route, { readonly to: null }>,
    message: Message,
    abort: AbortSignal,
  ) => Promise<Sent>;
  readonly now: () => number;
};

/** Sends notices, those to one address one after another. Nothing waits for it. */
export type Dispatch = {
  readonly add: (pending: readonly Pending[]) => void;
  readonly waiting: () => number;
  readonly close: () => Promise<void>;
};

type Item = Pending & { tries: number };

type Lane = {
  readonly items: Item[];
  /** When the last ones were sent, at most as many as a minute allows. */
  readonly sentAt: number[];
  isBusy: boolean;
  timer: NodeJS.Timeout | null;
  notBefore: number;
};

type State = DispatchShell & {
  readonly lanes: Map<string, Lane>;
  readonly abort: AbortController;
  isClosing: boolean;
  resting: (() => void) | null;
};

export function openDispatch(shell: DispatchShell): Dispatch {
  const state: State = {
    ...shell,
    lanes: new Map(),
    abort: new AbortController(),
    isClosing: false,
    resting: null,
  };
  return {
    add: (pending) => {
      for (const one of pending) line(state, one);
      for (const lane of state.lanes.values()) go(state, lane);
    },
    waiting: () => [...state.lanes.values()].reduce((sum, { items }) => sum + items.length, 0),
    close: () => close(state),
  };
}

function line(state: State, pending: Pending): void {
  const key = JSON.stringify(pending.to);
  if (state.lanes.size >= LANES_MOST) forgetIdle(state);
  const lane = state.lanes.get(key) ?? {
    items: [],
    sentAt: [],
    isBusy: false,
    timer: null,
    notBefore: 0,
  };
  state.lanes.set(key, lane);
  lane.items.push({ ...pending, tries: pending.attempts });
  if (lane.items.length <= WAITING_MOST) return;
  // The first may be on its way.
  const [dropped] = lane.items.splice(1, 1);
  if (dropped) end(state, dropped, `More than ${WAITING_MOST} notices waited for this address.`);
}

function forgetIdle({ lanes }: State): void {
  for (const [key, { items, timer }] of lanes)
    if (items.length === 0 && timer === null) lanes.delete(key);
}

function end(state: State, { id, tries }: Item, why: string | null): void {
  const status = why === null ? "sent" : "failed";
  state.book.ended(id, { status, at: state.now(), why: why ?? "", attempts: tries });
}

/** Sends the first of a lane when its time has come. */
function go(state: State, lane: Lane): void {
  const [item] = lane.items;
  if (item === undefined || lane.isBusy || lane.timer !== null || state.abort.signal.aborted)
    return;
  const now = state.now();
  const waitMs = Math.max(lane.notBefore, turnOf(lane)) - now;
  if (waitMs > 0) {
    rest(state);
    if (state.isClosing) return;
    lane.timer = setTimeout(() => {
      lane.timer = null;
      go(state, lane);
    }, waitMs).unref();
    return;
  }
  lane.isBusy = true;
  void attempt(state, lane, item).finally(() => {
    lane.isBusy = false;
    go(state, lane);
    rest(state);
  });
}

/** When the minute has room again. */
function turnOf({ sentAt }: Lane): number {
  const [oldest = 0] = sentAt;
  return sentAt.length < PER_MINUTE_MOST ? 0 : oldest + MINUTE_MS;
}

async function attempt(state: State, lane: Lane, item: Item): Promise<void> {
  if (state.now() - item.at > AGE_MOST_MS) {
    lane.items.shift();
    return end(state, item, "It was news no more when it could be sent.");
  }
  const route = state.route(item.to);
  if (route.to === null) {
    lane.items.shift();
    return end(state, item, route.why);
  }
  const { id, body } = item;
  const sent = await state.send(route, { id, body }, state.abort.signal);
  // Cut off by the end of this process: the next one sends it.
  if (!sent.ok && state.abort.signal.aborted) return;
  item.tries += 1;
  lane.sentAt.push(state.now());
  if (lane.sentAt.length > PER_MINUTE_MOST) lane.sentAt.shift();
  // How far a run was, nobody wants to know when the next update says how far it is.
  const most = item.event === "progress" ? 1 : ATTEMPTS_MOST;
  if (sent.ok || !sent.again || item.tries >= most) {
    lane.items.shift();
    return end(state, item, sent.ok ? null : sent.why);
  }
  state.book.tried(id, sent.why);
  lane.notBefore = state.now() + (sent.afterMs ?? backoffMs(item.tries));
}

function backoffMs(tries: number): number {
  return Math.min(RETRY_FIRST_MS * 4 ** (tries - 1), RETRY_MOST_MS);
}

/** Nothing is left that could be tried now. */
function rest(state: State): void {
  if (state.resting === null) return;
  for (const lane of state.lanes.values()) {
    const due = Math.max(lane.notBefore, turnOf(lane)) <= state.now();
    if (lane.isBusy || (lane.items.length > 0 && due)) return;
  }
  state.resting();
}

/** What was not tried yet is tried, for a moment; the rest the next process sends. */
async function close(state: State): Promise<void> {
  state.isClosing = true;
  const { promise, resolve } = Promise.withResolvers<void>();
  state.resting = resolve;
  const late = setTimeout(resolve, CLOSING_MOST_MS);
  rest(state);
  await promise;
  clearTimeout(late);
  state.abort.abort();
  for (const lane of state.lanes.values()) if (lane.timer !== null) clearTimeout(lane.timer);
  // Whoever was cut off says so before the book is closed.
  while ([...state.lanes.values()].some(({ isBusy }) => isBusy))
    await new Promise((done) => setImmediate(done));
}
