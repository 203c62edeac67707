import type { Workflow } from "../../src/core/definition/index.ts";
import type { Digest, RunId } from "../../src/core/id.ts";
import type { Json, JsonObject } from "../../src/core/json.ts";
import {
  type Answer,
  absent,
  askOf,
  decide,
  type Effect,
  type Event,
  type EventType,
  evolve,
  type Facts,
  type Failure,
  failure,
  load,
  owed,
  owedBy,
  type Path,
  type Run,
  type Stored,
  statusOf,
  type TaskAsked,
  type Told,
  taskOf,
  type UseOutcome,
  type UseStanding,
  useStanding,
  type Wait,
  waitsOf,
} from "../../src/core/machine/index.ts";
import type { Problem } from "../../src/core/problem.ts";
import { factsOf, type World } from "./facts.ts";
import { type Using, type UsingOne, usesTold, useTold } from "./tools.ts";
import { voteAt } from "./vote.ts";
import { workflow } from "./workflow.ts";

export const RUN = "wf_example" as RunId;
export const START = 1_700_000_000_000;

type Of<T extends EventType> = Extract<Event, { type: T }>;
type Waiting<K extends Wait["what"]["kind"]> = Pick<Wait, "key" | "path"> &
  Extract<Wait["what"], { kind: K }>;

/**
 * A run driven by hand: what is told to it, what happened, what it owes. Of every decision it checks
 * what must hold of all: see `checked`.
 */
export type Given = {
  readonly at: () => number;
  readonly run: () => Run;
  readonly log: () => readonly Event[];
  readonly facts: Facts;
  readonly start: (params?: JsonObject) => Given;
  /** Tells it, and `proceed` while that is owed. @throws Error where it is refused */
  readonly tell: (told: Told, by?: string) => readonly Event[];
  readonly refused: (told: Told, by?: string) => Problem;
  /** The step's open attempt is begun where it must be, and answered. */
  readonly answers: (path: Path, answer: Answer) => readonly Event[];
  readonly does: (path: Path, outputs?: JsonObject) => readonly Event[];
  readonly fails: (path: Path, error: string | Failure, certain?: boolean) => readonly Event[];
  readonly begins: (path: Path) => readonly Event[];
  /** Time passes; timers fire when they are due. */
  readonly after: (ms: number) => readonly Event[];
  /** The process ends and another folds the log. */
  readonly crashes: () => readonly Event[];
  /** The agent of the open attempt asks to use a tool. */
  readonly uses: (path: Path, tool: string, more?: Using) => readonly Event[];
  /** The same of several at once: a tool, and what else is said of it. */
  readonly usesAll: (path: Path, all: readonly UsingOne[]) => readonly Event[];
  /** The use under way at a path was performed, or not. */
  readonly used: (path: Path, outcome: UseOutcome) => readonly Event[];
  readonly use: (path: Path) => Waiting<"use">;
  /** What has become of what the open attempt asked for. */
  readonly standing: (path: Path, tool: string, more?: Using) => UseStanding;
  /** What is open at a path. @throws Error where nothing of the kind is */
  readonly attempt: (path: Path) => Waiting<"agent" | "child">;
  readonly gate: (path: Path) => Waiting<"gate">;
  readonly exception: (path: Path) => Waiting<"exception">;
  readonly listen: (path: Path) => Waiting<"event">;
  readonly task: (path: Path) => Waiting<"person">;
  /** A person does the open task at a path. */
  readonly gives: (path: Path, by: string, outputs?: JsonObject) => readonly Event[];
  /** What its agent is asked. */
  readonly asked: (path: Path) => TaskAsked;
  readonly vote: (path: Path, by: string, allow?: boolean) => readonly Event[];
  readonly owes: <T extends Effect["type"]>(type: T) => readonly Extract<Effect, { type: T }>[];
  /** What every open step waits for. */
  readonly waits: () => readonly Wait[];
  /** Paths with an attempt in flight, in the order they were begun. */
  readonly inFlight: () => readonly Path[];
  readonly events: <T extends EventType>(type: T) => readonly Of<T>[];
  /** How a step ended, or null. */
  readonly ended: (path: Path) => string | null;
  readonly output: (path: Path) => Json | undefined;
  readonly result: () => Json | undefined;
  readonly status: () => string;
};

type State = {
  readonly workflow: Workflow;
  readonly world: World;
  readonly facts: Facts;
  readonly contents: Map<Digest, string>;
  readonly log: Event[];
  run: Run;
  at: number;
};

/** @param text a workflow as YAML, or read before */
export function given(text: string | Workflow, world: World = {}): Given {
  const read = typeof text === "string" ? workflow(text) : text;
  const contents = new Map<Digest, string>();
  const facts = factsOf(world, contents);
  const state: State = {
    workflow: read,
    world,
    facts,
    contents,
    log: [],
    run: absent(RUN, read, facts.definition),
    at: START,
  };
  const made: Given = {
    ...tellsOf(state),
    ...seesOf(state),
    facts,
    start: (params = {}) => start(state, made, params),
  };
  return made;
}

function start(state: State, made: Given, params: JsonObject): Given {
  const origin: JsonObject = {};
  for (const name of Object.keys(params)) Object.assign(origin, { [name]: "given" });
  tell(
    state,
    { type: "start", definition: state.workflow.digest, params, parent: null, origin },
    "ana",
  );
  return made;
}

function tellsOf(state: State) {
  const answers = (path: Path, answer: Answer): readonly Event[] => {
    const { key } = find(state, path, ["agent", "child"]);
    const isAsked = owed(state.run).some(
      (effect) => effect.type === "prepare" && effect.key === key,
    );
    const before = isAsked ? tell(state, { type: "begin", key }) : [];
    return [...before, ...tell(state, { type: "answer", key, outcome: answer })];
  };
  return {
    tell: (told: Told, by = "ana") => tell(state, told, by),
    refused: (told: Told, by = "ana") => {
      const before = state.run;
      const answer = decide(before, { ...told, at: state.at, by }, state.facts);
      if (!("code" in answer)) throw new Error(`"${told.type}" was not refused.`);
      return answer;
    },
    answers,
    does: (path: Path, outputs: JsonObject = {}) =>
      answers(path, { kind: "ok", output: { value: outputs } }),
    fails: (path: Path, error: string | Failure, certain?: boolean) =>
      answers(path, {
        kind: "failed",
        error: typeof error === "string" ? failure(error, `It failed: ${error}.`) : error,
        ...(certain === undefined ? {} : { certain }),
      } as Answer),
    begins: (path: Path) => tell(state, { type: "begin", key: find(state, path, ["agent"]).key }),
    uses: (path: Path, tool: string, more: Using = {}) => {
      const { key } = find(state, path, ["agent"]);
      const isAsked = owed(state.run).some(
        (effect) => effect.type === "prepare" && effect.key === key,
      );
      const begun = isAsked ? tell(state, { type: "begin", key }) : [];
      const agent = `agent:${find(state, path, ["agent"]).agent}`;
      return [...begun, ...tell(state, useTold(key, tool, more), agent)];
    },
    usesAll: (path: Path, all: readonly UsingOne[]) => {
      const { key, agent } = find(state, path, ["agent"]);
      return tell(state, usesTold(key, all), `agent:${agent}`);
    },
    used: (path: Path, outcome: UseOutcome) =>
      tell(state, { type: "used", key: find(state, path, ["use"]).key, outcome }),
    after: (ms: number) => after(state, ms),
    crashes: () => crashes(state),
    gives: (path: Path, by: string, outputs: JsonObject = {}) => {
      const { key } = find(state, path, ["person"]);
      return tell(state, { type: "give", key, output: { value: outputs }, why: "" }, by);
    },
    vote: (path: Path, by: string, allow = true) => {
      const { key } = find(state, path, ["gate"]);
      return tell(state, voteAt(state.run, key, allow), by);
    },
  };
}

function seesOf(state: State) {
  const events = <T extends EventType>(type: T): readonly Of<T>[] =>
    state.log.filter((event): event is Of<T> => event.type === type);
  const last = (path: Path) => events("step.finished").findLast((event) => event.path === path);
  return {
    at: () => state.at,
    run: () => state.run,
    log: () => state.log,
    events,
    attempt: (path: Path) => find(state, path, ["agent", "child"]),
    use: (path: Path) => find(state, path, ["use"]),
    standing: (path: Path, tool: string, more: Using = {}) => {
      const { key } = find(state, path, ["agent"]);
      return useStanding(state.run, key, askOf(state.facts.digest, useTold(key, tool, more)));
    },
    gate: (path: Path) => find(state, path, ["gate"]),
    exception: (path: Path) => find(state, path, ["exception"]),
    listen: (path: Path) => find(state, path, ["event"]),
    task: (path: Path) => find(state, path, ["person"]),
    asked: (path: Path) => {
      const asked = taskOf(state.run, find(state, path, ["agent", "person"]).key, state.facts.read);
      if (asked === null || "class" in asked)
        throw new Error(asked?.message ?? `Nothing is asked at "${path}".`);
      return asked;
    },
    owes: <T extends Effect["type"]>(type: T) =>
      owed(state.run).filter(
        (effect): effect is Extract<Effect, { type: T }> => effect.type === type,
      ),
    waits: () => waitsOf(state.run),
    inFlight: () => waitingFor(state.run, ["agent", "child"]).map(({ path }) => path),
    ended: (path: Path) =>
      last(path)?.outcome ??
      (events("step.skipped").some((event) => event.path === path) ? "skipped" : null),
    output: (path: Path) => valueIn(state, last(path)?.output),
    result: () => valueIn(state, events("run.finished")[0]?.outputs),
    status: () => statusOf(state.run),
  };
}

function valueIn(state: State, stored: Stored | undefined): Json | undefined {
  return stored === undefined ? undefined : load(stored, state.facts.read);
}

function tell(state: State, told: Told, by = "muster"): readonly Event[] {
  const first = state.log.length;
  decideOnce(state, told, by);
  if ((state.world.proceeds ?? true) && state.world.isResting !== true) {
    while (owed(state.run).some(({ type }) => type === "proceed"))
      decideOnce(state, { type: "proceed" }, "muster");
  }
  return state.log.slice(first);
}

function decideOnce(state: State, told: Told, by: string): void {
  const before = state.run;
  const decision = decide(before, { ...told, at: state.at, by }, state.facts);
  if ("code" in decision) throw new Error(`"${told.type}" was refused: ${decision.message}`);
  for (const [digest, text] of decision.contents) state.contents.set(digest, text);
  const events = decision.events.map((event) => JSON.parse(JSON.stringify(event)) as Event);
  state.run = checked(before, events, decision.run);
  state.log.push(...events);
}

/** M6's law of `owedBy`; that a fold of what was written gives what was decided is compared by tests of their own. */
function checked(before: Run, events: readonly Event[], after: Run): Run {
  const known = new Set([...owed(before), ...owedBy(after, events)].map(nameOf));
  const unknown = owed(after)
    .map(nameOf)
    .filter((name) => !known.has(name));
  if (unknown.length > 0) throw new Error(`Owed, and no event opened it: ${unknown.join(", ")}.`);
  return after;
}

export function nameOf(effect: Effect): string {
  return `${effect.type} ${"key" in effect ? effect.key : ""} ${"due" in effect ? effect.due : ""}`;
}

function after(state: State, ms: number): readonly Event[] {
  const first = state.log.length;
  const until = state.at + ms;
  for (;;) {
    const timers = owed(state.run).filter(
      (effect) => effect.type === "timer" && effect.due <= until,
    );
    const next = timers.toSorted((a, b) => dueOf(a) - dueOf(b))[0];
    if (next?.type !== "timer") break;
    state.at = Math.max(state.at, next.due);
    const before = state.log.length;
    tell(state, { type: "fired", key: next.key });
    if (state.log.length === before) throw new Error(`The timer ${next.key} fired and stays owed.`);
  }
  state.at = until;
  return state.log.slice(first);
}

function dueOf(effect: Effect): number {
  return effect.type === "timer" ? effect.due : 0;
}

function crashes(state: State): readonly Event[] {
  const first = state.log.length;
  state.run = fold(state.workflow, state.log, state.facts.definition);
  for (const effect of owed(state.run)) {
    if (effect.type === "perform" || effect.type === "abort" || effect.type === "use")
      tell(state, { type: "lost", key: effect.key });
  }
  return state.log.slice(first);
}

export function fold(
  definition: Workflow,
  events: readonly Event[],
  definitions?: Run["definitions"],
): Run {
  return events.reduce(evolve, absent(RUN, definition, definitions));
}

function find<K extends Wait["what"]["kind"]>(
  state: State,
  path: Path,
  kinds: readonly K[],
): Waiting<K> {
  const [found] = waitingFor(state.run, kinds).filter((wait) => wait.path === path);
  if (found === undefined)
    throw new Error(`Nothing at "${path}" waits for: ${kinds.join(" or ")}.`);
  return found;
}

/** In the order of their keys. */
export function waitingFor<K extends Wait["what"]["kind"]>(
  run: Run,
  kinds: readonly K[],
): readonly Waiting<K>[] {
  return waitsOf(run)
    .filter(({ what }) => kinds.some((kind) => kind === what.kind))
    .toSorted((a, b) => a.key - b.key)
    .map(({ key, path, what }) => ({ key, path, ...what }) as Waiting<K>);
}
