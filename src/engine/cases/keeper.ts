import {
  type Case,
  type CaseEffect,
  type CaseSignal,
  type CaseTold,
  type CaseWorld,
  maySay,
  owedByCase,
  type RunReading,
} from "../../core/cases/index.ts";
import type { CaseId, RunId } from "../../core/id.ts";
import { ended, MusterError, type Problem } from "../../core/problem.ts";
import type { Observer } from "../observed-log.ts";
import type { Log } from "../store/index.ts";
import type { CaseHeard, CaseLog, Telling } from "./case-log.ts";
import { type Ear, openEar } from "./ear.ts";

/**
 * Does what is owed to cases: starts their runs, tells runs what was written, and reads what runs say.
 * Nothing is kept beside the log: what a case is owed is read off its state, and what its runs said is
 * read in their own events, from where the case has heard them. So a crash at any moment loses nothing,
 * and what is done a second time changes nothing.
 */
export type CaseKeeper = {
  /** Told of each commit: a run of a case may have said something. */
  readonly observer: Observer;
  /** Tells a case something, and does what it is newly owed; its runs know of it when this resolves. */
  readonly tell: (telling: Telling) => Promise<CaseHeard | Problem>;
  /** Does what a case is owed. */
  readonly owe: (now: Case) => void;
  /** What was owed when the process before this one ended. */
  readonly start: () => void;
  /** Resolves when nothing is in hand. */
  readonly idle: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export type KeeperShell = {
  readonly cases: CaseLog;
  readonly log: Pick<Log, "read">;
  readonly now: () => number;
  readonly after: (ms: number, call: () => void) => () => void;
  readonly world: () => Promise<CaseWorld>;
  /** Starts a run under this id, once; or says why it cannot be. */
  readonly begin: (
    now: Case,
    effect: Extract<CaseEffect, { readonly type: "start" }>,
  ) => Promise<readonly Problem[]>;
  readonly publish: (event: {
    readonly id: string;
    readonly match: string;
    readonly payload: Readonly<Record<string, string>>;
    readonly source: string;
  }) => Promise<{ readonly position: number; readonly told: readonly RunId[] } | Problem>;
  readonly cancel: (run: RunId, why: string) => Promise<Problem | null>;
  /** Tells a run what is known of its case now; what it knows already changes nothing. */
  readonly inform: (run: RunId, now: Case) => Promise<Problem | null>;
  /** Whether a run reads what is known of its case, or waits for it. */
  readonly reads: (run: RunId) => boolean;
  /** How a run is read; null: it is not there. */
  readonly reading: (run: RunId) => RunReading | null;
  readonly trouble: (problem: Problem) => void;
};

/** Cases that were left with something owed, when the folder is opened. */
const UNSETTLED_MOST = 100_000;
/** What the disk or a full queue refused is tried again after so long. */
const AGAIN_MS = 1_000;
/** How long closing waits for what is in hand. */
const CLOSING_MS_MOST = 5_000;

type State = KeeperShell & {
  readonly ear: Ear;
  /** Effects that are being done, by name. */
  readonly inHand: Set<string>;
  /** Decided one after another, case by case. */
  readonly queues: Map<CaseId, Promise<unknown>>;
  readonly waits: Set<() => void>;
  /** The event up to which a run knows its case. */
  readonly informed: Map<RunId, number>;
  pending: number;
  idlers: (() => void)[];
  isClosed: boolean;
};

export function openCaseKeeper(shell: KeeperShell): CaseKeeper {
  const ear: Ear = openEar({
    ...shell,
    tell: (id, told) => tell(state, id, told),
    inHand: (name, work) => void doOnce(state, name, work),
    isClosed: () => state.isClosed,
  });
  const state: State = {
    ...shell,
    ear,
    inHand: new Set(),
    queues: new Map(),
    waits: new Set(),
    informed: new Map(),
    pending: 0,
    idlers: [],
    isClosed: false,
  };
  return {
    observer: (batch, results) => {
      if (!ear.listens()) return;
      for (const [at, { stream, events }] of batch.entries())
        if (results[at]?.done === true && events.some(({ type }) => maySay(type)))
          ear.spoke(stream as RunId);
    },
    tell: async (telling) => {
      const heard = await inTurn(state, telling);
      await Promise.all(oweAfter(state, heard));
      return heard;
    },
    owe: (now) => void owe(state, now),
    start: () => {
      for (const { stream } of state.cases.standings({ unsettled: true, most: UNSETTLED_MOST })) {
        const now = state.cases.get(stream as CaseId);
        if (now !== null) void owe(state, now);
      }
    },
    idle: () => idle(state),
    close: async () => {
      state.isClosed = true;
      for (const cancel of state.waits) cancel();
      let giveUp = (): void => {};
      const late = new Promise<void>((resolve) => {
        giveUp = state.after(CLOSING_MS_MOST, resolve);
      });
      await Promise.race([idle(state), late]);
      giveUp();
    },
  };
}

/** One signal of a case after another, so that none is decided twice because of another of this process. */
async function inTurn(state: State, telling: Telling): Promise<CaseHeard | Problem> {
  const { id } = telling;
  const last = state.queues.get(id) ?? Promise.resolve();
  const told = last.then(() => state.cases.tell(telling));
  const settled = told.catch(() => undefined);
  state.queues.set(id, settled);
  state.pending += 1;
  try {
    return await told;
  } finally {
    if (state.queues.get(id) === settled) state.queues.delete(id);
    settle(state);
  }
}

function settle(state: State): void {
  state.pending -= 1;
  if (state.pending > 0) return;
  const { idlers } = state;
  state.idlers = [];
  for (const resolve of idlers) resolve();
}

function idle(state: State): Promise<void> {
  if (state.pending === 0) return Promise.resolve();
  return new Promise((resolve) => state.idlers.push(resolve));
}

function oweAfter(state: State, heard: CaseHeard | Problem): readonly Promise<void>[] {
  return "code" in heard || heard.named !== undefined ? [] : owe(state, heard.case);
}

/** @returns what tells its runs of it */
function owe(state: State, now: Case): readonly Promise<void>[] {
  const informing: Promise<void>[] = [];
  for (const effect of owedByCase(now)) {
    if (effect.type === "hear") {
      state.ear.follow(now.id, effect.run);
      informing.push(informOf(state, now, effect.run));
    } else void doOnce(state, nameOf(now.id, effect), () => perform(state, now, effect));
  }
  for (const { run, status } of now.runs)
    if (status !== "begun" && status !== "started") {
      state.ear.forget(run);
      state.informed.delete(run);
    }
  return informing;
}

/** Steps that it begins from now on read the case as it is now. It is no duty: the next time it is told all of it. */
async function informOf(state: State, now: Case, run: RunId): Promise<void> {
  if (now.closedAt !== null || state.informed.get(run) === now.seq) return;
  if (!state.reads(run)) return;
  state.informed.set(run, now.seq);
  await doOnce(state, `inform ${run} ${now.seq}`, () => inform(state, now, run));
}

async function inform({ cases, inform: tell }: State, { id }: Case, run: RunId): Promise<void> {
  const now = cases.get(id);
  if (now !== null) await tell(run, now);
}

type Doing = Exclude<CaseEffect, { readonly type: "hear" }>;

function nameOf(id: CaseId, effect: Doing): string {
  switch (effect.type) {
    case "start":
    case "cancel":
      return `${effect.type} ${effect.run}`;
    case "pass":
      return `pass ${id} ${effect.message.key}`;
    case "move":
      return `move ${id} ${effect.request.id}`;
  }
}

/**
 * What the disk refuses is done again a while later; what is a fault of ours is told.
 *
 * @returns resolves when it was tried
 */
async function doOnce(state: State, name: string, work: () => Promise<void>): Promise<void> {
  if (state.isClosed || state.inHand.has(name)) return;
  state.inHand.add(name);
  state.pending += 1;
  const over = (): void => {
    state.inHand.delete(name);
    settle(state);
  };
  await work().then(over, (error: unknown) => {
    over();
    if (!(error instanceof MusterError)) throw error;
    if (state.isClosed) return;
    state.trouble({ code: error.code, message: error.message });
    wait(state, () => void doOnce(state, name, work));
  });
}

function wait(state: State, call: () => void): void {
  if (state.isClosed) return;
  const cancel = state.after(AGAIN_MS, () => {
    state.waits.delete(cancel);
    call();
  });
  state.waits.add(cancel);
}

async function perform(state: State, now: Case, effect: Doing): Promise<void> {
  switch (effect.type) {
    case "start":
      return begin(state, now, effect);
    case "cancel":
      return cancel(state, now, effect.run);
    case "pass":
      return pass(state, now, effect.message);
    case "move":
      return move(state, now, effect);
  }
}

async function tell(state: State, id: CaseId, told: CaseTold): Promise<CaseHeard | Problem> {
  const signal: CaseSignal = { ...told, at: state.now(), by: "muster" };
  const heard = await inTurn(state, { id, signal: () => signal, world: await state.world() });
  if ("code" in heard) state.trouble(heard);
  else if (heard.named === undefined) void owe(state, heard.case);
  return heard;
}

async function begin(
  state: State,
  now: Case,
  effect: Extract<CaseEffect, { readonly type: "start" }>,
): Promise<void> {
  const { run } = effect;
  const problems = await state.begin(now, effect);
  const [problem] = problems;
  // What could not be begun because all ends here is begun when the folder is opened next.
  if (problem !== undefined && state.isClosed) return;
  if (problem !== undefined && PASSING.has(problem.code)) throw new MusterError(problem);
  if (problem === undefined) await tell(state, now.id, { type: "started", run });
  else {
    const why = problems
      .map(({ message, mend = "" }) => `${ended(message)} ${mend}`.trim())
      .join(" ");
    await tell(state, now.id, { type: "refused", run, why });
  }
}

/** The world's, and over in a while. */
const PASSING: ReadonlySet<Problem["code"]> = new Set([
  "disk-full",
  "io",
  "locked",
  "limit",
  "read-only",
]);

async function cancel(state: State, now: Case, run: RunId): Promise<void> {
  const problem = await state.cancel(run, `${now.id} was closed.`);
  if (problem?.code === "not-found")
    await tell(state, now.id, { type: "refused", run, why: problem.message });
}

async function pass(
  state: State,
  now: Case,
  message: Extract<Doing, { readonly type: "pass" }>["message"],
): Promise<void> {
  const { key, id, from, channel, text } = message;
  const payload = { id, from, channel, text };
  // What comes after the message in a run reads the case with it.
  for (const { run, status } of now.runs)
    if (status === "started" && state.reads(run)) await inform(state, now, run);
  const passed = await state.publish({ id, match: now.id, payload, source: from });
  if ("code" in passed && state.isClosed) return;
  if ("code" in passed) throw new MusterError(passed);
  const { told: to, position } = passed;
  await tell(state, now.id, { type: "passed", key, to, position });
}

/** The other case is told first; only when it has it on disk is it gone from here. */
async function move(
  state: State,
  now: Case,
  { request, to }: Extract<Doing, { readonly type: "move" }>,
): Promise<void> {
  const { id, source, requester, channel, trust, text, about, attachments, type } = request;
  const words = { id, source, requester, channel, trust, text, about, attachments, type };
  const heard = await tell(state, to, {
    type: "request",
    request: words,
    unclear: null,
    subject: null,
    from: now.id,
  });
  if ("code" in heard || heard.named === true) {
    const why = "code" in heard ? heard.message : `${to} cannot have what it names.`;
    await tell(state, now.id, { type: "kept", request: request.id, why });
  } else await tell(state, now.id, { type: "moved", request: request.id });
}
