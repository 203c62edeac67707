import type { Steering } from "../../core/company/index.ts";
import type { Setting, Workflow } from "../../core/definition/index.ts";
import type { Advice, Improvements } from "../../core/foresight/index.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Problem } from "../../core/problem.ts";
import type { BackedUp } from "../backup/index.ts";
import type { Format } from "../observe/index.ts";
import type { CompanyCases } from "./cases/company-cases.ts";
import type { Looked } from "./doctor.ts";
import type { Examined } from "./examine.ts";
import type { CompanyMap } from "./map/company-map.ts";
import type { CompanyRecord } from "./record/company-record.ts";
import type { CompanyRuns } from "./runs/company-runs.ts";
import type { Foreseen, ForeseeOptions } from "./runs/foresight.ts";
import type { AgentView } from "./staff/agents.ts";

/**
 * A company's folder, opened: the library's door, and all that the command line uses. What stands in
 * the log or the files is read, at once; what only the process at work knows or does is asked for, and
 * so is a promise: another process may have to be asked.
 */
export interface Company
  extends CompanyRuns,
    CompanyCases,
    CompanyMap,
    CompanyRecord,
    AsyncDisposable {
  readonly folder: string;
  /** Another process does the work, and is asked: it goes on when this one is closed. */
  readonly isGuest: boolean;
  /** Every problem of a definition, of an agent, or (without a name) of the whole folder. */
  check(file?: string): Promise<readonly Problem[]>;
  /** What a run would do: its order, time and price, and where it may fail. Nothing is performed. */
  foresee(workflow: string, params?: JsonObject, options?: ForeseeOptions): Promise<Foreseen>;
  /** What past runs of a workflow show could be better, with figures; null where there is no such workflow. */
  improvements(workflow: string): Promise<Improvements | null>;
  /** What could be better about a workflow that is right, or about every one of the folder. */
  advice(file?: string): Promise<readonly Advice[]>;
  /** A workflow by its name or its file, as it is now; null where there is none or it is wrong: `check` says why. */
  workflow(nameOrFile: string): Promise<Workflow | null>;
  /** Every workflow of the company, as it is now. */
  workflows(): Promise<readonly WorkflowListed[]>;
  /**
   * The settings that hold in a workflow, or without one those of the company, each with whose it is and
   * where it stands; null where there is no such workflow, or it is wrong: `check` says why.
   */
  settings(workflow?: string): Promise<readonly Setting[] | null>;
  /** Every agent: what it has in hand, how it is, what the log says of it. */
  agents(): Promise<readonly AgentView[]>;
  /**
   * Tells an agent to finish what it has in hand and take nothing new, to stop, or to start again. It is
   * kept, with who and why: a process that is opened later heeds it.
   */
  steer(told: Steering & { readonly by?: string }): Promise<readonly Problem[]>;
  /** Whether a process, this one or another, does what is owed in this folder; else nothing in it moves. */
  isAtWork(): boolean;
  /** The whole state of the company in one verified file, as it is at one moment, while runs go on. */
  backup(file: string): Promise<BackedUp>;
  /** How the folder, the disk, the versions, the agents, the queues and the process at work are, measured now. */
  doctor(): Promise<readonly Looked[]>;
  /** What the company's files show of security, reliability and cost, the gravest first. */
  examine(): Promise<readonly Examined[]>;
  /** The figures of the process at work, for whoever collects them: in Prometheus's text format, or as OpenMetrics. */
  metrics(format?: Format): Promise<{ readonly type: string; readonly text: string }>;
  close(): Promise<void>;
}

/** A workflow of a company: by its name, or by its file where the file is wrong. */
export type WorkflowListed = {
  readonly name: string;
  readonly version: string | null;
  readonly description: string;
  /** As problems name it. */
  readonly file: string;
  readonly problems: readonly Problem[];
  /** What a run of it would be pinned to; null where it is wrong. */
  readonly content: string | null;
};
