import type { Workflow } from "../../src/core/definition/index.ts";
import type { Preview } from "../../src/core/governance/index.ts";
import type { Digest, RunId } from "../../src/core/id.ts";
import type { Json, JsonObject } from "../../src/core/json.ts";
import type {
  Answer,
  Call,
  decide,
  Event,
  evolve,
  Facts,
  owed,
  owedBy,
  Run,
  Signal,
} from "../../src/core/machine/index.ts";
import type {
  Looking,
  Performed,
  Performing,
  ToolFailed,
  UseReply,
  Verified,
  Verifying,
} from "../../src/engine/tools/index.ts";
import type { Moments } from "./moments.ts";
import type { Governor } from "./rates.ts";
import type { Place } from "./shop.ts";

/** Whatever carries runs in a world: it decides, writes, and does what is owed; and it can be killed. */
export type Shell = {
  /** It limits how often agents are asked. */
  readonly isGoverned: boolean;
  /** Tells a run something from outside. Nothing comes of it while the process is down. */
  readonly send: (run: RunId, signal: Signal, cause?: string) => void;
  readonly runs: () => readonly RunId[];
  /** A run as it is on disk. */
  readonly look: (run: RunId) => Run | null;
  /** All that is on disk of a run. */
  readonly stored: (run: RunId) => readonly Event[];
  readonly read: (digest: Digest) => Json;
  /** What is on disk beside the events and does not agree with them, once every run has ended. */
  readonly disagreements: () => readonly string[];
  readonly isUp: () => boolean;
  /** The process is gone, with all it had in memory. */
  readonly crash: () => void;
  /** A new process on the same disk. */
  readonly open: () => void;
};

/** The pure machine, so that a rule of it can be switched off. */
export type Machine = {
  readonly decide: typeof decide;
  readonly evolve: typeof evolve;
  readonly owed: typeof owed;
  readonly owedBy: typeof owedBy;
};

/** What a shell needs of the world around it. */
export type Surroundings = {
  readonly moments: Moments;
  readonly definitions: ReadonlyMap<Digest, Workflow>;
  readonly names: ReadonlyMap<string, Digest>;
  /** Does what is asked and answers, once or never; gives what tells it to stop. */
  readonly perform: (asked: Asked) => () => void;
  readonly outside: Outside;
  readonly disk: Disk;
  /** What all runs may use together at a moment, of what they used so far; null: there is no limit. */
  readonly accounts: ((at: number) => number) | null;
  /** Who has which role now, and what chains of approval ask of the company. */
  readonly people: NonNullable<Facts["people"]>;
  readonly approvals: NonNullable<Facts["approvals"]>;
  /** What holds its agents back, where the shell can. */
  readonly governor: Governor;
  /** So much may be in flight from now on. */
  readonly admitted: (most: number) => void;
  /** Runs that a turn decides; with 1, commits overlap wherever the disk is slow. */
  readonly runsPerTurn: number;
  /** Some runs have events on disk that they had not. */
  readonly committed: (runs: readonly RunId[]) => void;
  /** A promise was seen to be broken while it happened. */
  readonly broken: (promise: string, what: string) => void;
};

export type Asked = {
  readonly run: RunId;
  readonly call: Call;
  readonly inputs: JsonObject;
  readonly answer: (answer: Answer) => void;
  /** Asks to use a tool; it is told once what came of it, or null: nobody waits for that any more. */
  readonly use: UseOf;
  /** Asks for several at once; null: nobody waits for them any more. */
  readonly useAll: UseAllOf;
};

export type UseAllOf = (
  all: readonly Wanted[],
  reply: (replies: readonly UseReply[] | null) => void,
) => void;

export type UseOf = (wanted: Wanted, reply: (reply: UseReply | null) => void) => void;
export type Wanted = { readonly tool: string; readonly args: JsonObject; readonly name: string };

/** The systems that tools act on, and who judges uses of them. Each answers once, later. */
export type Outside = {
  readonly judge: NonNullable<Facts["judge"]>;
  readonly look: (of: Looking, answer: (found: Preview | null | ToolFailed) => void) => void;
  readonly perform: (call: Performing & Place, answer: (made: Performed) => void) => void;
  readonly verify: (call: Verifying & Place, answer: (found: Verified | null) => void) => void;
};

/** How the disk behaves now. `crash`: the process is gone, before or after the batch is kept. */
export type Disk = { readonly weather: () => Fate };
export type Fate = {
  readonly kind: "kept" | "refused" | "crash before" | "crash after";
  readonly slowMs: number;
};
