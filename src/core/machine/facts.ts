import type { Amounts } from "../amounts.ts";
import type { Chain, Delegation, Evidence } from "../approval/index.ts";
import type { Span } from "../calendar/index.ts";
import type { AgentNeed, Workflow } from "../definition/index.ts";
import type { Judgement, Labels, ToolCall } from "../governance/index.ts";
import type { Digest, RunId } from "../id.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Problem } from "../problem.ts";
import type { EffectClass } from "./event.ts";

/**
 * What only the outside knows, read by the shell before a decision; it may be stale, and whatever a
 * decision used stands in its events. Recovery never asks for it.
 */
export type Facts = {
  /** Who can do it, best first; empty is: nobody. */
  readonly agents: (need: AgentNeed) => readonly Ranked[];
  /** The content under a digest: the same on every machine, at any time. */
  readonly read: (digest: Digest) => Json;
  /** The current definition of a workflow, by name, for a sub-run; null is: there is none. */
  readonly workflow: (name: string) => Digest | null;
  /** A definition under its digest, to move a run to; null is: there is none. */
  readonly definition?: (digest: Digest) => Workflow | null;
  /** Nothing begins here: what is told is written down, and who opens the folder next goes on. */
  readonly isResting?: boolean;
  /** SHA-256 of a text, as `sha256:…`. */
  readonly digest: (text: string) => Digest;
  /** What one attempt of an agent used at most lately; null, or absent: nobody knows. */
  readonly learned?: (agent: string) => Amounts | null;
  /** Who is meant by the name of a team or a role; absent, or nobody: the name is a person's. */
  readonly people?: (name: string) => readonly string[];
  /** Chains of approval, and what holds of people and time; absent: there is no map. */
  readonly approvals?: ApprovalSurroundings;
  /** The company's accounts that limit all runs together, at a moment; absent: there are none. */
  readonly accounts?: (at: number) => readonly Account[];
  /** Judges a use of a tool, by the map that holds for the run; absent, or null: there is no map. */
  readonly judge?: (call: ToolCall, of: Judging) => Judged | null;
  /** What does not hold yet of conditions on which a step was allowed, in words; absent: nobody can tell. */
  readonly unmet?: (
    conditions: readonly string[],
    call: ToolCall,
    of: Judging,
  ) => readonly string[];
};

/** What of a run a judgement rests on. */
export type Judging = {
  readonly map: Digest | null;
  readonly case: string | null;
  readonly labels: Labels;
  readonly at: number;
  /** How often this run has used the tool. */
  readonly calls: number;
  /** A grant is about to be used up: the map of today must agree too. */
  readonly isConsuming: boolean;
  /** Conditions on which people have allowed it; absent: none. */
  readonly conditions?: readonly string[];
};

/** A judgement, and what the tool's definition says that the run must know. */
export type Judged = Judgement & {
  readonly effects: EffectClass;
  /** What it wrote is looked at again. */
  readonly verifies: boolean;
  /** Who owns what goes wrong with it; "" is the workflow's owner. */
  readonly owner: string;
  /** Who decides where no chain is named: the owner of the type of request; absent or "": `owner`. */
  readonly decider?: string;
  /** What of the conditions does not hold, or is not known, in words; absent: they hold. */
  readonly unmet?: readonly string[];
};

export type ApprovalSurroundings = {
  /** A chain of the map of today; null: there is none of that name. */
  readonly chain: (name: string) => Chain | null;
  readonly manager: (person: string) => string | null;
  readonly delegations: () => readonly Delegation[];
  /** The moment that comes so much later; working time where the span says so. */
  readonly after: (at: number, span: Span) => number;
  /** What the company knows of the matter: the request in its own words, what was read, what was before. */
  readonly evidence?: (of: {
    readonly run: RunId;
    readonly case: string | null;
  }) => Partial<Evidence>;
  /** Why a text is no condition in the words of the map of today; null: it is one. */
  readonly condition?: (text: string) => Problem | null;
  /** Why nothing that was allowed is begun now: somebody stopped all, this agent or this tool. null: nobody has. */
  readonly stopped: (of: { readonly agent: string; readonly tool: string | null }) => string | null;
};

/** Of one unit for one period. `left` may be stale: that it is kept is checked in the commit. */
export type Account = {
  /** The unit, then the period: "tokens day 2026-11-20". */
  readonly name: string;
  readonly unit: string;
  readonly most: number;
  readonly left: number;
};

export type Ranked = {
  readonly agent: string;
  readonly digest: Digest;
  readonly effects: EffectClass;
  readonly healthy: boolean;
  /** Why it stands where it stands, for people. */
  readonly why: string;
  /** What one attempt uses at most, as the agent's author says. */
  readonly estimate?: Amounts;
  /** Why it does not take these inputs, as its definition says; null: it takes them. Absent: it takes any. */
  readonly refuses?: (inputs: JsonObject) => string | null;
  /** It is a person's task: nothing is performed. */
  readonly person?: Asked;
};

/** Whom a person's task is for. */
export type Asked = {
  /** Empty is: anyone who may act on the run. */
  readonly to: readonly string[];
  /** null: as long as the step says. */
  readonly dueMs: number | null;
  /** Who is asked when the time has passed, one after another. */
  readonly next: readonly (readonly string[])[];
};
