import type { Amounts } from "../../core/amounts.ts";
import type { BreakerDefinition, CallRate, OutputFields } from "../../core/definition/index.ts";
import type { Digest } from "../../core/id.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Asked, EffectClass, Failure, Usage } from "../../core/machine/index.ts";
import type { ToolOffered, UseAllTools, UseTool } from "../tools/index.ts";
import type { InstanceView } from "./kinds/instances.ts";

/** A kind of agent, opened for one definition. One file per kind implements it. */
export interface Agent {
  readonly name: string;
  /** Of its definition, and of its module where it has one. */
  readonly digest: Digest;
  readonly effects: EffectClass;
  readonly capabilities: readonly string[];
  /** Attempts it takes at once. */
  readonly concurrency: number;
  /** Of one attempt, when the step names none. */
  readonly timeoutMs: number;
  /** Asked before the first step of a run. null is: healthy; else the sentence that says what is wrong and the mend. */
  health(): Promise<string | null>;
  /** Why its module could not be loaded when it was opened; absent: it was. */
  readonly broken?: string;
  /** Never throws and never hangs past `abort`: whatever happens is an answer. */
  attempt(task: AgentTask, tools: Tools, abort: AbortSignal): Promise<AgentAnswer> | AgentAnswer;
  /** What one attempt uses at most, as its author says. */
  readonly estimate?: Amounts;
  /** What it takes, where its definition says so. */
  readonly inputs?: OutputFields | null;
  /** When it is left alone for a while; absent or null is never. */
  readonly breaker?: BreakerDefinition | null;
  /** How many attempts may begin in a minute; absent: as many as come. */
  readonly rate?: CallRate;
  /** How often it is asked for its health while it is at work; absent or null is never. */
  readonly heartbeatMs?: number | null;
  /** It is people: nothing is performed, its tasks wait for them. */
  readonly person?: Asked;
  /** Those that share its work, where there are several. */
  instances?(): readonly InstanceView[];
  /** Its processes that have nothing in hand are ended; new ones begin when they are needed. */
  renew?(): Promise<void>;
  close(): Promise<void>;
}

/** What an agent is told; for a command it is `{ "task": … }` on its standard input. */
export type AgentTask = {
  readonly run: string;
  /** The path of the step. */
  readonly step: string;
  /** 1 for the first try. */
  readonly attempt: number;
  /** The idempotency key: the same through all attempts of one call. */
  readonly key: string;
  readonly name: string;
  readonly instructions: string;
  readonly inputs: JsonObject;
  /** The declared outputs, name to type as written. */
  readonly outputs: { readonly [name: string]: string };
  readonly context: JsonObject;
  /** Where it has files, and writes those that it gives; absent where the task is about none. */
  readonly folder?: string;
  /** ISO 8601, when the attempt is stopped. */
  readonly deadline: string;
};

/** What an agent may use. A log line is for people and is bounded. */
export type Tools = {
  readonly log: (line: string) => void;
  /**
   * Uses a tool of the company's map, in the name of this attempt. What it may not, and what went wrong,
   * is the answer. It rejects when the attempt is to end: then people are asked, and another attempt is
   * begun when they have decided, whose same question is answered.
   */
  readonly use: UseTool;
  /**
   * Uses several at once: they are judged one by one, and people who are asked about more than one of them
   * decide at one gate, on each. What they refuse is an answer like any other.
   */
  readonly useAll: UseAllTools;
  /**
   * What it may use at most, as the map grants it; absent: its run has no map. Only where it is there is
   * a program told where tools are, and an address what they are.
   */
  readonly offered?: () => readonly ToolOffered[];
  /** What its run allows it of memory, in bytes; absent: what its own definition does. */
  readonly memoryBytesMost?: number;
  /** What its run allows it of processor cores; absent: what its own definition does. */
  readonly coresMost?: number;
};

/**
 * The protocol's answer. `certain` in an error: nothing was done under this key. Absent, the table
 * of failure kinds says it.
 */
export type AgentAnswer =
  | { readonly outputs: JsonObject; readonly usage?: Usage; readonly warnings?: readonly string[] }
  | { readonly error: Failure & { readonly certain?: boolean }; readonly usage?: Usage };
