import {
  type Approval,
  consumeApproval,
  type Evidence,
  type GateOpening,
  mergeEvidence,
  openApproval,
  usesOf,
} from "../../approval/index.ts";
import { canonical } from "../../audit/index.ts";
import type { Approval as Asking, Gate, Task } from "../../definition/index.ts";
import type { Scope } from "../../expression/index.ts";
import type { Digest } from "../../id.ts";
import type { JsonObject } from "../../json.ts";
import type { Problem } from "../../problem.ts";
import { type Draft, tell } from "../draft.ts";
import type { Path } from "../event.ts";
import { failure } from "../failure.ts";
import { raise } from "../finish.ts";
import type { LeafFrame, OpenGate } from "../run.ts";
import { scopeAt, valuesOf } from "../scope.ts";
import { get } from "../tables/table.ts";
import { useAskedAgain } from "../uses/uses-gate.ts";
import { approvalFacts } from "./approval-facts.ts";
import { chainNamed, knownOf, termsOf } from "./chain-asked.ts";
import { meant } from "./meant.ts";
import { nextLook, ON_CONDITION } from "./next-look.ts";
import { preparedFor } from "./prepared.ts";

/** The approval before a step is bound to the exact action: the agent and all its inputs. */
export function approvalOf(
  draft: Draft,
  step: Task,
  on: { readonly path: Path; readonly scope: Scope },
): GateOpening {
  const show = shownOf(step, on.scope);
  return approvalFor(draft, step, { path: on.path, show, ...preparedFor(step, on.scope) });
}

type Action = {
  readonly path: Path;
  readonly show: JsonObject;
  /** Ways to decide that were prepared; no part of what is decided on. */
  readonly options?: Evidence["options"];
};

function approvalFor(draft: Draft, step: Task, action: Action): GateOpening {
  const asked = {
    digest: actionDigest(draft, step, action),
    ask: `May "${step.name}" be done?`,
    show: action.show,
  };
  const agent = step.agent.kind === "named" ? step.agent.agent : step.agent.needs.join(", ");
  return gateOf(draft, asked, {
    approval: step.approve ?? NOBODY,
    what: step.path,
    agent,
    options: action.options ?? [],
  });
}

/** A gate of its own asks a question, and what it shows is what is decided on. */
export function questionOf(
  draft: Draft,
  step: Gate,
  { path, ask, show }: Action & { readonly ask: string },
): GateOpening {
  const digest = draft.facts.digest(canonical([draft.run.id, path, ask, show]));
  const { approval, path: what } = step;
  return gateOf(draft, { digest, ask, show }, { approval, what, agent: "" });
}

type Asked = Pick<GateOpening, "digest" | "ask"> & { readonly show: JsonObject };
type Whom = {
  readonly approval: Asking;
  readonly what: string;
  readonly agent: string;
  readonly options?: Evidence["options"];
};

/** A chain that the map has is asked; else whom the file names. */
function gateOf(
  draft: Draft,
  asked: Asked,
  { approval, what, agent, options = [] }: Whom,
): GateOpening {
  const { chain: name, need, dueMs } = approval;
  const chain = chainNamed(draft, name);
  if (chain !== null)
    return openApproval(
      {
        ...asked,
        evidence: mergeEvidence(knownOf(draft), { options }),
        terms: termsOf(draft, { chain, what, agent, args: asked.show }),
      },
      approvalFacts(draft, "muster"),
    );
  return {
    ...asked,
    chain: name,
    from: meant(draft, approval.from),
    need,
    ...(dueMs === null ? {} : { due: draft.at + dueMs }),
  };
}

/** The same gate with other arguments, as a decider has edited them. */
export function askedAgain(
  draft: Draft,
  open: OpenGate,
  edited: Parameters<typeof useAskedAgain>[2],
): GateOpening | Problem {
  const { path, gate } = open;
  const { args } = edited;
  if (usesOf(gate).length > 0) return useAskedAgain(draft, open, edited);
  const frame = get(draft.run.frames, path);
  if (frame?.kind === "gate")
    return questionOf(draft, frame.step, { path, ask: gate.ask, show: args });
  if (frame?.kind === "leaf" && frame.step.kind === "task")
    return approvalFor(draft, frame.step, { path, show: args });
  return { code: "conflict", message: "What this asks about is no more." };
}

/**
 * M8: whether the step may begin. A grant is for one action; a step that would now do another one
 * has none, however it came to be about to begin.
 */
export function isGranted(draft: Draft, frame: LeafFrame): boolean {
  const { step, path, grant, edited } = frame;
  if (step.kind !== "task" || step.approve === null) return true;
  const show = edited ?? shownOf(step, scopeAt(draft.run, frame, draft.read));
  return grant === actionDigest(draft, step, { path, show });
}

/**
 * The step is about to begin: what a chain allowed is used up, once; all its attempts are that one time.
 *
 * @returns whether it may begin; else it is asked anew, or waits for a person
 */
export function usesGrant(draft: Draft, frame: LeafFrame): boolean {
  const { by, path, grant, step } = frame;
  if (by === undefined || by.isSpent || grant === null) return true;
  const granted = draft.run.granted === undefined ? undefined : get(draft.run.granted, by.gate);
  const terms = granted?.approval.gate.terms;
  if (granted === undefined || terms === undefined) return true;
  const stopped = stoppedHere(draft, terms.parties.agent);
  const now = {
    action: grant,
    chain: chainNamed(draft, terms.chain.name)?.digest ?? null,
    rules: terms.rules,
    precondition: null,
    stopped,
    unmet: stopped === null ? unmetOf(draft, frame, granted.approval) : [],
  };
  const used = consumeApproval(granted.approval, now, approvalFacts(draft, "muster"));
  if (used.kind === "refused") {
    heldBack(draft, frame, { why: used.problem.message, isUnmet: now.unmet.length > 0 });
    return false;
  }
  tell(draft, { ...used.event, key: by.gate, path });
  if (used.kind === "consumed") return true;
  if (step.kind === "task") askAnew(draft, frame, step);
  return false;
}

/** It stays allowed. A person goes on with it; it goes on by itself where a condition is all that holds it. */
function heldBack(
  draft: Draft,
  frame: LeafFrame,
  { why, isUnmet }: { readonly why: string; readonly isUnmet: boolean },
): void {
  const error = failure("rejected", why);
  const halted = `${why} Try it again when it is halted no more, or go on without it.`;
  if (isUnmet)
    raise(draft, frame, { error, look: ON_CONDITION, until: { due: nextLook(draft.at) } });
  else raise(draft, frame, { error, look: halted });
}

/** What does not hold of the conditions on which a step was allowed; where nobody can tell, none does. */
function unmetOf(
  draft: Draft,
  { path, agent, edited, step }: LeafFrame,
  { conditions = [], gate }: Approval,
): readonly string[] {
  if (conditions.length === 0) return [];
  const { run, facts, at } = draft;
  const { map, case: about, labels } = run;
  const call = {
    tool: "",
    args: edited ?? gate.terms?.args ?? {},
    agent: agent ?? gate.terms?.parties.agent ?? "",
    requester: run.by,
    run: run.id,
    step: path,
    key: `${run.id}/${step.path}`,
    preview: null,
  };
  const of = { map, case: about, labels, at, calls: 0, isConsuming: true };
  return facts.unmet?.(conditions, call, of) ?? conditions;
}

/** Whether a step that was allowed on a condition is held back still. */
export function isUnmetStep(draft: Draft, frame: LeafFrame): boolean {
  const { by } = frame;
  const granted =
    by === undefined || draft.run.granted === undefined
      ? undefined
      : get(draft.run.granted, by.gate);
  return granted !== undefined && unmetOf(draft, frame, granted.approval).length > 0;
}

/** What a chain allowed is not what would be done now: it is void, and what would be done is asked. */
export function voidsGrant(draft: Draft, frame: LeafFrame, step: Task): boolean {
  const { by, path } = frame;
  if (by === undefined || by.isSpent || frame.doubt) return false;
  const why = "What would be done is not what was allowed.";
  tell(draft, { type: "gate.voided", key: by.gate, path, how: "action", why });
  askAnew(draft, frame, step);
  return true;
}

/** A company whose map cannot be read begins nothing that its map has allowed. */
function stoppedHere({ facts }: Draft, agent: string): string | null {
  if (facts.approvals === undefined) return "The company's map cannot be read now.";
  return facts.approvals.stopped({ agent, tool: null });
}

/** What a fork inherited, or what holds no more, is asked of people anew (M8). */
export function askAnew(draft: Draft, frame: LeafFrame, step: Task): void {
  const { path, edited } = frame;
  const show = edited ?? shownOf(step, scopeAt(draft.run, frame, draft.read));
  tell(draft, { type: "gate.opened", path, gate: approvalFor(draft, step, { path, show }) });
}

const NOBODY: Asking = { chain: "", from: [], need: 1, dueMs: null, onTimeout: "reject" };

/** What the deciders are shown. */
function shownOf(step: Task, scope: Scope): JsonObject {
  const shown = valuesOf(step.inputs, scope);
  return "values" in shown ? shown.values : { fault: shown.fault };
}

/** Of the action that people decide on: whoever changes a part of it has another action. */
function actionDigest(draft: Draft, step: Task, action: Action): Digest {
  const who = step.agent.kind === "named" ? step.agent.agent : step.agent.needs;
  return draft.facts.digest(
    canonical([draft.run.id, action.path, who, step.instructions, action.show]),
  );
}
