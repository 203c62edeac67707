import type { Digest, RunId } from "../../src/core/id.ts";
import type { Json } from "../../src/core/json.ts";
import {
  absent,
  type Answer,
  type Call,
  childOf,
  type Effect,
  type Event,
  type Facts,
  failure,
  INLINE_BYTES_MOST,
  type Run,
  type Signal,
  taskOf,
  waitsOf,
} from "../../src/core/machine/index.ts";
import { unreachable } from "../../src/core/unreachable.ts";
import { digestOf } from "../../src/engine/runtime/index.ts";
import { ranked, TIMEOUT_MS } from "./agents.ts";
import type { Machine, Shell, Surroundings } from "./shell.ts";

/** Rules of a shell, each of which can be switched off to see whether that is found. */
export type Flaw =
  | "performs before it is written"
  | "performs an ask before it has begun"
  | "forgets what may be lost"
  | "forgets what is owed on opening"
  | "forgets what waited for a resume"
  | "ignores capacities"
  | "never aborts"
  | "answers are taken for whatever is open";

type Options = { readonly machine: Machine; readonly flaw: Flaw | null };

/** What outlives the process. */
type Kept = {
  readonly events: Event[];
  readonly causes: Set<string>;
};
type Disk = { readonly streams: Map<RunId, Kept>; readonly contents: Map<Digest, Json> };

type Attempt = {
  readonly call: Call;
  readonly asks: boolean;
  state: "placing" | "beginning" | "performing" | "answered";
  isPlaced: boolean;
  isStopping: boolean;
  stop: () => void;
  cancelTimer: () => void;
};
type Mail = {
  readonly signal: Signal;
  readonly cause: string | null;
  readonly told: ((is: "done" | "refused") => void) | null;
};
type Resident = { run: Run; mails: Mail[]; readonly attempts: Map<number, Attempt> };
type Process = {
  isDead: boolean;
  isBusy: boolean;
  readonly residents: Map<RunId, Resident>;
  readonly contents: Map<Digest, Json>;
  readonly held: Map<string, number>;
  /** The moment of a timer may move: the one before no longer counts. */
  readonly timers: Map<string, () => void>;
  waiting: { readonly resident: Resident; readonly attempt: Attempt }[];
};
type State = {
  readonly world: Surroundings;
  readonly options: Options;
  readonly disk: Disk;
  process: Process;
};

const STOPPING_MS_MOST = 10_000;
const AGAIN_MS = 200;

/** The smallest shell that keeps the contract of the machine: mailbox, decide, write, owe, perform. */
export function openMachineShell(world: Surroundings, options: Options): Shell {
  const disk: Disk = { streams: new Map(), contents: new Map() };
  const state: State = { world, options, disk, process: newProcess() };
  return {
    send: (run, signal, cause) => {
      if (!state.process.isDead) post(state, run, { signal, cause: cause ?? null, told: null });
    },
    runs: () => [...disk.streams.keys()],
    look: (run) => (disk.streams.has(run) ? (state.process.residents.get(run)?.run ?? fold(state, run)) : null),
    stored: (run) => disk.streams.get(run)?.events ?? [],
    read: (digest) => disk.contents.get(digest) ?? null,
    isUp: () => !state.process.isDead,
    crash: () => {
      state.process.isDead = true;
    },
    open: () => open(state),
  };
}

function newProcess(): Process {
  return { isDead: false, isBusy: false, residents: new Map(), contents: new Map(), held: new Map(), timers: new Map(), waiting: [] };
}

/** Folds each run, tells it what may be lost, then does what it is owed. There is no other recovery. */
function open(state: State): void {
  state.process = newProcess();
  for (const run of state.disk.streams.keys()) {
    const resident = residentOf(state, run);
    if (resident === null || state.options.flaw === "forgets what is owed on opening") continue;
    const effects = state.options.machine.owed(resident.run);
    const lost = effects.filter((effect) => effect.type === "perform" || effect.type === "abort");
    let left = lost.length;
    const owe = (): void => {
      if (--left <= 0) oweAll(state, run, state.options.machine.owed(resident.run));
    };
    if (lost.length === 0 || state.options.flaw === "forgets what may be lost") oweAll(state, run, effects);
    else for (const effect of lost) postOwn(state, run, { type: "lost", key: "key" in effect ? effect.key : 0 }, owe);
  }
}

function fold(state: State, id: RunId): Run | null {
  const [first] = state.disk.streams.get(id)?.events ?? [];
  if (first?.type !== "run.accepted") return null;
  const workflow = state.world.definitions.get(first.definition);
  if (workflow === undefined) return null;
  let run = absent(id, workflow);
  for (const event of state.disk.streams.get(id)?.events ?? []) run = state.options.machine.evolve(run, event);
  return run;
}

function residentOf(state: State, id: RunId, definition: Digest | null = null): Resident | null {
  const known = state.process.residents.get(id);
  if (known !== undefined) return known;
  const workflow = definition === null ? undefined : state.world.definitions.get(definition);
  const run = fold(state, id) ?? (workflow === undefined ? null : absent(id, workflow));
  if (run === null) return null;
  const resident: Resident = { run, mails: [], attempts: new Map() };
  state.process.residents.set(id, resident);
  return resident;
}

type Bare<S> = S extends Signal ? Omit<S, "at" | "by"> : never;

function postOwn(state: State, run: RunId, told: Bare<Signal>, then: (() => void) | null = null): void {
  const signal = { ...told, at: state.world.moments.now(), by: "muster" } as Signal;
  post(state, run, { signal, cause: null, told: then });
}

function post(state: State, run: RunId, mail: Mail): boolean {
  const { process } = state;
  const resident = residentOf(state, run, mail.signal.type === "start" ? mail.signal.definition : null);
  if (resident === null) return false;
  resident.mails.push(mail);
  schedule(state, process);
  return true;
}

function schedule(state: State, process: Process): void {
  if (process.isBusy) return;
  process.isBusy = true;
  state.world.moments.soon(() => take(state, process));
}

type Drafted = {
  readonly id: RunId;
  readonly resident: Resident;
  readonly mails: readonly Mail[];
  readonly run: Run;
  readonly events: readonly Event[];
  readonly effects: readonly Effect[];
  readonly isSeen: boolean;
};

function take(state: State, process: Process): void {
  if (process.isDead) return;
  const drafts: Drafted[] = [];
  for (const [id, resident] of process.residents) if (resident.mails.length > 0) drafts.push(draft(state, id, resident));
  if (state.options.flaw === "performs before it is written") for (const made of drafts) peek(state, made);
  const fate = state.world.disk.weather();
  state.world.moments.after(fate.slowMs, () => land(state, process, { drafts, fate: fate.kind }));
}

/** Decides the mail of one run. A mail with a cause is decided alone, so that it can be refused alone. */
function draft(state: State, id: RunId, resident: Resident): Drafted {
  const { machine } = state.options;
  const mails: Mail[] = [];
  const events: Event[] = [];
  let run = resident.run;
  for (const mail of resident.mails) {
    if (mails.length > 0 && mail.cause !== null) break;
    mails.push(mail);
    const decision = machine.decide(run, mail.signal, factsOf(state));
    if (!("code" in decision)) {
      run = decision.run;
      events.push(...decision.events);
      for (const [digest, text] of decision.contents) state.process.contents.set(digest, JSON.parse(text) as Json);
    }
    if (mail.cause !== null) break;
  }
  resident.mails = resident.mails.slice(mails.length);
  const effects = machine.owedBy(run, events);
  const cause = mails[0]?.cause ?? null;
  const isSeen = cause !== null && state.disk.streams.get(id)?.causes.has(cause) === true;
  return { id, resident, mails, run, events, effects, isSeen };
}

function peek(state: State, made: Drafted): void {
  const before = made.resident.run;
  made.resident.run = made.run;
  oweAll(state, made.id, made.effects.filter((effect) => effect.type === "perform"));
  made.resident.run = before;
}

function factsOf(state: State): Facts {
  return {
    agents: ranked,
    read: (digest) => state.process.contents.get(digest) ?? state.disk.contents.get(digest) ?? null,
    workflow: (name) => state.world.names.get(name) ?? null,
    digest: digestOf,
  };
}

type Landing = { readonly drafts: readonly Drafted[]; readonly fate: "kept" | "refused" | "crash before" | "crash after" };

function land(state: State, process: Process, { drafts, fate }: Landing): void {
  if (process.isDead) return;
  if (fate === "crash before") return void (process.isDead = true);
  if (fate === "refused") {
    // Whoever sent it from outside is told; the rest is tried again.
    for (const made of drafts) {
      const stay = made.mails.filter((mail) => mail.cause === null);
      made.resident.mails = [...stay, ...made.resident.mails];
    }
    state.world.moments.after(AGAIN_MS, () => take(state, process));
    return;
  }
  const kept = drafts.filter((made) => !made.isSeen);
  for (const made of kept) keep(state, made);
  if (fate === "crash after") process.isDead = true;
  state.world.committed(kept.filter((made) => made.events.length > 0).map((made) => made.id));
  if (process.isDead) return;
  for (const made of drafts) finish(state, made);
  process.isBusy = false;
  if ([...process.residents.values()].some((resident) => resident.mails.length > 0)) schedule(state, process);
}

function keep(state: State, made: Drafted): void {
  const cause = made.mails[0]?.cause ?? null;
  if (made.events.length === 0 && cause === null) return;
  const stream = state.disk.streams.get(made.id) ?? { events: [], causes: new Set() };
  if (made.events.length > 0) state.disk.streams.set(made.id, stream);
  if (cause !== null) stream.causes.add(cause);
  for (const event of made.events) stream.events.push(JSON.parse(JSON.stringify(event)) as Event);
  for (const [digest, value] of state.process.contents) state.disk.contents.set(digest, value);
}

const CONTROL: ReadonlySet<string> = new Set(["run.paused", "run.resumed", "run.stopping"]);

function finish(state: State, made: Drafted): void {
  const { id, resident } = made;
  if (!made.isSeen) {
    resident.run = made.run;
    for (const mail of made.mails) if (mail.signal.type === "begin") unbegun(state, made, mail.signal.key);
    oweAll(state, id, made.effects);
    const isControl = made.events.some((event) => CONTROL.has(event.type));
    if (isControl && state.options.flaw !== "forgets what waited for a resume") reconcile(state, id, resident);
  }
  for (const mail of made.mails) mail.told?.(made.isSeen ? "refused" : "done");
}

/** A `begin` that nothing followed: the run is paused, or wants it no longer. */
function unbegun(state: State, made: Drafted, key: number): void {
  const attempt = made.resident.attempts.get(key);
  const hasBegun = made.events.some((event) => event.type === "attempt.begun" && event.key === key);
  if (attempt?.state === "beginning" && !hasBegun) leave(state, made.resident, attempt);
}

function reconcile(state: State, id: RunId, resident: Resident): void {
  const effects = state.options.machine.owed(resident.run);
  const calls = new Set(effects.flatMap((one) => (one.type === "perform" || one.type === "prepare" ? [one.key] : [])));
  for (const attempt of [...resident.attempts.values()]) {
    const isUnbegun = attempt.state === "placing" || attempt.state === "beginning";
    if (isUnbegun && !calls.has(attempt.call.key)) leave(state, resident, attempt);
  }
  oweAll(state, id, effects.filter(({ type }) => type === "perform" || type === "prepare" || type === "abort"));
}

function oweAll(state: State, id: RunId, effects: readonly Effect[]): void {
  const resident = state.process.residents.get(id);
  if (resident !== undefined) for (const effect of effects) owe(state, { id, resident, effect });
}

type Owing<E = Effect> = { readonly id: RunId; readonly resident: Resident; readonly effect: E };

function owe(state: State, owing: Owing): void {
  const { id, effect } = owing;
  switch (effect.type) {
    case "perform":
      return perform(state, { ...owing, effect }, false);
    case "prepare":
      return perform(state, { ...owing, effect }, state.options.flaw !== "performs an ask before it has begun");
    case "abort":
      return abort(state, { ...owing, effect });
    case "child":
      return startChild(state, { ...owing, effect });
    case "report":
      return report(state, { ...owing, effect });
    case "timer":
      return timer(state, { ...owing, effect });
    case "listen":
      return;
    case "proceed":
      return postOwn(state, id, { type: "proceed" });
    default:
      return unreachable(effect);
  }
}

function timer(state: State, owing: Owing<Extract<Effect, { type: "timer" }>>): void {
  const { process, world } = state;
  const { key, due } = owing.effect;
  const name = `${owing.id} ${key}`;
  process.timers.get(name)?.();
  const cancel = world.moments.after(Math.max(1, due - world.moments.now()), () => {
    if (process.isDead) return;
    if (world.moments.now() < due) return timer(state, owing);
    postOwn(state, owing.id, { type: "fired", key });
  });
  process.timers.set(name, cancel);
}

function perform(state: State, owing: Owing<Call>, asks: boolean): void {
  const { resident, effect, id } = owing;
  const known = resident.attempts.get(effect.key);
  if (known !== undefined) {
    if (!asks && known.state === "beginning") begin(state, id, known);
    return;
  }
  const attempt: Attempt = {
    ...{ call: effect, asks, state: "placing", isPlaced: false, isStopping: false },
    stop: () => {},
    cancelTimer: () => {},
  };
  resident.attempts.set(effect.key, attempt);
  state.process.waiting.push({ resident, attempt });
  givePlaces(state);
}

/** All resources of a call at once, or none: so nothing waits for another that waits for it. */
function givePlaces(state: State): void {
  const { process, options } = state;
  for (const one of [...process.waiting]) {
    const { uses } = one.attempt.call;
    const isFree = uses.every((use) => (process.held.get(use.resource) ?? 0) < use.capacity);
    if (!isFree && options.flaw !== "ignores capacities") continue;
    process.waiting = process.waiting.filter((other) => other !== one);
    for (const { resource } of uses) process.held.set(resource, (process.held.get(resource) ?? 0) + 1);
    one.attempt.isPlaced = true;
    const { id } = one.resident.run;
    if (!one.attempt.asks) begin(state, id, one.attempt);
    else {
      one.attempt.state = "beginning";
      postOwn(state, id, { type: "begin", key: one.attempt.call.key });
    }
  }
}

function leave(state: State, resident: Resident, attempt: Attempt): void {
  resident.attempts.delete(attempt.call.key);
  state.process.waiting = state.process.waiting.filter((one) => one.attempt !== attempt);
  release(state, attempt);
}

function release(state: State, attempt: Attempt): void {
  attempt.cancelTimer();
  if (!attempt.isPlaced) return;
  attempt.isPlaced = false;
  for (const { resource } of attempt.call.uses) state.process.held.set(resource, (state.process.held.get(resource) ?? 1) - 1);
  givePlaces(state);
}

function begin(state: State, id: RunId, attempt: Attempt): void {
  const { process, world } = state;
  const { call } = attempt;
  const resident = process.residents.get(id);
  if (resident === undefined) return;
  attempt.state = "performing";
  const asked = taskOf(resident.run, call.key, factsOf(state).read);
  if (asked === null) return answer(state, { id, attempt }, { kind: "refused", error: failure("stopped", "It is wanted no longer.") });
  if (!("inputs" in asked)) return answer(state, { id, attempt }, { kind: "refused", error: asked });
  attempt.stop = world.perform({
    ...{ run: id, call, inputs: asked.inputs },
    answer: (given) => {
      if (!process.isDead) answer(state, { id, attempt }, given);
    },
  });
  limit(state, { id, attempt }, call.timeoutMs ?? TIMEOUT_MS);
}

type At = { readonly id: RunId; readonly attempt: Attempt };

/** Its time is up: it is told to stop. The second time it is given up. */
function limit(state: State, at: At, ms: number): void {
  const { process, world } = state;
  const { attempt, id } = at;
  if (attempt.state !== "performing") return;
  attempt.cancelTimer = world.moments.after(ms, () => {
    if (process.isDead || attempt.state !== "performing") return;
    if (attempt.isStopping) {
      return answer(state, at, { kind: "unknown", error: failure("timeout", "It did not answer when it was told to stop.") });
    }
    postOwn(state, id, { type: "expired", key: attempt.call.key });
    tellToStop(state, at);
  });
}

function tellToStop(state: State, at: At): void {
  const { attempt } = at;
  if (attempt.state !== "performing" || attempt.isStopping) return;
  attempt.isStopping = true;
  attempt.cancelTimer();
  limit(state, at, STOPPING_MS_MOST);
  attempt.stop();
}

function answer(state: State, { id, attempt }: At, given: Answer): void {
  if (attempt.state === "answered") return;
  attempt.state = "answered";
  const resident = state.process.residents.get(id);
  release(state, attempt);
  let key = attempt.call.key;
  if (state.options.flaw === "answers are taken for whatever is open" && resident !== undefined) key = [...resident.attempts.keys()].at(-1) ?? key;
  postOwn(state, id, { type: "answer", key, outcome: kept(state, given) }, () => resident?.attempts.delete(attempt.call.key));
}

function kept(state: State, given: Answer): Answer {
  if (given.kind !== "ok" || !("value" in given.output)) return given;
  const text = JSON.stringify(given.output.value);
  if (text.length <= INLINE_BYTES_MOST) return given;
  const digest = digestOf(text);
  state.process.contents.set(digest, given.output.value);
  return { ...given, output: { digest, bytes: text.length } };
}

function abort(state: State, { id, resident, effect }: Owing<Extract<Effect, { type: "abort" }>>): void {
  if (state.options.flaw === "never aborts") return;
  const { key } = effect;
  const attempt = resident.attempts.get(key);
  if (attempt !== undefined) {
    if (attempt.state === "performing") return tellToStop(state, { id, attempt });
    if (attempt.state === "answered") return;
    state.process.waiting = state.process.waiting.filter((one) => one.attempt !== attempt);
    return answer(state, { id, attempt }, { kind: "refused", error: failure("stopped", "It was stopped before it was begun.") });
  }
  const wait = waitsOf(resident.run).find((one) => one.key === key);
  if (wait?.what.kind !== "child") return postOwn(state, id, { type: "lost", key });
  const child = wait.what.run as RunId;
  const signal: Signal = { type: "cancel", why: "its step was stopped", rollback: false, at: state.world.moments.now(), by: "muster" };
  if (post(state, child, { signal, cause: null, told: null })) return;
  postOwn(state, id, { type: "answer", key, outcome: { kind: "refused", error: failure("sub_run_failed", "It was not begun.") } });
}

function startChild(state: State, { id, resident, effect }: Owing<Extract<Effect, { type: "child" }>>): void {
  const { key, child, definition } = effect;
  const refuse = (error: ReturnType<typeof failure>): void => postOwn(state, id, { type: "answer", key, outcome: { kind: "refused", error } });
  const made = childOf(resident.run, key, factsOf(state).read);
  if (made === null) return;
  if (!("params" in made)) return refuse(made);
  if (definition === null) return refuse(failure("sub_run_failed", "There is no such workflow."));
  const signal: Signal = {
    ...{ type: "start", definition, params: { names: ["x", "y", "z"], ...made.params }, parent: { run: id, key } },
    ...{ at: state.world.moments.now(), by: resident.run.by },
  };
  post(state, child, { signal, cause: null, told: null });
}

/** The parent is told first; only when it has that on disk is the report done. */
function report(state: State, { id, effect }: Owing<Extract<Effect, { type: "report" }>>): void {
  const done = (): void => postOwn(state, id, { type: "answer", key: effect.key, outcome: { kind: "ok", output: { value: null } } });
  const outcome: Answer =
    effect.outcome === "completed"
      ? { kind: "ok", output: effect.output }
      : { kind: "failed", certain: true, error: endOf(effect) };
  const signal: Signal = { type: "answer", key: effect.to.key, outcome, at: state.world.moments.now(), by: "muster" };
  if (!post(state, effect.to.run, { signal, cause: null, told: done })) done();
}

function endOf(effect: Extract<Effect, { type: "report" }>): ReturnType<typeof failure> {
  if (effect.error?.class === "critical") return effect.error;
  return failure("sub_run_failed", `It ended as ${effect.outcome}: ${effect.error?.message ?? ""}`);
}
