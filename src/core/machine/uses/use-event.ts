import type { Check, Labels, RuleSaid, Verdict } from "../../governance/index.ts";
import type { Digest } from "../../id.ts";
import type { JsonObject } from "../../json.ts";
import type { Level } from "../../map/index.ts";
import type { EffectClass, Key, Path, Stored } from "../event.ts";
import type { Failure } from "../failure.ts";

/**
 * What happens when an agent uses a tool. Whoever acts is the agent. The key of a use is the number
 * of its `tool.judged`.
 */
export type UseBody =
  | ToolJudged
  /** A read was done, or was not. */
  | {
      readonly type: "tool.finished";
      readonly path: Path;
      readonly key: Key;
      readonly outcome: "ok" | "failed";
      /** What the agent is given. */
      readonly result?: Stored;
      readonly error?: Failure;
      readonly read?: ReadRecord;
      readonly warnings?: readonly string[];
      /** What the run rests on from now on. */
      readonly labels?: Labels;
    }
  /** After a crash, or without an answer, it is performed again under the same key. */
  /** It is performed once more; not before `due`. Absent: at once. */
  | {
      readonly type: "tool.repeated";
      readonly path: Path;
      readonly key: Key;
      readonly due?: number;
    }
  /** Rows that lay outside of the case were found, and not given. */
  | {
      readonly type: "data.denied";
      readonly path: Path;
      readonly key: Key;
      readonly system: string;
      readonly entity: string;
      readonly dropped: number;
    }
  /**
   * People are asked, or what they allowed is halted; the attempt is closed and another begins when they
   * have decided, or have found the way out. `on` is the use.
   */
  | {
      readonly type: "attempt.suspended";
      readonly path: Path;
      readonly key: Key;
      readonly on: Key;
    }
  /** The write under this key is about to be performed. */
  | {
      readonly type: "writeback.started";
      readonly path: Path;
      readonly key: Key;
      readonly action: Digest;
      /** The idempotency key that the far side is given. */
      readonly idempotency: string;
      /** The gate whose grant this uses up. */
      readonly approval?: Key;
    }
  | {
      readonly type: "writeback.committed";
      readonly path: Path;
      readonly key: Key;
      readonly result: Stored;
      readonly system: string;
      readonly entity: string;
      readonly id: string;
      readonly affected?: number;
      /** What the far side calls what it made. */
      readonly reference?: string;
      readonly before?: Digest;
      readonly after?: Digest;
      /** What the write left, for whoever looks again. */
      readonly left?: Stored;
      readonly undo?: UndoCall;
      readonly warnings?: readonly string[];
      readonly labels?: Labels;
    }
  /** Certainly nothing was written. */
  | {
      readonly type: "writeback.failed";
      readonly path: Path;
      readonly key: Key;
      readonly error: Failure;
    }
  /** Nobody knows whether it was written. */
  | {
      readonly type: "writeback.unknown";
      readonly path: Path;
      readonly key: Key;
      readonly error: Failure;
    }
  /** It was looked at again. */
  | {
      readonly type: "writeback.verified";
      readonly path: Path;
      readonly key: Key;
      readonly ok: boolean;
      readonly found?: Stored;
      readonly why?: string;
    };

export type ToolJudged = {
  readonly type: "tool.judged";
  readonly path: Path;
  /** The attempt that asks. */
  readonly key: Key;
  readonly name: string;
  readonly tool: string;
  readonly agent: string;
  readonly level: Level;
  readonly effects: EffectClass;
  readonly verdict: Verdict;
  readonly checks: readonly Check[];
  /** As they will be used. */
  readonly args: Stored;
  /** Of the name, the tool and the arguments as they were asked. */
  readonly ask: Digest;
  /** Of the exact action: what people approve. */
  readonly action: Digest;
  readonly map: Digest;
  readonly rules: readonly RuleSaid[];
  readonly chains: readonly string[];
  readonly why: string;
  /** deny: what the agent is told. */
  readonly say?: string;
  /** Instead of what was asked: a decider changed it before, and that holds. */
  readonly edited?: JsonObject;
  readonly redact?: readonly string[];
  /** Of what it will give. */
  readonly labels?: Labels;
  /** Who owns what goes wrong with it. */
  readonly owner?: string;
  /** It is looked at again when it was written. */
  readonly verifies?: true;
  readonly preview?: Stored;
  readonly precondition?: Digest;
};

export type ReadRecord = {
  readonly system: string;
  readonly entity: string;
  readonly ids: readonly string[];
  readonly fields: readonly string[];
  /** Rows given; one record is one row. */
  readonly rows: number;
  /** Rows that lay outside of the case, and were left out. */
  readonly dropped: number;
  /** Of what was given. */
  readonly digest: Digest;
  /** Milliseconds since 1970. */
  readonly at: number;
};

/** What takes a write back: a use of its own. */
export type UndoCall = { readonly tool: string; readonly args: JsonObject };

/** What performing a use came to. */
export type UseOutcome =
  | {
      readonly kind: "ok";
      readonly result: Stored;
      readonly read?: ReadRecord;
      readonly written?: WrittenRecord;
      readonly warnings?: readonly string[];
      readonly labels?: Labels;
    }
  /** `certain`: nothing was done. */
  | { readonly kind: "failed"; readonly error: Failure; readonly certain: boolean }
  | { readonly kind: "unknown"; readonly error: Failure };

export type WrittenRecord = {
  readonly system: string;
  readonly entity: string;
  readonly id: string;
  readonly affected?: number;
  readonly reference?: string;
  readonly before?: Digest;
  readonly after?: Digest;
  readonly left?: Stored;
  readonly undo?: UndoCall;
};
