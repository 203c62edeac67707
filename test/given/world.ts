import type { Workflow } from "../../src/core/definition/index.ts";
import type { Digest } from "../../src/core/id.ts";
import type { JsonObject } from "../../src/core/json.ts";
import {
  type Answer,
  type Asked,
  absent,
  type Decision,
  decide,
  type EffectClass,
  type Event,
  failure,
  type Key,
  owed,
  type Run,
  type Signal,
  type Told,
  type Wait,
  waitsOf,
} from "../../src/core/machine/index.ts";
import { factsOf } from "./facts.ts";
import { type Chance, chanceFrom, pick } from "./mulberry.ts";
import { fold, RUN, START } from "./run.ts";
import { steering } from "./steering.ts";
import { RANDOM_TOOLS, useAnswered, usesToAsk } from "./using.ts";
import { atGate } from "./vote.ts";
import { worldWorkflows } from "./world-workflows.ts";

/** One decision of a run in a random world. */
type Turn = {
  readonly before: Run;
  readonly signal: Signal;
  readonly events: readonly Event[];
  readonly after: Run;
};

export type Journey = {
  readonly workflow: Workflow;
  readonly turns: readonly Turn[];
  readonly log: readonly Event[];
  readonly run: Run;
};

/**
 * A run in a world where much goes wrong: agents fail in every way, answers come late, twice or never,
 * the process ends, people pause, cancel and decide. After `moves` of them everything goes well, so that
 * the run can end. The same seed gives the same journey.
 */
export function journey(seed: number, moves = 60): Journey {
  const chance = chanceFrom(seed);
  const definition = worldWorkflows()[seed % worldWorkflows().length] as Workflow;
  const state = open(definition, chance);
  tell(state, { type: "start", definition: definition.digest, params: {}, parent: null });
  for (let move = 0; move < moves && state.run.phase !== "finished"; move++) stray(state);
  for (let move = 0; move < MOVES_MOST && !isOver(state.run); move++) goOn(state);
  return { workflow: definition, turns: state.turns, log: state.log, run: state.run };
}

/** A journey that needs more moves than this after all goes well does not end. */
const MOVES_MOST = 2_000;

const AGENTS: Readonly<Record<string, EffectClass>> = {
  reader: "pure",
  keeper: "idempotent",
  sender: "ask",
};

/** One person, then another, have an hour each. */
const PEOPLE: Readonly<Record<string, Asked>> = {
  lawyer: { to: ["ana"], dueMs: 3_600_000, next: [["ana", "ben"]] },
};

type State = {
  readonly chance: Chance;
  readonly facts: ReturnType<typeof factsOf>;
  readonly contents: Map<Digest, string>;
  readonly turns: Turn[];
  readonly log: Event[];
  readonly told: Told[];
  readonly using: boolean;
  run: Run;
  at: number;
};

function open(definition: Workflow, chance: Chance): State {
  const contents = new Map<Digest, string>();
  const facts = factsOf(
    {
      agents: AGENTS,
      people: PEOPLE,
      unknown: ["by_hand"],
      workflows: ["billing"],
      tools: RANDOM_TOOLS,
    },
    contents,
  );
  return {
    chance,
    facts,
    contents,
    turns: [],
    log: [],
    told: [],
    using: definition === worldWorkflows().at(-1),
    run: absent(RUN, definition),
    at: START,
  };
}

function isOver(run: Run): boolean {
  return run.phase === "finished" && owed(run).length === 0;
}

function tell(state: State, told: Told, by = "muster"): void {
  const before = state.run;
  const signal: Signal = { ...told, at: state.at, by };
  const decision = decide(before, signal, state.facts);
  state.told.push(told);
  if ("code" in decision) return;
  take(state, decision, { before, signal });
}

function take(state: State, decision: Decision, of: Pick<Turn, "before" | "signal">): void {
  for (const [digest, text] of decision.contents) state.contents.set(digest, text);
  const events = decision.events.map((event) => JSON.parse(JSON.stringify(event)) as Event);
  state.log.push(...events);
  state.run = decision.run;
  state.turns.push({ ...of, events, after: decision.run });
}

/** Something happens, and it may be anything. */
function stray(state: State): void {
  const { chance } = state;
  state.at += Math.floor(chance() * chance() * 600_000);
  const dice = chance();
  if (dice < 0.04) return crash(state);
  if (dice < 0.12) return tell(state, pick(chance, state.told));
  if (dice < 0.15) return tell(state, { type: "pause", why: "" }, "ben");
  if (dice < 0.2) return tell(state, { type: "resume" }, "ben");
  if (dice < 0.22) return tell(state, { type: "cancel", why: "", rollback: chance() < 0.5 }, "ben");
  if (dice < 0.32) return tell(state, steering(state.run, chance), "ben");
  const moves = movesOf(state);
  if (moves.length > 0) pick(chance, moves)();
}

/** What the world owes is done, and people decide. */
function goOn(state: State): void {
  const { run } = state;
  state.at += 60_000;
  if (run.paused !== null) return tell(state, { type: "resume" }, "ben");
  for (const effect of owed(run)) {
    if (effect.type === "proceed") return tell(state, { type: "proceed" });
    if (effect.type === "prepare") return tell(state, { type: "begin", key: effect.key });
    if (effect.type === "timer") state.at = Math.max(state.at, effect.due);
    if (effect.type === "timer") return tell(state, { type: "fired", key: effect.key });
    if (effect.type === "listen")
      return tell(state, { type: "arrived", key: effect.key, payload: {}, source: "bank" });
    if (effect.type === "use") return tell(state, useAnswered(effect, null));
    return tell(state, { type: "answer", key: effect.key, outcome: ok({ done: true, rows: [1] }) });
  }
  const [held] = waitsOf(run).filter(({ what }) => what.kind === "held");
  if (held !== undefined) return tell(state, { type: "retry", path: held.path }, "ben");
  const [wait] = waitsOf(run).filter(
    ({ what }) => what.kind === "gate" || what.kind === "person" || what.kind === "exception",
  );
  if (wait !== undefined) decideAs(state, wait, "well");
}

function ok(value: JsonObject): Answer {
  return { kind: "ok", output: { value } };
}

/** All that may happen next, of what is owed and of what people may decide. */
function movesOf(state: State): readonly (() => void)[] {
  const { run, chance } = state;
  const moves: (() => void)[] = [];
  for (const effect of owed(run)) {
    if (effect.type === "proceed") moves.push(() => tell(state, { type: "proceed" }));
    else if (effect.type === "prepare")
      moves.push(() => tell(state, { type: "begin", key: effect.key }));
    else if (effect.type === "timer") moves.push(() => fire(state, effect));
    else if (effect.type === "listen")
      moves.push(() =>
        tell(state, { type: "arrived", key: effect.key, payload: {}, source: "bank" }),
      );
    else if (effect.type === "use") moves.push(() => tell(state, useAnswered(effect, chance)));
    else moves.push(() => answerOrNot(state, effect.key));
  }
  if (state.using)
    for (const told of usesToAsk(run, chance)) moves.push(() => tell(state, told, "agent:it"));
  for (const wait of waitsOf(run)) {
    const { kind } = wait.what;
    if (kind === "gate" || kind === "person" || kind === "exception")
      moves.push(() => decideAs(state, wait, "anyhow"));
  }
  return moves;
}

function fire(state: State, timer: { readonly key: Key; readonly due: number }): void {
  state.at = Math.max(state.at, timer.due);
  tell(state, { type: "fired", key: timer.key });
}

function answerOrNot(state: State, key: Key): void {
  const { chance } = state;
  if (chance() < 0.12) return tell(state, { type: "expired", key });
  tell(state, { type: "answer", key, outcome: anyAnswer(chance) });
}

const KINDS = [
  "network_timeout",
  "api_rate_limit",
  "invalid_input_data",
  "non_critical_data_missing",
  "data_corruption",
  "its_own",
] as const;

function anyAnswer(chance: Chance): Answer {
  const dice = chance();
  if (dice < 0.45) return ok({ done: chance() < 0.5, rows: [1, 2] });
  if (dice < 0.5) return ok({ done: "perhaps", rows: "none" });
  const error = failure(pick(chance, KINDS), "It went wrong.");
  if (dice < 0.6) return { kind: "unknown", error };
  if (dice < 0.7) return { kind: "refused", error };
  const certain = chance();
  if (certain < 0.4) return { kind: "failed", error };
  return { kind: "failed", error, certain: certain < 0.7 };
}

function decideAs(state: State, wait: Wait, how: "well" | "anyhow"): void {
  const { chance } = state;
  const { key, what } = wait;
  if (what.kind === "gate") {
    const { told, by } = atGate(state.run, key, how === "well" ? null : chance);
    return tell(state, told, by);
  }
  if (what.kind === "person") return doTask(state, { key, to: what.to }, how);
  const dice = how === "well" ? 1 : chance();
  if (dice < 0.4) return tell(state, { type: "retry", key }, "ana");
  if (dice < 0.6)
    return tell(
      state,
      { type: "give", key, output: { value: { done: true, rows: [] } }, why: "" },
      "ana",
    );
  tell(state, { type: "skip", key, why: "seen to" }, "ana");
}

/** Somebody does a task, or claims it, gives it back, declines it; or answers what was not asked. */
function doTask(
  state: State,
  { key, to }: { readonly key: Key; readonly to: readonly string[] },
  how: "well" | "anyhow",
): void {
  const { chance, run } = state;
  const open = waitsOf(run).find((wait) => wait.key === key)?.what;
  const claimed = open?.kind === "person" ? open.claimed : null;
  const by = how === "well" ? (claimed ?? to[0] ?? "ana") : pick(chance, ["ana", "ben", "cleo"]);
  const dice = how === "well" ? 1 : chance();
  if (dice < 0.25) return tell(state, { type: "claim", key }, by);
  if (dice < 0.4) return tell(state, { type: "release", key, why: "" }, by);
  if (dice < 0.5) return tell(state, { type: "decline", key, why: "" }, by);
  const value = dice < 0.6 ? { done: "perhaps" } : { done: true };
  tell(state, { type: "give", key, output: { value }, why: "" }, by);
}

/** The process ends. Another folds the log, and tells what may have been begun that it is lost. */
function crash(state: State): void {
  state.run = fold(state.run.workflow, state.log);
  for (const effect of owed(state.run)) {
    if (effect.type === "perform" || effect.type === "abort" || effect.type === "use")
      tell(state, { type: "lost", key: effect.key });
  }
}
