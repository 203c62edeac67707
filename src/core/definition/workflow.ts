import type { Amounts } from "../amounts.ts";
import type { Expression, Template } from "../expression/index.ts";
import type { Digest } from "../id.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Place } from "../problem.ts";
import type { CallRate } from "./agents/call-rate.ts";
import type { SilenceSource } from "./reading/silence.ts";
import type { CheckpointPolicy } from "./settings/checkpoint-policy.ts";
import type { Setting } from "./settings/setting.ts";

/** A workflow as the machine runs it: read, checked, every name resolved. Nothing here is wrong. */
export type Workflow = {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** Who owns the exceptions of its runs; "" where the author does not say. */
  readonly owner: string;
  /** Of the text it was read from; the log pins runs to it. */
  readonly digest: Digest;
  readonly params: Readonly<Record<string, Param>>;
  /** Types declared in the file, as JSON Schemas, by name. */
  readonly types: Readonly<Record<string, JsonObject>>;
  readonly limits: RunLimits;
  /** What all attempts of a run may use together; absent: nobody counts. */
  readonly budget?: Budget;
  /** How often agents may be asked for it; absent: as often as it comes. */
  readonly rate?: CallRate;
  /** The most memory that an agent may take for it; absent: what the agents' own definitions say. */
  readonly memoryBytesMost?: number;
  /** The most processor cores that an agent may keep busy for it; absent: what the agents' own definitions say. */
  readonly coresMost?: number;
  /** What a class of error leads to, where the step names no strategy; absent is the built-in table's. */
  readonly strategies: {
    readonly [Class in ErrorClass]?: Strategy;
  };
  /** Kinds of error that the author puts into a class: they go before the built-in table. */
  readonly kinds?: Readonly<Record<string, ErrorClass>>;
  /** What follows when a condition holds: of those that name it the first acts. Absent: there is none. */
  readonly rules?: readonly Rule[];
  /** The settings that somebody wrote, each with whose it is. */
  readonly settings?: readonly Setting[];
  /** Advice that its author does not follow, with the reason. Absent: none. */
  readonly silence?: SilenceSource;
  /** Named resources and how many attempts may hold each at once, across runs. */
  readonly resources: Readonly<Record<string, number>>;
  /** The phases: a sequential block. Its static path is "". */
  readonly root: Block;
  /** What its steps put into `$context`, in their order; absent: nothing. */
  readonly publishes?: readonly Published[];
  /** What its steps make known in the run's case; nothing that the machine heeds. Absent: nothing. */
  readonly facts?: readonly Published[];
  /** What the run gives at its end; by default every output of every step of its outermost blocks. */
  readonly outputs: Readonly<Record<string, Template>> | null;
  /** When checkpoints are made, and where copies are kept; absent is the default, null: none are made. */
  readonly checkpoints?: CheckpointPolicy | null;
  /** Who is told of what, for readers of the log; nothing that the machine heeds. */
  readonly monitoring: Monitoring;
};

/** A value of a step that is there for all that come after it. */
export type Published = {
  readonly name: string;
  /** The step whose it is; `$outputs` in the value are its outputs. */
  readonly path: string;
  readonly value: Template;
};

export type Param = {
  readonly type: TypeRef;
  readonly required: boolean;
  readonly default?: Json;
  readonly description?: string;
};

export type RunLimits = {
  /** Attempts in flight at once in one run: 1 to 20, 5 unless said. */
  readonly concurrencyMost: number;
  readonly totalTimeoutMs: number | null;
};

/** What does not fit: the step fails, waits until it fits, or a person is asked. */
export type OnExceeded = "refuse" | "wait" | "ask";

export type Budget = {
  /** Units that are not in it have no limit. */
  readonly total: Amounts;
  /** Of the total: only for retries, repeats after a crash, fallbacks and compensation. */
  readonly reserved: Amounts;
  readonly onExceeded: OnExceeded;
};

/** What one step may use in all its attempts. */
export type StepBudget = {
  readonly most: Amounts;
  /** Of all its attempts together, each from when it is given out until it is answered. */
  readonly timeMs: number | null;
  /** null: as the workflow says. */
  readonly onExceeded: OnExceeded | null;
};

export type Step = Block | Task | Each | Choose | Gate | Wait | Repeat | SubRun;
export type StepKind = Step["kind"];

/** What every kind has. */
export type Common = {
  /** As the author wrote it, or made from the name; unique in the workflow. "" for the root. */
  readonly id: string;
  readonly name: string;
  /**
   * Its place in the definition, without item and round numbers: "account-setup/2". The body of an
   * `each` is the path of the each + "[]", of a `repeat` + "{}"; a branch of a `choose` is
   * the path + "/" + the branch step's id.
   */
  readonly path: string;
  /** Its place among the steps of its parent: block.steps, choose.branches (otherwise comes last), 0 for a body. */
  readonly slot: number;
  readonly where: Place;
  readonly when: Expression | null;
  /** Slots of the siblings in the same block that must end before it may begin: data, order, `after`. */
  readonly after: readonly number[];
  /** Slots of the siblings that wait for it: the other direction of `after`. */
  readonly before: readonly number[];
  /** A failure does not fail the parent: the step is degraded. */
  readonly optional: boolean;
  /** What the author says a degradation means, for people; both may be "". */
  readonly impact: string;
  readonly warning: string;
};

/** Steps side by side or one after another. `after` of its steps says which, for all three ways. */
export type Block = Common & {
  readonly kind: "block";
  readonly execution: "sequential" | "parallel" | "mixed";
  readonly concurrencyMost: number | null;
  readonly steps: readonly Step[];
  readonly phase: boolean;
  readonly timeoutMs: number | null;
};

/** An agent is asked once, through all attempts. */
export type Task = Common & {
  readonly kind: "task";
  readonly agent: AgentNeed;
  readonly instructions: string;
  readonly inputs: Readonly<Record<string, Template>>;
  readonly outputs: OutputFields;
  /** Of one attempt, from the moment it is performed. */
  readonly timeoutMs: number | null;
  readonly retry: Retry;
  /** null: the class of the error decides. */
  readonly strategy: Strategy | null;
  readonly fallback: Fallback | null;
  readonly approve: Approval | null;
  readonly compensate: Compensation | null;
  /** Names of resources an attempt holds; taken all at once. */
  readonly uses: readonly string[];
  readonly budget?: StepBudget;
  /**
   * It uses this tool of the company's map, and asks no agent: `agent` names whose grant it uses, and
   * `inputs` are the arguments. Absent: its agent is asked.
   */
  readonly tool?: string;
  /** A list of ways to decide, for whoever is asked; absent: none were prepared. */
  readonly options?: Template;
  /** Its result is used again by later runs that ask the same; absent: never. */
  readonly cache?: Cache;
};

export type Cache = {
  readonly ttlMs: number;
  /** Also where its agent counts as `ask`, so that it would not be done. */
  readonly allowsAsk: boolean;
};

/** By name, or whoever has all the capabilities. */
export type AgentNeed =
  | { readonly kind: "named"; readonly agent: string }
  | { readonly kind: "capable"; readonly needs: readonly string[] };

/** The workflow `workflow` is run as a run of its own; its outputs are the step's. */
export type SubRun = Common & {
  readonly kind: "workflow";
  readonly workflow: string;
  readonly params: Readonly<Record<string, Template>>;
  readonly outputs: OutputFields;
  readonly timeoutMs: number | null;
  readonly retry: Retry;
  /** null: the class of the error decides. */
  readonly strategy: Strategy | null;
  /** What the sub-run may use, and what is set aside for it. */
  readonly budget?: StepBudget;
};

/** The body once for every item of a list. Gives, per output of the body, the list in item order, and `items`. */
export type Each = Common & {
  readonly kind: "each";
  readonly items: Template;
  readonly body: Step;
  /** Items begun and not ended that hold a place, or null for the run's own limit. */
  readonly concurrencyMost: number | null;
  /** So many items are one: `item` is a list of them. Absent: each is by itself. */
  readonly batch?: number;
  /** Only so many of the first items are gone through. Absent: all. */
  readonly sample?: number;
  /** How many items may fail and the step still ends well. */
  readonly tolerate:
    | { readonly kind: "count"; readonly most: number }
    | { readonly kind: "share"; readonly most: number };
};

/** The first branch whose `when` holds, else `otherwise`, else nothing. Gives that branch's outputs. */
export type Choose = Common & {
  readonly kind: "choose";
  readonly branches: readonly { readonly when: Expression | null; readonly step: Step }[];
};

/** People decide. Gives `{ allowed, by, reason, votes }`. */
export type Gate = Common & {
  readonly kind: "gate";
  readonly ask: Template;
  /** What the deciders are shown; part of the digest they decide on. */
  readonly show: Readonly<Record<string, Template>>;
  readonly approval: Approval;
  /** What a rejection does: fail the step, or end it well with `allowed: false`. */
  readonly rejected: "fail" | "continue";
};

export type Approval = {
  /** A chain named in the map, for people to read; "" when there is none. */
  readonly chain: string;
  /** Who may decide; empty is: anyone who may act on the run. */
  readonly from: readonly string[];
  /** Distinct people who must allow it; one who rejects ends it. */
  readonly need: number;
  readonly dueMs: number | null;
  /** A deadline that passes never approves. */
  readonly onTimeout: "reject" | "escalate";
};

/** Until a time has passed, or until an event with this name and key is told to the run. */
export type Wait = Common & {
  readonly kind: "wait";
  readonly until:
    | { readonly kind: "time"; readonly ms: Template }
    | {
        readonly kind: "event";
        readonly event: string;
        readonly key: Template | null;
        readonly timeoutMs: number | null;
      };
  readonly outputs: OutputFields;
};

/** The body again until `until` holds (asked after each round, `outputs` are the round's), at most `roundsMost` times. */
export type Repeat = Common & {
  readonly kind: "repeat";
  readonly body: Step;
  readonly until: Expression;
  readonly roundsMost: number;
};

/** Declared outputs. `open` is: nothing was declared, anything passes. */
export type OutputFields = {
  readonly open: boolean;
  readonly fields: Readonly<Record<string, TypeRef>>;
};

/**
 * A type as the machine checks it: null means nothing is wrong. `convert` gives the value as the
 * type wants it (text "12" as the number 12) or says why not. See definition/type.ts.
 */
export type TypeRef = {
  /** As written: "UUID[]", "string", "Customer". */
  readonly text: string;
  readonly schema: JsonObject;
  readonly convert: (
    value: Json,
  ) => { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly why: string };
};

export type Retry = {
  /** Attempts in all; 1 is no retry. */
  readonly attemptsMost: number;
  readonly backoff: "exponential" | "linear" | "fixed";
  readonly firstMs: number;
  readonly mostMs: number;
  readonly jitter: boolean;
  /** Classes and kinds of error that are tried again; empty is the built-in table's. */
  readonly on: readonly string[];
};

export type ErrorClass = "transient" | "permanent" | "degradable" | "critical";

/** An escalation rule: what follows a condition, and who is told of it. */
export type Rule = {
  readonly condition:
    | "critical_step_failure"
    | "retry_exhausted"
    | "budget_exceeded"
    | "timeout"
    | "stalled";
  readonly action: "pause_workflow" | "mark_step_failed" | "continue" | "rollback";
  /** Who owns what the rule raises; "" is the workflow's owner. */
  readonly owner: string;
  readonly recipients: readonly string[];
  /** What they are told besides; "" is nothing. */
  readonly message: string;
  /** Channels and names as written, which the notifications of the workflow resolve. */
  readonly notify: readonly string[];
  /** stalled: so long without progress. */
  readonly afterMs: number | null;
};

/** Who is told of what happens to the workflow's runs; absent is: nobody, never, counted. */
export type Monitoring = {
  readonly notices?: readonly NoticeRule[];
  readonly progress?: { readonly everyMs: number; readonly format: "json" | "text" };
  /** false: its runs are not counted in the figures. */
  readonly metrics?: boolean;
};

/** What somebody can be told of. */
export const NOTICE_EVENTS: readonly NoticeEvent[] = [
  "started",
  "phase_completed",
  "step_completed",
  "step_failed",
  "degraded",
  "approval_needed",
  "escalated",
  "budget_exceeded",
  "paused",
  "resumed",
  "completed",
  "failed",
  "cancelled",
  "rolled_back",
  "progress",
];

export type NoticeEvent =
  | "started"
  | "phase_completed"
  | "step_completed"
  | "step_failed"
  | "degraded"
  | "approval_needed"
  | "escalated"
  | "budget_exceeded"
  | "paused"
  | "resumed"
  | "completed"
  | "failed"
  | "cancelled"
  | "rolled_back"
  | "progress";

/** Somebody who is told. What is not said here stands with the company's channels. */
export type NoticeRule = {
  readonly type: "webhook" | "slack" | "email";
  /** An address, or `$env.NAME`: of a webhook, or of Slack's incoming webhook. */
  readonly url?: string;
  /** Slack's channel: "#workflows". */
  readonly room?: string;
  /** What a webhook is signed with: `$env.NAME`. */
  readonly secret?: string;
  readonly recipients?: readonly string[];
  readonly events: readonly NoticeEvent[];
  readonly format: "json" | "text";
};

export type Strategy =
  | "fail_immediately"
  | "retry_with_backoff"
  | "retry_with_fallback"
  | "degradable"
  | "halt_and_escalate";

export type Fallback = {
  readonly agent: string;
  readonly reason: string;
  /** Classes and kinds of error that lead to it; empty is: any that is not critical. */
  readonly on: readonly string[];
};

/** Undoes the step when the run is rolled back; `$outputs` are the step's. */
export type Compensation = {
  readonly agent: string;
  readonly inputs: Readonly<Record<string, Template>>;
  readonly timeoutMs: number | null;
};
