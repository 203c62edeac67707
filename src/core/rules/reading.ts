import type { ProblemCode } from "../problem.ts";
import type { PolicySurroundings } from "./policy-names.ts";

export type RulePath = readonly (string | number)[];

/** Something wrong in a rule, a table or a condition: `path` leads from the top of the file to the text. */
export type RuleFault = {
  readonly code: ProblemCode;
  readonly message: string;
  readonly mend?: string;
  readonly severity?: "error" | "warning";
  readonly path: RulePath;
  /** It is the key that is wrong, not its value. */
  readonly key?: boolean;
  /** A character of the text at the path. */
  readonly offset?: number;
};

/** What whoever reads the file gives, so that every problem has its place and every rule its version. */
export type RuleReading = {
  readonly names: PolicySurroundings;
  /** Chains of approval by name. */
  readonly chains: readonly string[];
  /** Where the rule, the table or the condition stands, from the top of its file. */
  readonly path: RulePath;
  readonly report: (fault: RuleFault) => void;
  /** `file:line:column`. */
  readonly where: (path: RulePath) => string;
  /** SHA-256 of a text, as `sha256:…`. */
  readonly digest: (text: string) => string;
};
