import type { Digest } from "../id.ts";
import type { Place } from "../problem.ts";
import type { OutputFields } from "./workflow.ts";

/** An agent as a company's folder declares it: `agents/NAME.yaml`, read and checked. */
export type AgentDefinition = {
  readonly name: string;
  readonly description: string;
  /** Of the text it was read from. */
  readonly digest: Digest;
  readonly where: Place;
  readonly capabilities: readonly string[];
  /** Processes or workers kept at once. */
  readonly instances: number;
  /** Attempts it takes at once, over all instances. */
  readonly concurrency: number;
  /** `pure` reads, `idempotent` may be repeated under one key, `ask` may not; undeclared is `ask`. */
  readonly effects: "pure" | "idempotent" | "ask";
  /** Of one attempt, where the step names none. */
  readonly timeoutMs: number;
  /** Of one instance; null is the machine's own limit. */
  readonly memoryBytesMost: number | null;
  /** What it sees of the environment, and from which variable it comes: nothing else is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** What it takes and gives, where it says so: steps are checked against it. */
  readonly inputs: OutputFields | null;
  readonly outputs: OutputFields | null;
  readonly work: AgentWork;
};

/** What is done in an attempt. Paths are relative to the company's folder. */
export type AgentWork =
  /** A module that exports `attempt`; isolated, it runs in a worker. */
  | { readonly kind: "function"; readonly module: string; readonly isolate: boolean }
  /** A program and its arguments, without a shell; `cwd` null is an empty folder of its own. */
  | { readonly kind: "command"; readonly command: readonly string[]; readonly cwd: string | null };
