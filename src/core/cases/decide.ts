import type { Problem } from "../problem.ts";
import { unreachable } from "../unreachable.ts";
import { CASE_LIMITS, type Case, type CaseRequest, type Request } from "./case.ts";
import { type CaseDraft, type CaseWorld, openDraft } from "./drafting.ts";
import type { CaseEvent } from "./event.ts";
import { closeWhenDone, hear, noteUnread } from "./hear.ts";
import type { CaseSignal } from "./signal.ts";
import { sort, typeOf, unbound } from "./sort.ts";

export type CaseDecision = { readonly case: Case; readonly events: readonly CaseEvent[] };

/**
 * For so long after it was closed a case goes on where something comes for it, or somebody reopens it;
 * later it is another case.
 */
export const REOPEN_MS_MOST: number = 7 * 86_400_000;

/** What was told -> what happened; or why not. None where it changes nothing. */
export function decideCase(
  before: Case,
  signal: CaseSignal,
  world: CaseWorld,
): CaseDecision | Problem {
  const draft = openDraft(before, signal);
  const problem = told(draft, signal, world);
  return problem ?? { case: draft.now, events: draft.events };
}

type Told<Type extends CaseSignal["type"]> = Extract<CaseSignal, { readonly type: Type }>;

// oxlint-disable-next-line complexity -- a flat switch, one case for each signal
function told(draft: CaseDraft, signal: CaseSignal, world: CaseWorld): Problem | null {
  const { now } = draft;
  if (now.seq === 0 && signal.type !== "request") return noSuchCase(now);
  switch (signal.type) {
    case "request":
      return received(draft, signal, world);
    case "type":
      return typed(draft, signal, world);
    case "complete":
      return completed(draft, signal, world);
    case "move":
      return moved(draft, signal);
    case "moved":
      return gone(draft, signal);
    case "message":
      return message(draft, signal);
    case "passed":
      return passed(draft, signal);
    case "started":
      if (statusOf(now, signal.run) === "begun")
        draft.add({ type: "run.started", run: signal.run });
      return null;
    case "refused":
      return refused(draft, signal);
    case "heard":
      return hear(draft, signal);
    case "fact":
      return recorded(draft, signal);
    case "close":
      if (now.closedAt === null)
        draft.add({ type: "case.closed", outcome: "closed", why: signal.why });
      return null;
    case "reopen":
      return now.closedAt === null ? null : reopened(draft, signal, signal.why);
    case "hand":
      if (now.owner !== signal.to || !now.isHanded)
        draft.add({ type: "case.handed", to: signal.to, why: signal.why });
      return null;
    case "note":
      if (now.notes.length >= CASE_LIMITS.notes) return full(now, "notes");
      draft.add({ type: "case.noted", text: signal.text });
      return null;
    case "resolve":
      return resolved(draft, signal);
    default:
      return unreachable(signal);
  }
}

function passed(draft: CaseDraft, { key, to, position }: Told<"passed">): null {
  if (draft.now.unpassed.every((one) => one.key !== key)) return null;
  draft.add({ type: "message.passed", key, to, position });
  noteUnread(draft);
  closeWhenDone(draft);
  return null;
}

function received(draft: CaseDraft, signal: Told<"request">, world: CaseWorld): Problem | null {
  const { now } = draft;
  const { request, unclear } = signal;
  const { id, type, ...words } = request;
  if (now.requests.some((one) => one.id === id)) return null;
  if (now.requests.length >= CASE_LIMITS.requests) return full(now, "requests");
  if (now.seq === 0) draft.add({ type: "case.opened", owner: world.map.exceptions.owner });
  const closed = now.closedAt === null ? null : reopened(draft, signal, "Another request came.");
  if (closed !== null) return closed;
  draft.add({ type: "request.received", request: id, ...words });
  distrust(draft, request);
  const owner = typeOf(world, type)?.owner;
  if (type !== null && owner !== undefined)
    draft.add({ type: "request.typed", request: id, as: type, how: "given", owner });
  if (unclear === null) sort(draft, id, world);
  else draft.add({ type: "request.unbound", request: id, missing: [], why: unclear });
  return null;
}

function typed(draft: CaseDraft, signal: Told<"type">, world: CaseWorld): Problem | null {
  const request = waitingIn(draft.now, signal.request);
  if ("code" in request) return request;
  const type = typeOf(world, signal.as);
  if (type === null) return noSuchType(signal.as, world);
  const { as } = signal;
  if (request.type !== as)
    draft.add({ type: "request.typed", request: request.id, as, how: "chosen", owner: type.owner });
  return placed(draft, signal, world);
}

function completed(draft: CaseDraft, signal: Told<"complete">, world: CaseWorld): Problem | null {
  const request = waitingIn(draft.now, signal.request);
  if ("code" in request) return request;
  const { about } = signal;
  const isNews = JSON.stringify({ ...request.about, ...about }) !== JSON.stringify(request.about);
  if (isNews) draft.add({ type: "request.completed", request: request.id, about });
  return placed(draft, signal, world);
}

/** It stays, goes on in another case, or waits for a person who says where. */
function placed(
  draft: CaseDraft,
  { request: id, place }: Told<"type"> | Told<"complete">,
  world: CaseWorld,
): null {
  if (place.kind === "here") sort(draft, id, world);
  if (place.kind === "there") draft.add({ type: "request.moved", request: id, to: place.case });
  const request = draft.now.requests.find((one) => one.id === id);
  if (place.kind === "unclear" && request !== undefined)
    unbound(draft, request, { missing: [], why: place.why });
  return null;
}

function moved(draft: CaseDraft, { request: id, to }: Told<"move">): Problem | null {
  const request = waitingIn(draft.now, id);
  if ("code" in request) return request;
  if (to === draft.now.id) return conflict(`${id} stands in ${to} already.`, "Name another case.");
  draft.add({ type: "request.moved", request: id, to });
  return null;
}

/** A case that only kept it is over. */
function gone(draft: CaseDraft, { request }: Told<"moved">): null {
  const move = draft.now.moving.find((one) => one.request === request);
  if (move === undefined) return null;
  const isEmpty = draft.now.requests.every(({ state }) => state === "moved");
  if (isEmpty)
    draft.add({ type: "case.closed", outcome: "moved", why: `It goes on in ${move.to}.` });
  return null;
}

function message(draft: CaseDraft, signal: Told<"message">): Problem | null {
  const { now } = draft;
  const { id, from, channel, trust, text, attachments } = signal;
  if (now.conversation.some((one) => one.id === id)) return null;
  if (now.conversation.length >= CASE_LIMITS.messages) return full(now, "messages");
  const closed = now.closedAt === null ? null : reopened(draft, signal, "A message came.");
  if (closed !== null) return closed;
  draft.add({ type: "message.received", id, from, channel, trust, text, attachments });
  distrust(draft, signal);
  return null;
}

/** What anybody may have written is in the case from now on. */
function distrust(
  draft: CaseDraft,
  { id, channel, trust }: Pick<Request, "id" | "channel" | "trust">,
): void {
  if (trust !== "untrusted") return;
  const labels = { untrusted: [`${channel} ${id}`], personal: [] };
  draft.add({ type: "case.labelled", labels, source: id });
}

function refused(draft: CaseDraft, { run, why }: Told<"refused">): null {
  if (statusOf(draft.now, run) !== "begun") return null;
  draft.add({ type: "run.refused", run, why });
  const { owner, closedAt } = draft.now;
  if (closedAt !== null) return null;
  draft.add({ type: "issue.opened", text: `The run ${run} could not be started: ${why}`, owner });
  return null;
}

function recorded(draft: CaseDraft, { name, value, by, why }: Told<"fact">): Problem | null {
  const { now } = draft;
  if (!Object.hasOwn(now.facts, name) && Object.keys(now.facts).length >= CASE_LIMITS.facts)
    return full(now, "facts");
  const source = why === "" ? by : `${by}: ${why}`;
  draft.add({ type: "fact.recorded", name, value, source });
  return null;
}

function resolved(draft: CaseDraft, { issue, why }: Told<"resolve">): Problem | null {
  const known = draft.now.issues.find(({ key }) => key === issue);
  if (known === undefined) {
    const open = draft.now.issues.filter(({ isOpen }) => isOpen).map(({ key }) => key);
    const mend = open.length === 0 ? "None is open." : `Open ones: ${open.join(", ")}.`;
    return { code: "not-found", message: `${draft.now.id} has no issue ${issue}.`, mend };
  }
  if (known.isOpen) draft.add({ type: "issue.closed", key: issue, why });
  closeWhenDone(draft);
  return null;
}

function reopened(draft: CaseDraft, { at }: CaseSignal, why: string): Problem | null {
  const { id, closedAt, outcome } = draft.now;
  const days = REOPEN_MS_MOST / 86_400_000;
  if (outcome === "moved")
    return conflict(`${id} only kept a request that goes on elsewhere.`, `See: cases show ${id}`);
  if (closedAt !== null && at - closedAt > REOPEN_MS_MOST)
    return {
      code: "already-ended",
      message: `${id} was closed more than ${days} days ago.`,
      mend: "Make another request: that opens another case.",
    };
  draft.add({ type: "case.reopened", why });
  return null;
}

function statusOf({ runs }: Case, run: string): string | null {
  return runs.find((one) => one.run === run)?.status ?? null;
}

function waitingIn(now: Case, id: string): CaseRequest | Problem {
  const waiting = now.requests.filter(({ state }) => state === "waits");
  const request = now.requests.find((one) => one.id === id);
  const names = waiting.map((one) => one.id).join(", ");
  const mend = names === "" ? "None waits to be sorted." : `These wait: ${names}.`;
  if (request === undefined)
    return { code: "not-found", message: `${now.id} has no request ${id}.`, mend };
  if (request.state === "waits") return request;
  return { code: "conflict", message: `The request ${id} is ${request.state} already.`, mend };
}

function noSuchCase({ id }: Case): Problem {
  return {
    code: "not-found",
    message: `There is no case ${id} here.`,
    mend: 'See "muster cases list".',
  };
}

function noSuchType(name: string, { map }: CaseWorld): Problem {
  const names = Object.keys(map.requests).join(", ");
  return {
    code: "unknown-type",
    message: `The map has no type of request "${name}".`,
    mend: names === "" ? "Write it in requests.yaml." : `Types here: ${names}.`,
  };
}

function conflict(text: string, mend: string): Problem {
  return { code: "conflict", message: text, mend };
}

function full({ id }: Case, what: keyof typeof CASE_LIMITS): Problem {
  return {
    code: "limit",
    message: `${id} holds ${CASE_LIMITS[what]} ${what}, and no more.`,
    mend: "Close it; what comes then opens another.",
  };
}
