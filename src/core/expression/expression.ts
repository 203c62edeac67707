import type { Json } from "../json.ts";

/**
 * An expression, checked when it was loaded. `$step1.rows`, `$steps.load.rows`, `$params.x`,
 * `$item`: the names are read from a `Scope`.
 */
export type Expression = {
  /** As the author wrote it. */
  readonly text: string;
  /** The variables it reads, each as a path: ["steps", "load", "rows"], ["params", "size"], ["item"]. */
  readonly reads: readonly (readonly string[])[];
  readonly evaluate: (scope: Scope) => Outcome;
  /** Its conditions with what they read, as a text for the log (see `explain`). */
  readonly explain?: (scope: Scope) => string;
};

/**
 * What the names in an expression stand for, looked up when needed. `undefined` is "there is no
 * such thing", which makes the outcome undetermined.
 */
export type Scope = {
  /** `params`, `case`, `item`, `index`, `round`, `outputs`, `event`, `run`. */
  readonly name: (name: string) => Json | undefined;
  /** The outputs of a step, by its id as the author wrote it ("1" for `$step1`). */
  readonly step: (id: string) => Json | undefined;
};

/** Three-valued: a missing datum is neither true nor false. A fault is the expression's own (1 / 0). */
export type Outcome =
  | { readonly kind: "value"; readonly value: Json }
  | { readonly kind: "undetermined"; readonly missing: readonly string[] }
  | { readonly kind: "fault"; readonly message: string };

/** A value as written in a file: plain, an expression, a text with `${…}` in it, or a tree of those. */
export type Template =
  | { readonly kind: "plain"; readonly value: Json }
  | { readonly kind: "expression"; readonly expression: Expression }
  | { readonly kind: "text"; readonly parts: readonly (string | Expression)[] }
  | { readonly kind: "list"; readonly items: readonly Template[] }
  | { readonly kind: "object"; readonly fields: Readonly<Record<string, Template>> };
