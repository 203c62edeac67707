import type { CaseFacts } from "../governance/index.ts";
import type { Json, JsonObject } from "../json.ts";
import type { RequestSource } from "../request-source.ts";
import type { Case, CaseRequest } from "./case.ts";

/** A case as calls of tools are judged by it. */
export function caseFactsOf(now: Case): CaseFacts {
  const { id, type, bindings, labels } = now;
  const request = requestOf(now);
  const { requester = "", about = {} } = request ?? {};
  const source = request === null ? null : sourceOf(request);
  return {
    id,
    request: type,
    about,
    bindings,
    facts: valuesOf(now),
    trusted: trustedIn(now),
    labels,
    requester,
    ...(source === null ? {} : { source }),
  };
}

/** Anybody may say where a request comes from: for more than a customer only a channel of staff speaks. */
function sourceOf({ source, trust }: CaseRequest): RequestSource | null {
  return source === "customer" || trust === "staff" ? source : null;
}

/** `$case` in a workflow: bindings and facts by their names, and beside them what every case has. */
export function caseReadable(now: Case): JsonObject {
  const { id, type, owner, subject, bindings } = now;
  const request = requestOf(now);
  return {
    ...valuesOf(now),
    ...bindings,
    id,
    type,
    owner,
    subject,
    bindings,
    facts: valuesOf(now),
    request: request === null ? null : readable(request),
  };
}

/** The newest request that the case works on, or the first that came. */
export function requestOf({ requests }: Case): CaseRequest | null {
  return requests.findLast(({ state }) => state === "bound") ?? requests[0] ?? null;
}

function readable(request: CaseRequest): JsonObject {
  const { id, source, requester, channel, trust, text, about, type, attachments } = request;
  const named = attachments.map(({ name, digest, bytes }) => ({ name, digest, bytes }));
  return { id, source, requester, channel, trust, text, about, type, attachments: named };
}

function valuesOf({ facts }: Case): JsonObject {
  return Object.fromEntries(Object.entries(facts).map(([name, { value }]) => [name, value]));
}

/** The words of those who may ask: requests, messages and notes; never what a channel that anybody may use brought. */
function trustedIn({ requests, conversation, notes }: Case): readonly Json[] {
  const asked = requests
    .filter(({ trust, state }) => trust !== "untrusted" && state !== "moved")
    .flatMap(({ text, about }): Json[] => [text, about]);
  const written = conversation
    .filter(({ trust, isOurs }) => trust !== "untrusted" && !isOurs)
    .map(({ text }) => text);
  return [...asked, ...written, ...notes.map(({ text }) => text)];
}
