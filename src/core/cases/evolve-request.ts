import type { Case, CaseRequest, Unpassed } from "./case.ts";
import type { CaseEvent } from "./event.ts";

type RequestEvent = Extract<CaseEvent, { readonly type: `request.${string}` }>;

/** What an event says of one request. */
export function withRequest(before: Case, event: RequestEvent): Partial<Case> {
  if (event.type === "request.received") {
    const { request: id, source, requester, channel, trust, text, about, attachments } = event;
    const words = { source, requester, channel, trust, text, about, attachments };
    const state = { state: "waits", missing: [], unclear: null, movedTo: null } as const;
    const request = { id, ...words, type: null, key: event.seq, at: event.at, ...state };
    return { requests: [...before.requests, request] };
  }
  const request = before.requests.find(({ id }) => id === event.request);
  if (request === undefined) return {};
  const requests = before.requests.map((one) =>
    one === request ? { ...one, ...changed(request, event) } : one,
  );
  return { requests, ...beside(before, request, event) };
}

type Later = Exclude<RequestEvent, { readonly type: "request.received" }>;

function changed(request: CaseRequest, event: Later): Partial<CaseRequest> {
  switch (event.type) {
    case "request.typed":
      return { type: event.as };
    case "request.completed":
      return { about: { ...request.about, ...event.about } };
    case "request.unbound":
      return {
        state: "waits",
        missing: event.missing,
        unclear: event.why ?? null,
        movedTo: null,
      };
    case "request.bound":
      return { state: "bound", missing: [], unclear: null };
    case "request.continued":
      return {};
    case "request.moved":
      return { state: "moved", missing: [], unclear: null, movedTo: event.to };
  }
}

/** What was erased is no text any more, and no binding. */
function readable(bindings: Case["bindings"]): Case["bindings"] {
  const texts = Object.entries(bindings).filter(([, value]) => typeof value === "string");
  return Object.fromEntries(texts);
}

/** What it changes of the case itself. */
function beside(before: Case, request: CaseRequest, event: Later): Partial<Case> {
  switch (event.type) {
    case "request.typed":
      return { type: event.as, ...(before.isHanded ? {} : { owner: event.owner }) };
    case "request.bound":
      return {
        bindings: { ...before.bindings, ...readable(event.bindings) },
        found: { ...before.found, ...event.found },
      };
    case "request.continued": {
      const { id, requester: from, channel, text } = request;
      return arrived(before, { key: event.seq, id, from, channel, text });
    }
    case "request.moved":
      return { moving: [...before.moving, { request: request.id, to: event.to }] };
    case "request.unbound":
      return { moving: before.moving.filter((one) => one.request !== request.id) };
    case "request.completed":
      return {};
  }
}

/** It is to be told to the runs of the case. */
export function arrived({ unpassed, unread }: Case, message: Unpassed): Partial<Case> {
  return {
    unpassed: [...unpassed, message],
    unread: [...unread, { ...message, position: null }],
  };
}
