import {
  type Answer,
  type Call,
  type Failure,
  failure,
  type Key,
  type Signal,
  type TaskAsked,
  taskOf,
} from "../../../core/machine/index.ts";
import { type CallRates, openCallRates, type Pass } from "../../governor/index.ts";
import type { Log } from "../../store/index.ts";
import { type Contents, digestFor, storedAnswer } from "../contents.ts";
import type { Resident } from "../resident.ts";
import type { Clock, Performer, Queued, Terms } from "../runtime.ts";
import { useAsStep } from "../tools/tool-step.ts";
import type { Mail } from "../turns/mail.ts";
import type { Mailroom } from "../turns/mailroom.ts";
import type { Alarms } from "./alarms.ts";
import type { Lent } from "./asking.ts";
import type { Attempt } from "./attempt.ts";
import { awaited } from "./awaited.ts";
import { allInHand, inHand, letGoOf, takeInHand } from "./in-hand.ts";
import { openPlaces, type Places } from "./places.ts";
import { heldTo, limitsOf, refused, sayHeld } from "./rationing.ts";
import { questionOf, recalled } from "./results.ts";
import { wantsOf } from "./wants.ts";

/**
 * Calls in this process, from when they are owed until their answer is on disk. It knows places and
 * time, and nothing of what a call means.
 */
export type Performing = {
  /** Does it as soon as it has its places; an `ask` first tells `begin`, and is performed when this comes again. */
  readonly perform: (resident: Resident, call: Call, asks: boolean) => void;
  /** Stops it if it can be stopped; it answers in any case. False: it is not here. */
  readonly abort: (resident: Resident, key: Key) => boolean;
  /** What this agent has in hand is told to stop; what follows, each run says. */
  readonly stopAgent: (residents: Iterable<Resident>, agent: string, why: string) => void;
  /** It is owed no longer: dropped where it was not begun, else stopped. Its answer is told all the same. */
  readonly drop: (attempt: Attempt) => void;
  /** Its time is up. The second time it is given up. */
  readonly expire: (attempt: Attempt) => void;
  /** Its answer is on disk: what it still held is free. */
  readonly landed: (attempt: Attempt) => void;
  readonly queued: (attempt: Attempt) => Queued;
  readonly count: () => number;
  readonly inFlight: () => number;
  readonly admit: (inFlightMost: number) => void;
  /** Begins nothing more and aborts what is under way; only what was done is still told. */
  readonly close: (residents: Iterable<Resident>) => void;
};

export type PerformingShell = {
  readonly clock: Clock;
  readonly contents: Contents;
  readonly performer: Performer;
  readonly log: Pick<Log, "result" | "content" | "keys">;
  readonly mailroom: Mailroom;
  readonly alarms: Alarms;
  readonly toolsOf: (attempt: Attempt) => Lent;
  /** Attempts in flight at once in this process, each until its answer is on disk. */
  readonly inFlightMost: number;
};

/** How long an agent that was told to stop may take to answer. */
const STOPPING_MS_MOST = 10_000;

type State = PerformingShell & {
  readonly places: Places<Attempt>;
  readonly rates: CallRates<Attempt>;
  count: number;
  isClosed: boolean;
};

export function openPerforming(shell: PerformingShell): Performing {
  const places = openPlaces<Attempt>(shell.inFlightMost, (attempt) => placed(state, attempt));
  const rates = openCallRates<Attempt>(shell.clock, (attempt) => place(state, attempt));
  const state: State = { ...shell, places, rates, count: 0, isClosed: false };
  return {
    perform: (resident, call, asks) => perform(state, { resident, call, asks }),
    abort: (resident, key) => abort(state, inHand(resident.attempts, key)),
    stopAgent: (residents, agent, why) => {
      for (const { attempts } of residents)
        for (const attempt of allInHand(attempts))
          if (attempt.call.agent === agent && attempt.state === "performing" && !attempt.isStopping)
            stop(state, attempt, new DOMException(why, "AgentStopped"));
    },
    drop: (attempt) => {
      if (attempt.state === "placing" || attempt.state === "beginning") leave(state, attempt);
      else if (attempt.state === "performing" && !attempt.isStopping) stop(state, attempt, null);
    },
    expire: (attempt) => expire(state, attempt),
    landed: (attempt) => leave(state, attempt),
    queued: (attempt) => queued(state, attempt),
    count: () => state.count,
    inFlight: places.inFlight,
    admit: places.admit,
    close: (residents) => {
      state.isClosed = true;
      for (const { attempts } of residents)
        for (const attempt of allInHand(attempts)) end(state, attempt);
    },
  };
}

type Asked = { readonly resident: Resident; readonly call: Call; readonly asks: boolean };

function perform(state: State, { resident, call, asks }: Asked): void {
  const known = inHand(resident.attempts, call.key);
  if (known !== undefined) {
    if (!asks && known.state === "beginning") start(state, known);
    return;
  }
  if (state.isClosed) return;
  const terms = termsOf(state, call);
  const party = state.places.party(wantsOf(call, terms.places));
  const limits = limitsOf(resident, call, terms.rate);
  const attempt = newAttempt(resident, call, { party, asks });
  state.count += 1;
  takeInHand(resident.attempts, attempt);
  if (limits.length === 0) return place(state, attempt);
  const pass = state.rates.enter(attempt, limits);
  attempt.pass = pass;
  if (pass.refusal !== null) tell(state, attempt, refused(pass.refusal, state.clock.now()));
  else if (pass.state === "admitted") place(state, attempt);
}

function place(state: State, attempt: Attempt): void {
  attempt.waiting = state.places.take(attempt, attempt.party);
  if (attempt.waiting === null) placed(state, attempt);
}

function queued({ places, rates }: State, attempt: Attempt): Queued {
  const { key, pass, waiting } = attempt;
  const held = pass === null ? null : rates.waitsFor(pass);
  if (held !== null) return { key, waitsFor: sayHeld(held), isRateLimited: true };
  const lacking = waiting === null ? [] : places.lacking(waiting);
  const waitsFor = lacking.length === 0 ? "a place in this process" : lacking.join(", ");
  return { key, waitsFor, isRateLimited: false };
}

function placed(state: State, attempt: Attempt): void {
  attempt.waiting = null;
  attempt.isPlaced = true;
  attempt.isInFlight = true;
  if (attempt.pass !== null) state.rates.begun(attempt.pass);
  if (!attempt.asks) return start(state, attempt);
  attempt.state = "beginning";
  post(state, attempt, { type: "begin", key: attempt.key, at: state.clock.now(), by: "muster" });
}

function start(state: State, attempt: Attempt): void {
  attempt.state = "performing";
  const outcome = performed(state, attempt);
  if (!(outcome instanceof Promise)) return tell(state, attempt, outcome);
  state.alarms.arm(attempt);
  outcome.then(
    (answer) => tell(state, attempt, answer),
    (error: unknown) => tell(state, attempt, unanswered(attempt, error)),
  );
}

function tell(state: State, attempt: Attempt, outcome: Answer): void {
  if (attempt.state === "answered") return;
  state.alarms.disarm(attempt);
  attempt.state = "answered";
  if (attempt.pass !== null) count(state.rates, attempt.pass, outcome);
  if (attempt.isPlaced) {
    attempt.isPlaced = false;
    state.places.release(attempt.party);
  }
  if (state.isClosed && outcome.kind !== "ok") {
    // What was only stopped is not over: the next opening finds it in flight.
    leave(state, attempt);
    return state.mailroom.summon();
  }
  const { kept, content } = storedAnswer(
    outcome,
    state.contents,
    digestFor(state.log.keys, attempt.resident.subject),
  );
  if (content !== null) state.contents.hold(content);
  const by = `agent:${attempt.call.agent}`;
  const signal = {
    type: "answer",
    key: attempt.key,
    outcome: kept,
    at: state.clock.now(),
    by,
  } as const;
  postWith(state, attempt, { signal, content });
}

/** One that says that it made several calls counts as so many. */
function count(rates: CallRates<Attempt>, pass: Pass<Attempt>, outcome: Answer): void {
  const { calls = 1 } = "usage" in outcome ? (outcome.usage ?? {}) : {};
  if (calls > 1) rates.made(pass, calls - 1);
  rates.left(pass);
}

function post(state: State, attempt: Attempt, signal: Signal): void {
  postWith(state, attempt, { signal, content: null });
}

function postWith(state: State, attempt: Attempt, what: Pick<Mail, "signal" | "content">): void {
  const { signal, content } = what;
  const sent = { signal, cause: null, content, attempt, told: null, refused: null };
  state.mailroom.post(attempt.resident, sent);
}

/** The process closes: what is under way is stopped, the rest is not begun. */
function end(state: State, attempt: Attempt): void {
  if (attempt.state === "performing") return stop(state, attempt, null);
  if (attempt.state === "answered") return;
  // Begun on disk and not performed it would be in doubt, and a person would have to look.
  if (attempt.state === "beginning") state.mailroom.withdraw(attempt);
  leave(state, attempt);
}

/** It has nothing more to do here; what it held or waited for is free. */
function leave(state: State, attempt: Attempt): void {
  const { places } = state;
  if (letGoOf(attempt.resident.attempts, attempt)) state.count -= 1;
  if (attempt.pass !== null) state.rates.left(attempt.pass);
  if (attempt.waiting !== null) places.forget(attempt.waiting);
  attempt.waiting = null;
  if (attempt.isPlaced) places.release(attempt.party);
  attempt.isPlaced = false;
  if (attempt.isInFlight) places.landed(1);
  attempt.isInFlight = false;
}

function abort(state: State, attempt: Attempt | undefined): boolean {
  if (attempt === undefined) return false;
  if (attempt.state === "performing" && !attempt.isStopping) stop(state, attempt, null);
  if (attempt.state !== "placing" && attempt.state !== "beginning") return true;
  if (attempt.waiting !== null) state.places.forget(attempt.waiting);
  attempt.waiting = null;
  tell(state, attempt, { kind: "refused", error: NOT_BEGUN });
  return true;
}

/** Told to stop: from now on it has only so long to answer. */
function stop(state: State, attempt: Attempt, reason: DOMException | null): void {
  attempt.isStopping = true;
  state.alarms.disarm(attempt);
  attempt.due = state.clock.now() + STOPPING_MS_MOST;
  state.alarms.arm(attempt);
  attempt.abort?.abort(reason ?? undefined);
}

function expire(state: State, attempt: Attempt): void {
  if (attempt.state !== "performing") return;
  if (attempt.isStopping) return tell(state, attempt, { kind: "unknown", error: gaveUp(attempt) });
  const signal = { type: "expired", key: attempt.key, at: state.clock.now(), by: "timer" } as const;
  post(state, attempt, signal);
  stop(state, attempt, new DOMException("Its time is used up.", "TimeoutError"));
}

const NOT_BEGUN: Failure = failure(
  "stopped",
  "It was stopped before it was begun; nothing was done.",
);

function newAttempt(
  resident: Resident,
  call: Call,
  how: { readonly party: Attempt["party"]; readonly asks: boolean },
): Attempt {
  return {
    resident,
    key: call.key,
    call,
    party: how.party,
    state: "placing",
    asks: how.asks,
    waiting: null,
    pass: null,
    isPlaced: false,
    isInFlight: false,
    abort: null,
    isStopping: false,
    question: null,
    due: 0,
    slot: -1,
  };
}

/** What a run gave before to the same question; else this one's answer is kept for the next. */
function recall(shell: PerformingShell, attempt: Attempt, task: TaskAsked): Answer | null {
  attempt.question = questionOf(shell, attempt.call, task);
  return attempt.question === null ? null : recalled(shell, attempt.question, shell.clock.now());
}

function performed(shell: PerformingShell, attempt: Attempt): Promise<Answer> | Answer {
  const { call, resident, key } = attempt;
  const task = taskOf(resident.run, key, shell.contents.read);
  if (task === null) return { kind: "refused", error: NOT_BEGUN };
  if (!("inputs" in task)) return { kind: "refused", error: task };
  const timeoutMs = call.timeoutMs ?? termsOf(shell, call).timeoutMs;
  const known = call.cacheMs === undefined ? null : recall(shell, attempt, task);
  if (known !== null) return known;
  attempt.due = shell.clock.now() + timeoutMs;
  attempt.abort = new AbortController();
  const { use, useAll, lent, settled } = awaited(() => shell.toolsOf(attempt));
  if (task.tool !== undefined && shell.performer.standsInForTools !== true)
    return useAsStep(task.tool, task.inputs, use);
  try {
    const answer = shell.performer.perform(
      call,
      {
        run: resident.id,
        name: task.name,
        instructions: task.instructions,
        inputs: task.inputs,
        outputs: task.outputs,
        context: task.context,
        deadline: attempt.due,
        use,
        useAll,
        ...(resident.run.map === null ? {} : { offered: () => lent().offered() }),
        ...heldTo(resident.run.workflow),
      },
      attempt.abort.signal,
    );
    return answer instanceof Promise ? answer.then(settled) : answer;
  } catch (error) {
    return unanswered(attempt, error);
  }
}

/** A tool that is used by a step of its own has the time that its definition gives it, and this besides. */
const TOOL_TERMS: Terms = { places: [], timeoutMs: 600_000 };

function termsOf({ performer }: PerformingShell, call: Call): Terms {
  return call.tool === undefined ? performer.terms(call.agent) : TOOL_TERMS;
}

/** A performer that throws breaks its contract; whether something was done nobody knows. */
function unanswered(attempt: Attempt, error: unknown): Answer {
  const why = error instanceof Error ? error.message : String(error);
  const message = `Agent "${attempt.call.agent}" broke off without an answer: ${why}`;
  return { kind: "unknown", error: failure("crashed", message) };
}

function gaveUp(attempt: Attempt): Failure {
  const message = `Agent "${attempt.call.agent}" was told to stop and did not answer within ${STOPPING_MS_MOST} ms.`;
  return failure("timeout", message);
}
