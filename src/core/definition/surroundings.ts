import type { Digest } from "../id.ts";
import type { People } from "./settings/read-people.ts";
import type { OutputFields, Param } from "./workflow.ts";

/**
 * What a definition is checked against beyond its own text. It changes what is reported and never
 * what is read: the same text gives the same workflow anywhere, at any time.
 */
export type Surroundings = {
  /** The agents of the company by name; null for a lone file, whose agents cannot be known. */
  readonly agents: Readonly<Record<string, KnownAgent>> | null;
  /** The workflows of the company by name; null for a lone file. */
  readonly workflows: Readonly<Record<string, KnownWorkflow>> | null;
  /** The people of the company; absent or null: nobody knows who there is. */
  readonly people?: People | null;
  /** SHA-256 of a text, as `sha256:…`. */
  readonly digest: (text: string) => Digest;
};

export type KnownAgent = {
  readonly capabilities: readonly string[];
  readonly effects?: "pure" | "idempotent" | "ask";
  /** What it takes and gives, where its definition says so. */
  readonly inputs?: OutputFields | null;
  readonly outputs?: OutputFields | null;
  /** There is a file of it, and what is wrong is said there. */
  readonly isBroken?: true;
};

export type KnownWorkflow = {
  readonly params: Readonly<Record<string, Param>>;
  /** What its runs may give; null or absent: nobody can say. */
  readonly outputs?: OutputFields | null;
};
