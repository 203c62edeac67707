import type { Workflow } from "../../src/core/definition/index.ts";
import type { Digest, RunId } from "../../src/core/id.ts";
import type { Json, JsonObject } from "../../src/core/json.ts";
import {
  absent,
  childOf,
  type Decision,
  decide,
  type Effect,
  type Event,
  type Facts,
  type Fork,
  load,
  owed,
  type Run,
  type Told,
  taskOf,
  type Wait,
  waitsOf,
} from "../../src/core/machine/index.ts";
import { ranked } from "../simulation/agents.ts";
import { digestOf } from "./workflow.ts";

/** A run that was driven to its end while all went well. What a step gives depends on it and its inputs alone. */
export type Ending = {
  readonly run: Run;
  readonly log: readonly Event[];
  readonly outputs: Json;
  /** Paths that were asked of an agent, in order. */
  readonly asked: readonly string[];
};

export type Drive = {
  readonly id: RunId;
  readonly definition: Workflow;
  readonly params: JsonObject;
  readonly contents: Map<Digest, string>;
  readonly from?: Fork;
  /** What the agent gives. */
  readonly outputs: (path: string, inputs: JsonObject) => JsonObject;
  /** Stops here, in the middle. */
  readonly untilSeq?: number;
};

/** A run that needs more moves than this does not end. */
const MOVES_MOST = 20_000;

export function drive(given: Drive): Ending {
  const state: State = {
    given,
    facts: factsOf(given.contents),
    run: absent(given.id, given.definition),
    log: [],
    asked: [],
    at: 1_700_000_000_000,
  };
  const { params, from } = given;
  const start = {
    type: "start",
    definition: given.definition.digest,
    params,
    parent: null,
  } as const;
  tell(state, from === undefined ? start : { ...start, from });
  try {
    for (let move = 0; move < MOVES_MOST && goOn(state); move++);
  } catch (error) {
    throw new Error(
      `${error instanceof Error ? error.message : ""}\n${state.log.map((event) => JSON.stringify(event)).join("\n")}`,
    );
  }
  const stored = state.run.result;
  return {
    run: state.run,
    log: state.log,
    outputs: stored === null ? null : load(stored, state.facts.read),
    asked: state.asked,
  };
}

type State = {
  readonly given: Drive;
  readonly facts: Facts;
  run: Run;
  readonly log: Event[];
  readonly asked: string[];
  at: number;
};

export function factsOf(contents: ReadonlyMap<Digest, string>): Facts {
  return {
    agents: ranked,
    read: (digest) => JSON.parse(contents.get(digest) ?? "null") as Json,
    workflow: (name) => digestOf(name),
    digest: digestOf,
  };
}

function tell(state: State, told: Told, by = "ana"): void {
  const made = decide(state.run, { ...told, at: state.at, by }, state.facts) as Decision;
  if ("code" in made) throw new Error(`"${told.type}" was refused: ${JSON.stringify(made)}`);
  for (const [digest, text] of made.contents) state.given.contents.set(digest, text);
  state.log.push(...made.events.map((event) => JSON.parse(JSON.stringify(event)) as Event));
  state.run = made.run;
}

function goOn(state: State): boolean {
  const { run, given } = state;
  if (run.phase === "finished" || run.seq >= (given.untilSeq ?? Infinity)) return false;
  state.at += 1_000;
  if (run.paused !== null) {
    tell(state, { type: "resume" });
    return true;
  }
  const [effect] = owed(run);
  if (effect !== undefined && effect.type !== "timer") {
    perform(state, effect);
    return true;
  }
  const wait = waitsOf(run).find(({ what }) => OF_PEOPLE.has(what.kind));
  if (wait !== undefined) {
    decideOn(state, wait);
    return true;
  }
  const timer = owed(run).find((one) => one.type === "timer");
  if (timer?.type !== "timer") throw new Error(`${run.id} waits for nothing that comes.`);
  state.at = Math.max(state.at, timer.due);
  tell(state, { type: "fired", key: timer.key });
  return true;
}

function perform(state: State, effect: Exclude<Effect, { type: "timer" }>): void {
  const { given, facts, run } = state;
  if (effect.type === "proceed") return tell(state, { type: "proceed" });
  const { key } = effect;
  if (effect.type === "prepare") return tell(state, { type: "begin", key });
  if (effect.type === "listen") {
    const wait = waitsOf(run).find((one) => one.key === key);
    const payload = { n: given.outputs(wait?.path ?? "", {})["n"] ?? 0 };
    return tell(state, { type: "arrived", key, payload, source: "post" });
  }
  let output: Json = {};
  if (effect.type === "perform") {
    const asked = taskOf(run, key, facts.read);
    if (asked === null || "class" in asked) throw new Error(`Nothing is asked at ${effect.path}.`);
    state.asked.push(effect.path);
    output = given.outputs(effect.path, asked.inputs);
  } else if (effect.type === "child") {
    const made = childOf(run, key, facts.read);
    state.asked.push(effect.path);
    const params = made !== null && "params" in made ? made.params : {};
    output = given.outputs(effect.path, params);
  }
  tell(state, { type: "answer", key, outcome: { kind: "ok", output: { value: output } } });
}

const OF_PEOPLE: ReadonlySet<string> = new Set(["gate", "exception", "person"]);

/** Everybody allows it, a person gives what an agent would, and whatever may have been done is done again. */
function decideOn(state: State, { key, path, what }: Wait): void {
  if (what.kind === "exception") return tell(state, { type: "retry", key });
  if (what.kind === "person") {
    const asked = taskOf(state.run, key, state.facts.read);
    const inputs = asked === null || "class" in asked ? {} : asked.inputs;
    state.asked.push(path);
    const output = { value: state.given.outputs(path, inputs) };
    return tell(state, { type: "give", key, output, why: "" }, what.claimed ?? what.to[0] ?? "ana");
  }
  if (what.kind !== "gate") return;
  const voter = what.from[what.votes] ?? `voter ${what.votes}`;
  const digest = what.digest as Digest;
  tell(state, { type: "vote", key, digest, allow: true, reason: "" }, voter);
}
