import type { Amounts } from "../../amounts.ts";
import type { Digest } from "../../id.ts";
import type { Place } from "../../problem.ts";
import type { OutputFields } from "../workflow.ts";
import type { CallRate } from "./call-rate.ts";

/** An agent as a company's folder declares it: `agents/NAME.yaml`, read and checked. Paths are relative to the folder. */
export type AgentDefinition =
  | FunctionDefinition
  | CommandDefinition
  | HttpDefinition
  | PersonDefinition;

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

export type HttpDefinition = AgentCommon & {
  readonly kind: "http";
  /** Where it is asked; of several, whichever has the least to do. Each may hold `$env.NAME`. */
  readonly urls: readonly string[];
  readonly method: "POST" | "PUT";
  /** Sent with each question. A value may hold `$env.NAME`: secrets are never written down here. */
  readonly headers: Readonly<Record<string, string>>;
  /** A file with the certificates that its own is checked by; null is: those of the system. */
  readonly ca: string | null;
  /** What is got, from each address, to know how it is; null is: whether somebody listens there. */
  readonly healthPath: string | null;
  /** Secrets may be sent without encryption to other machines. */
  readonly insecure: boolean;
};

/** Whoever of these people takes its tasks. Nothing is performed: a task waits in the inbox. */
export type PersonDefinition = AgentCommon & PersonWork;

/** What is a person's own. */
export type PersonWork = {
  readonly kind: "person";
  /** People, teams or roles; empty is: anyone who may act on the run. */
  readonly from: readonly string[];
  readonly dueMs: number | null;
  /** Who is asked when the time has passed, one after another. */
  readonly escalate: readonly string[];
};

/** So many failures within a time, and more of them than successes: nothing is asked of it for a pause. */
export type BreakerDefinition = {
  readonly failures: number;
  readonly windowMs: number;
  readonly pauseMs: number;
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
  /** Processor cores that one instance may keep busy; absent: as many as there are. */
  readonly coresMost?: number;
  /** What it sees of the environment, and from which variable it comes: nothing else is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** How often it may be asked, by all runs together; absent: as often as it comes. */
  readonly rate?: CallRate;
  /** When it is left alone for a while; null is never. */
  readonly breaker: BreakerDefinition | null;
  /** How often it is asked for its health while it is at work; null is never. */
  readonly heartbeatMs: number | null;
  /** What it takes and gives, where it says so: steps are checked against it. */
  readonly inputs: OutputFields | null;
  readonly outputs: OutputFields | null;
  /** What one attempt uses at most, as far as its author knows: set aside before it begins. */
  readonly estimate?: Amounts;
};
