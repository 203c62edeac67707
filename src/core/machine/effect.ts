import type { Amounts } from "../amounts.ts";
import type { Labels } from "../governance/index.ts";
import type { Digest, RunId } from "../id.ts";
import type { EffectClass, Key, Parent, Path, RunOutcome, Stored, Usage } from "./event.ts";
import type { Failure } from "./failure.ts";

/**
 * What the world still owes a run, read off its state. Opened by one event, closed by one event,
 * named by its key. What a `perform` needs (inputs, instructions) is read with `taskOf(run, key)`.
 */
export type Effect =
  /** An `ask` is ready: when it has its places, tell `begin`; after `attempt.begun` it is a `perform`. */
  | ({ readonly type: "prepare" } & Call)
  /** Do it, then answer in any case. */
  | ({ readonly type: "perform" } & Call)
  /** Stop it if it can be stopped, then answer in any case, at worst `unknown`. */
  | { readonly type: "abort"; readonly key: Key }
  /** Start the child run, pinned to `definition`; its end is told as an `answer`. `child` is always the same for a call. */
  | {
      readonly type: "child";
      readonly key: Key;
      readonly path: Path;
      readonly child: RunId;
      /** null: there is no such workflow any more; answer `refused`. */
      readonly definition: Digest | null;
      /** What it may use; absent: nothing was set aside for it. */
      readonly budget?: Amounts;
    }
  /** The run is paused: tell the child run to pause, too, where there is one. `child` again is: go on. */
  | {
      readonly type: "pause";
      readonly key: Key;
      readonly path: Path;
      readonly child: RunId;
      readonly why: string;
    }
  /** Tell the child run to undo what it did; its end is told as an `answer`. Where there is none, nothing was done. */
  | { readonly type: "undo"; readonly key: Key; readonly path: Path; readonly child: RunId }
  /** Perform the use of a tool, then tell `used`; or look again at what it wrote, then tell `verified`. */
  | {
      readonly type: "use";
      readonly key: Key;
      readonly path: Path;
      readonly attempt: Key;
      readonly do: "perform" | "verify";
      readonly agent: string;
      readonly tool: string;
      readonly effects: EffectClass;
      readonly args: Stored;
      readonly map: Digest;
      /** The idempotency key to the outside. */
      readonly idempotency: string;
      readonly redact: readonly string[];
      readonly preview: Stored | null;
      /** How often it was begun before without a clear answer. */
      readonly repeats: number;
      /** null: at once. */
      readonly notBefore: number | null;
      /** verify: what the write left. */
      readonly left: Stored | null;
    }
  /** Tell `fired` at `due`. */
  | { readonly type: "timer"; readonly key: Key; readonly due: number }
  /**
   * Tell `arrived` when an event of this name and key comes, or came since the run began: the oldest
   * behind `after`. An empty `match` is every key.
   */
  | {
      readonly type: "listen";
      readonly key: Key;
      readonly event: string;
      readonly match: string;
      readonly after: number;
    }
  /** Tell the parent this run's end, then send `answer` ok to this key of this run. */
  | {
      readonly type: "report";
      readonly key: Key;
      readonly to: Parent;
      readonly outcome: RunOutcome;
      readonly output: Stored;
      readonly error: Failure | null;
      /** All that the run used; absent where nobody counted. */
      readonly usage?: Usage;
      /** What it rests on. */
      readonly labels?: Labels;
    }
  /** Send `proceed`. */
  | { readonly type: "proceed" };

export type Call = {
  readonly key: Key;
  /** Names the call through all attempts; with the run's id it is the idempotency key given to the agent. */
  readonly call: Key;
  readonly path: Path;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly agent: string;
  readonly effects: EffectClass;
  /** Of this attempt, from when it is performed; null is: the agent's own limit. */
  readonly timeoutMs: number | null;
  /** No agent is asked: this tool is used in its name. */
  readonly tool?: string;
  /** What a run gave before to the same question is used again for so long; absent: never. */
  readonly cacheMs?: number;
  /** Named resources it must hold while it is performed, in name order, and their capacities. */
  readonly uses: readonly { readonly resource: string; readonly capacity: number }[];
};
