import type { RunId } from "../../src/core/id.ts";
import {
  type Answer,
  type Call,
  type Effect,
  type Event,
  failure,
  INLINE_BYTES_MOST,
  type Signal,
  taskOf,
  waitsOf,
} from "../../src/core/machine/index.ts";
import { unreachable } from "../../src/core/unreachable.ts";
import { digestOf } from "../../src/engine/runtime/index.ts";
import { TIMEOUT_MS } from "./agents.ts";
import { performUse } from "./machine-gateway.ts";
import {
  type Attempt,
  factsOf,
  post,
  postOwn,
  type Resident,
  type State,
} from "./machine-process.ts";
import { type Owing, pauseChild, report, startChild, undoChild } from "./machine-sub-runs.ts";
import { useAsStep } from "./machine-tool-step.ts";
import { askingOf, endQuestions } from "./machine-uses.ts";

const STOPPING_MS_MOST = 10_000;

type Began = { readonly resident: Resident; readonly events: readonly Event[] };

/** A `begin` that nothing followed: the run is paused, or wants it no longer. */
export function unbegun(state: State, made: Began, key: number): void {
  const attempt = made.resident.attempts.get(key);
  const hasBegun = made.events.some((event) => event.type === "attempt.begun" && event.key === key);
  if (attempt?.state === "beginning" && !hasBegun) leave(state, made.resident, attempt);
}

export function reconcile(state: State, id: RunId, resident: Resident): void {
  const effects = state.options.machine.owed(resident.run);
  const calls = new Set(
    effects.flatMap((one) => (one.type === "perform" || one.type === "prepare" ? [one.key] : [])),
  );
  for (const attempt of resident.attempts.values()) {
    const isUnbegun = attempt.state === "placing" || attempt.state === "beginning";
    if (isUnbegun && !calls.has(attempt.call.key)) leave(state, resident, attempt);
  }
  oweAll(
    state,
    id,
    effects.filter(({ type }) => type === "perform" || type === "prepare" || type === "abort"),
  );
}

export function oweAll(state: State, id: RunId, effects: readonly Effect[]): void {
  const resident = state.process.residents.get(id);
  if (resident !== undefined) for (const effect of effects) owe(state, { id, resident, effect });
}

function owe(state: State, owing: Owing): void {
  const { id, effect } = owing;
  switch (effect.type) {
    case "perform":
      return perform(state, { ...owing, effect }, false);
    case "prepare":
      return perform(
        state,
        { ...owing, effect },
        state.options.flaw !== "performs an ask before it has begun",
      );
    case "abort":
      return abort(state, { ...owing, effect });
    case "child":
      return startChild(state, { ...owing, effect });
    case "undo":
      return undoChild(state, { ...owing, effect });
    case "pause":
      return pauseChild(state, { ...owing, effect });
    case "report":
      return report(state, { ...owing, effect });
    case "timer":
      return timer(state, { ...owing, effect });
    case "use":
      return performUse(state, { ...owing, effect });
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
    call: effect,
    asks,
    state: "placing",
    isPlaced: false,
    isStopping: false,
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
  for (const one of process.waiting) {
    const { uses } = one.attempt.call;
    const isFree = uses.every((use) => (process.held.get(use.resource) ?? 0) < use.capacity);
    if (!isFree && options.flaw !== "ignores capacities") continue;
    process.waiting = process.waiting.filter((other) => other !== one);
    for (const { resource } of uses)
      process.held.set(resource, (process.held.get(resource) ?? 0) + 1);
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
  for (const { resource } of attempt.call.uses)
    state.process.held.set(resource, (state.process.held.get(resource) ?? 1) - 1);
  givePlaces(state);
}

function begin(state: State, id: RunId, attempt: Attempt): void {
  const { process, world } = state;
  const { call } = attempt;
  const resident = process.residents.get(id);
  if (resident === undefined) return;
  attempt.state = "performing";
  const asked = taskOf(resident.run, call.key, factsOf(state).read);
  if (asked === null)
    return answer(
      state,
      { id, attempt },
      { kind: "refused", error: failure("stopped", "It is wanted no longer.") },
    );
  if (!("inputs" in asked))
    return answer(state, { id, attempt }, { kind: "refused", error: asked });
  const told = (given: Answer): void => {
    if (!process.isDead) answer(state, { id, attempt }, given);
  };
  const { inputs, tool } = asked;
  const hands = askingOf(state, id, attempt);
  if (tool !== undefined) useAsStep({ use: hands.use, tool, inputs }, told);
  else attempt.stop = world.perform({ run: id, call, inputs, answer: told, ...hands });
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
      return answer(state, at, {
        kind: "unknown",
        error: failure("timeout", "It did not answer when it was told to stop."),
      });
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
  endQuestions(state, attempt);
  attempt.stop();
}

function answer(state: State, { id, attempt }: At, given: Answer): void {
  if (attempt.state === "answered") return;
  attempt.state = "answered";
  const resident = state.process.residents.get(id);
  release(state, attempt);
  let key = attempt.call.key;
  if (state.options.flaw === "answers are taken for whatever is open" && resident !== undefined)
    key = [...resident.attempts.keys()].at(-1) ?? key;
  postOwn(state, id, { type: "answer", key, outcome: kept(state, given) }, () =>
    resident?.attempts.delete(attempt.call.key),
  );
}

function kept(state: State, given: Answer): Answer {
  if (given.kind !== "ok" || !("value" in given.output)) return given;
  const text = JSON.stringify(given.output.value);
  if (text.length <= INLINE_BYTES_MOST) return given;
  const digest = digestOf(text);
  state.process.contents.set(digest, given.output.value);
  return { ...given, output: { digest, bytes: text.length } };
}

function abort(
  state: State,
  { id, resident, effect }: Owing<Extract<Effect, { type: "abort" }>>,
): void {
  if (state.options.flaw === "never aborts") return;
  const { key } = effect;
  const attempt = resident.attempts.get(key);
  if (attempt !== undefined) {
    if (attempt.state === "performing") return tellToStop(state, { id, attempt });
    if (attempt.state === "answered") return;
    state.process.waiting = state.process.waiting.filter((one) => one.attempt !== attempt);
    return answer(
      state,
      { id, attempt },
      { kind: "refused", error: failure("stopped", "It was stopped before it was begun.") },
    );
  }
  const wait = waitsOf(resident.run).find((one) => one.key === key);
  if (wait?.what.kind !== "child") return postOwn(state, id, { type: "lost", key });
  const child = wait.what.run as RunId;
  const signal: Signal = {
    type: "cancel",
    why: "its step was stopped",
    rollback: false,
    at: state.world.moments.now(),
    by: "muster",
  };
  if (post(state, child, { signal, cause: null, told: null })) return;
  postOwn(state, id, {
    type: "answer",
    key,
    outcome: { kind: "refused", error: failure("sub_run_failed", "It was not begun.") },
  });
}
