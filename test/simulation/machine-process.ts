import type { Preview } from "../../src/core/governance/index.ts";
import type { Digest, RunId } from "../../src/core/id.ts";
import type { Json } from "../../src/core/json.ts";
import {
  absent,
  type Call,
  type Event,
  type Facts,
  type Run,
  type Signal,
} from "../../src/core/machine/index.ts";
import { digestOf } from "../../src/engine/runtime/index.ts";
import { ranked } from "./agents.ts";
import type { Question } from "./machine-uses.ts";
import type { Machine, Surroundings } from "./shell.ts";

/** Rules of a shell, each of which can be switched off to see whether that is found. */
export type Flaw =
  | "performs before it is written"
  | "performs an ask before it has begun"
  | "forgets what may be lost"
  | "forgets what is owed on opening"
  | "forgets what waited for a resume"
  | "ignores capacities"
  | "never aborts"
  | "answers are taken for whatever is open"
  | "looks at a record once";

export type Options = { readonly machine: Machine; readonly flaw: Flaw | null };

/** What outlives the process. */
type Kept = {
  readonly events: Event[];
  readonly causes: Set<string>;
};
export type Disk = { readonly streams: Map<RunId, Kept>; readonly contents: Map<Digest, Json> };

export type Attempt = {
  readonly call: Call;
  readonly asks: boolean;
  state: "placing" | "beginning" | "performing" | "answered";
  isPlaced: boolean;
  isStopping: boolean;
  stop: () => void;
  cancelTimer: () => void;
};
export type Mail = {
  readonly signal: Signal;
  readonly cause: string | null;
  readonly told: ((is: "done" | "refused") => void) | null;
};
export type Resident = { run: Run; mails: Mail[]; readonly attempts: Map<number, Attempt> };
export type Process = {
  isDead: boolean;
  isBusy: boolean;
  readonly residents: Map<RunId, Resident>;
  readonly contents: Map<Digest, Json>;
  readonly held: Map<string, number>;
  /** The moment of a timer may move: the one before no longer counts. */
  readonly timers: Map<string, () => void>;
  waiting: { readonly resident: Resident; readonly attempt: Attempt }[];
  /** Of agents that use tools; and what they, or those before them, were shown. */
  readonly questions: Set<Question>;
  readonly looked: Map<string, Preview>;
  /** Uses that are performed. */
  readonly inHand: Set<string>;
};
export type State = {
  readonly world: Surroundings;
  readonly options: Options;
  readonly disk: Disk;
  process: Process;
  /** At the end of this moment all that has arrived is decided. */
  turn: (process: Process) => void;
};

export function newProcess(): Process {
  return {
    isDead: false,
    isBusy: false,
    residents: new Map(),
    contents: new Map(),
    held: new Map(),
    timers: new Map(),
    waiting: [],
    questions: new Set(),
    looked: new Map(),
    inHand: new Set(),
  };
}

function definitionsOf({ world }: State): Run["definitions"] {
  return (digest) => world.definitions.get(digest) ?? null;
}

export function fold(state: State, id: RunId): Run | null {
  const [first] = state.disk.streams.get(id)?.events ?? [];
  if (first?.type !== "run.accepted") return null;
  const workflow = state.world.definitions.get(first.definition);
  if (workflow === undefined) return null;
  let run = absent(id, workflow, definitionsOf(state));
  for (const event of state.disk.streams.get(id)?.events ?? [])
    run = state.options.machine.evolve(run, event);
  return run;
}

export function residentOf(
  state: State,
  id: RunId,
  definition: Digest | null = null,
): Resident | null {
  const known = state.process.residents.get(id);
  if (known !== undefined) return known;
  const workflow = definition === null ? undefined : state.world.definitions.get(definition);
  const run =
    fold(state, id) ?? (workflow === undefined ? null : absent(id, workflow, definitionsOf(state)));
  if (run === null) return null;
  const resident: Resident = { run, mails: [], attempts: new Map() };
  state.process.residents.set(id, resident);
  return resident;
}

type Bare<S> = S extends Signal ? Omit<S, "at" | "by"> : never;

export function postOwn(
  state: State,
  run: RunId,
  told: Bare<Signal>,
  then: (() => void) | null = null,
): void {
  const signal = { ...told, at: state.world.moments.now(), by: "muster" } as Signal;
  post(state, run, { signal, cause: null, told: then });
}

export function post(state: State, run: RunId, mail: Mail): boolean {
  const { process } = state;
  const resident = residentOf(
    state,
    run,
    mail.signal.type === "start" ? mail.signal.definition : null,
  );
  if (resident === null) return false;
  resident.mails.push(mail);
  schedule(state, process);
  return true;
}

export function schedule(state: State, process: Process): void {
  if (process.isBusy) return;
  process.isBusy = true;
  state.world.moments.soon(() => state.turn(process));
}

export function factsOf(state: State): Facts {
  return {
    agents: ranked,
    definition: definitionsOf(state),
    read: (digest) => state.process.contents.get(digest) ?? state.disk.contents.get(digest) ?? null,
    workflow: (name) => state.world.names.get(name) ?? null,
    people: state.world.people,
    approvals: state.world.approvals,
    judge: state.world.outside.judge,
    digest: digestOf,
  };
}
