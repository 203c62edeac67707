import type { Problem } from "../problem.ts";
import { unreachable } from "../unreachable.ts";
import { CASE_LIMITS, type Case, type CaseRequest, type Request } from "./case.ts";
import { type CaseDraft, type CaseWorld, openDraft } from "./drafting.ts";
import type { CaseEvent } from "./event.ts";
import { closeWhenDone, hear, noteUnread } from "./hear.ts";
import { byPerson, conflict, full, reopened } from "./people.ts";
import type { CaseSignal } from "./signal.ts";
import { begin, sort, typeOf, unbound } from "./sort.ts";

export type CaseDecision = { readonly case: Case; readonly events: readonly CaseEvent[] };

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
    case "kept": {
      const { request, why } = signal;
      if (now.moving.some((one) => one.request === request))
        draft.add({ type: "request.unbound", request, missing: [], why });
      return null;
    }
    case "again":
      return again(draft, signal, world);
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
    case "close":
    case "reopen":
    case "hand":
    case "note":
    case "resolve":
      return byPerson(draft, signal);
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
  const { request, unclear, subject, from } = signal;
  const { id, type, ...words } = request;
  if (now.requests.some((one) => one.id === id)) return null;
  if (now.requests.length >= CASE_LIMITS.requests) return full(now, "requests");
  const whose = subject === null ? {} : { subject };
  if (now.seq === 0)
    draft.add({ type: "case.opened", owner: world.map.exceptions.owner, ...whose });
  const closed = now.closedAt === null ? null : reopened(draft, signal, "Another request came.");
  if (closed !== null) return closed;
  const before = from === undefined ? {} : { from };
  draft.add({ type: "request.received", request: id, ...words, ...before });
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

function again(draft: CaseDraft, { request: id }: Told<"again">, world: CaseWorld): Problem | null {
  const { now } = draft;
  const request = now.requests.find((one) => one.id === id);
  const type = typeOf(world, request?.type ?? null);
  if (request?.state !== "bound" || type === null)
    return conflict(`${id} is no request of ${now.id} that is bound.`, `See: cases show ${now.id}`);
  if (now.closedAt !== null) return conflict(`${now.id} is closed.`, "Reopen it first.");
  begin(draft, request, type);
  // What was wrong with the runs before it is settled by that; of what is wrong with this one it says so itself.
  const before = new Set(now.runs.flatMap((one) => (one.request === id ? [one.run] : [])));
  for (const { key, isOpen, run } of now.issues)
    if (isOpen && run !== null && before.has(run))
      draft.add({ type: "issue.closed", key, why: "It was begun once more." });
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
  const { id, requester, channel, trust, text, attachments } = signal;
  if (now.conversation.some((one) => one.id === id)) return null;
  if (now.conversation.length >= CASE_LIMITS.messages) return full(now, "messages");
  const closed = now.closedAt === null ? null : reopened(draft, signal, "A message came.");
  if (closed !== null) return closed;
  draft.add({ type: "message.received", id, requester, channel, trust, text, attachments });
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
  const text = `The run ${run} could not be started: ${why}`;
  draft.add({ type: "issue.opened", text, owner, run });
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
    mend:
      names === ""
        ? "Write it in map.yaml, under requests, and publish the map."
        : `Types here: ${names}.`,
  };
}
