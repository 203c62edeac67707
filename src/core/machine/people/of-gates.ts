import {
  type Approval,
  actionsOf,
  evolveApproval,
  type GateOpening,
  isAbout,
  isPlain,
  newApproval,
  nextMoment,
  usesOf,
} from "../../approval/index.ts";
import { changeLeaf } from "../attempts/attempt.ts";
import type { Event, Key, Path } from "../event.ts";
import type { Fold, LeafFrame, OpenGate } from "../run.ts";
import { emptyTable, entries, get, remove, set } from "../tables/table.ts";
import { changeUse, closeUse, foldUseConsumed, foldUseDecided } from "../uses/of-uses.ts";

type OfGate = Extract<Event, { readonly type: `gate.${string}` }>;
export type AtGate = Exclude<OfGate, { readonly type: "gate.opened" }>;

export function isAtGate(event: Event): event is AtGate {
  return event.type.startsWith("gate.") && event.type !== "gate.opened";
}

/** A gate as it is opened: what is asked stands in its event. */
export function openedGate(path: Path, gate: GateOpening): OpenGate {
  return { type: "gate", path, gate, due: nextMoment(newApproval(gate)), votes: [] };
}

/** The approval of an open gate. */
export function approvalIn({ gate, votes, rest }: OpenGate): Approval {
  return { ...newApproval(gate), ...rest, votes };
}

/** Its last deadline has passed, and what that led to is told: it has none from now on, whatever happens at it. */
export function withoutDeadline(open: OpenGate): OpenGate {
  const { gate, votes, ...rest } = approvalIn(open);
  return { ...open, gate, votes, due: null, rest: { ...rest, due: null, remind: [] } };
}

/** Fold: what happens at a gate, and to what was allowed there. */
export function foldOfGate(run: Fold, event: AtGate): void {
  if (event.type === "gate.consumed" || event.type === "gate.voided") return used(run, event);
  const open = get(run.open, event.key);
  if (event.type === "gate.closed") run.open = remove(run.open, event.key);
  if (open?.type !== "gate") return;
  const approval = evolveApproval(approvalIn(open), event, event);
  if (event.type === "gate.closed") return closed(run, event, approval);
  const { gate, votes, ...rest } = approval;
  const due = nextMoment(approval);
  // A gate whose file names its people itself mostly has votes and nothing else.
  const isMere = open.rest === undefined && event.type === "gate.voted" && isPlain(open);
  run.open = set(run.open, event.key, { ...open, gate, votes, due, ...(isMere ? {} : { rest }) });
  if (event.type !== "gate.edited" || gate.terms === undefined) return;
  const edited = gate.terms.args;
  if (event.action !== undefined) return editedOf(run, open.gate, event);
  if (gate.use === undefined) changeLeaf(run, event.path, { edited });
  else changeUse(run, gate.use, { edited, action: gate.digest });
}

/** Of several uses one was changed. */
function editedOf(
  run: Fold,
  before: GateOpening,
  { action, gate }: Extract<AtGate, { readonly type: "gate.edited" }>,
): void {
  const use = before.terms?.actions?.find(({ digest }) => digest === action)?.use;
  const now = gate.terms?.actions?.find((one) => one.use === use);
  if (use !== undefined && now?.args !== undefined)
    changeUse(run, use, { edited: now.args, action: now.digest });
}

/** The step may begin: for this action, and where a chain of the map has said so, once. */
function closed(
  run: Fold,
  { key, path, allowed }: Extract<AtGate, { readonly type: "gate.closed" }>,
  approval: Approval,
): void {
  const { gate, votes } = approval;
  if (allowed && gate.terms !== undefined)
    run.granted = set(run.granted ?? emptyTable(), key, { path, approval });
  if (gate.terms?.actions !== undefined && usesOf(gate).length > 0)
    return closedAll(run, { key, allowed }, approval);
  const voters = votes.filter(({ allow }) => allow).map(({ voter }) => voter);
  if (gate.use !== undefined) return foldUseDecided(run, gate.use, { gate: key, allowed, voters });
  if (!allowed) return;
  const by = gate.terms === undefined ? {} : { by: { gate: key, isSpent: false } };
  changeLeaf(run, path, { state: "ready", grant: gate.digest, key: null, ...by });
}

/** Of several uses, each as it was decided: those that are not permitted are refused, and their agent is told why. */
function closedAll(
  run: Fold,
  { key, allowed }: { readonly key: Key; readonly allowed: boolean },
  { gate, votes, permits, blocks }: Approval,
): void {
  for (const { digest, use } of gate.terms?.actions ?? []) {
    if (use === undefined) continue;
    const isHis = allowed && permits?.includes(digest) === true;
    const about = votes.filter((vote) => vote.allow && isAbout(vote, digest));
    const why = blocks.length > 0 ? blocks : about.flatMap(({ reason }) => reason || []);
    const say = allowed && !isHis ? { say: `It was not approved: ${why.join("; ")}` } : {};
    const voters = about.map(({ voter }) => voter);
    foldUseDecided(run, use, { gate: key, allowed: isHis, voters, ...(why.length > 0 ? say : {}) });
  }
}

function used(
  run: Fold,
  event: Extract<AtGate, { readonly type: "gate.consumed" | "gate.voided" }>,
): void {
  if (event.use !== undefined) {
    if (event.type === "gate.consumed") foldUseConsumed(run, event.use);
    else closeUse(run, event.use);
  }
  const known = run.granted === undefined ? undefined : get(run.granted, event.key);
  if (run.granted === undefined || known === undefined) return;
  const approval = evolveApproval(known.approval, event, event);
  run.granted =
    approval.state === "allowed"
      ? set(run.granted, event.key, { ...known, approval })
      : remove(run.granted, event.key);
  if (usesOf(approval.gate).length > 0) return;
  if (event.type === "gate.voided") changeLeaf(run, event.path, { grant: null });
  else if (actionsOf(approval).includes(event.action))
    changeLeaf(run, event.path, { by: { gate: event.key, isSpent: true } });
}

/** Fold: what was allowed of a step that has ended is for nothing any more. */
export function dropGrants(run: Fold, path: Path): void {
  if (run.granted === undefined || run.granted.size === 0) return;
  for (const [key, granted] of entries(run.granted))
    if (granted.path === path) run.granted = remove(run.granted, key);
}

/** A person orders a step again: what a chain allowed was for the first time, and is asked anew. */
export function ungrantedAgain({ by }: LeafFrame): Partial<LeafFrame> {
  return by?.isSpent === true ? { grant: null } : {};
}
