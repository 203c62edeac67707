import type { Digest } from "../id.ts";
import type { EffectClass } from "../machine/index.ts";
import type { Place } from "../problem.ts";

/** An agent as `agents/NAME.yaml` declares it: read and checked. Nothing here is wrong. */
export type AgentDefinition = FunctionDefinition | CommandDefinition;

export type FunctionDefinition = AgentCommon & {
  readonly kind: "function";
  /** A TypeScript or JavaScript module, relative to the company's folder. */
  readonly module: string;
  /** In a worker of its own, with a memory limit and a real end. */
  readonly isolate: boolean;
  readonly memoryBytesMost: number | null;
};

export type CommandDefinition = AgentCommon & {
  readonly kind: "command";
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly string[];
  /** What it finds in its environment: the name there, and the name in ours. */
  readonly env: Readonly<Record<string, string>>;
  /** Relative to the company's folder; null is a fresh folder for each attempt. */
  readonly cwd: string | null;
  readonly memoryBytesMost: number | null;
};

type AgentCommon = {
  readonly name: string;
  readonly description: string;
  /** Of the file's text. */
  readonly digest: Digest;
  readonly where: Place;
  readonly capabilities: readonly string[];
  readonly instances: number;
  /** Attempts that one instance takes at once. */
  readonly concurrency: number;
  /** Undeclared is `ask`. */
  readonly effects: EffectClass;
  /** Of one attempt, when the step names none. */
  readonly timeoutMs: number | null;
};
