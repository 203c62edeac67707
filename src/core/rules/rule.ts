import type { JsonObject } from "../json.ts";

/** An executable policy: what follows when it holds. Compiled when the map is read, so that a typo never waits for a case. */
export type PolicyRule = {
  readonly id: string;
  /** Of its text: a change makes another version. */
  readonly digest: string;
  /** In words, for people. */
  readonly because: string;
  /** When it holds, as its author wrote it; the map form as JSON. */
  readonly when: string;
  /** Where it stands: file:line:column. */
  readonly where: string;
  /** What its `then` says. */
  readonly follows: Then;
  /** true: it is evaluated and recorded, and nothing follows. */
  readonly isShadow: boolean;
  /** Only calls of these tools can be meant by it; null: it must be asked always. */
  readonly tools: readonly string[] | null;
  /** Never throws. A name that is not there makes it undetermined; a fault of the engine is `fault`. */
  readonly evaluate: (facts: JsonObject) => RuleOutcome;
  readonly examples: readonly RuleExample[];
};

export type Then =
  | { readonly kind: "allow" }
  | { readonly kind: "deny"; readonly say: string }
  /** The name of a chain of approval. */
  | { readonly kind: "approve"; readonly chain: string }
  /** Allowed, and held within: `{ amount: { most: 50000 } }`, or fields left out of what is given. */
  | { readonly kind: "limit"; readonly args: JsonObject; readonly redact: readonly string[] }
  /** Permits by name an external action without a person. */
  | { readonly kind: "permit" };

export type RuleOutcome = {
  readonly holds: "true" | "false" | "undetermined" | "fault";
  /** Names that were not there. */
  readonly missing: readonly string[];
  /** Each leaf with its value: "action.args.amount > HKD 500 [was HKD 640.50]: true". */
  readonly leaves: readonly string[];
};

/** A condition by itself, compiled when the map is read: what a grant is narrowed to, what holds before a write. */
export type Condition = {
  /** As its author wrote it. */
  readonly text: string;
  /** Never throws. */
  readonly evaluate: (facts: JsonObject) => RuleOutcome;
};

export type RuleExample = {
  readonly name: string;
  readonly facts: JsonObject;
  readonly expect: JsonObject;
};

/** A decision table, compiled. */
export type Table = {
  readonly name: string;
  readonly hit: "first" | "unique" | "collect";
  readonly digest: string;
  readonly where: string;
  readonly outputs: readonly string[];
  readonly evaluate: (facts: JsonObject) => TableOutcome;
};

export type TableOutcome = {
  /** The rows that were hit, by id; with first and unique one at most. */
  readonly rows: readonly string[];
  /** One object of outputs a row that was hit. */
  readonly outputs: readonly JsonObject[];
  readonly holds: "true" | "false" | "undetermined" | "fault";
  readonly missing: readonly string[];
  readonly leaves: readonly string[];
};
