import type { Digest } from "../id.ts";
import type { Place } from "../problem.ts";
import type { OutputFields } from "./workflow.ts";

/** An agent as a company's folder declares it: `agents/NAME.yaml`, read and checked. Paths are relative to the folder. */
export type AgentDefinition = FunctionDefinition | CommandDefinition;

export type FunctionDefinition = AgentCommon & {
  readonly kind: "function";
  /** A TypeScript or JavaScript module that exports `attempt`. */
  readonly module: string;
  /** In a worker of its own, with a memory limit and a real end. */
  readonly isolate: boolean;
};

export type CommandDefinition = AgentCommon & {
  readonly kind: "command";
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly string[];
  /** null is an empty folder of its own for each attempt. */
  readonly cwd: string | null;
};

type AgentCommon = {
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
};
