import { describe, expect, test } from "vitest";
import { type CaseId, parseCaseId } from "../id.ts";
import type { RequestType } from "../map/index.ts";
import {
  type Case,
  type CaseEvent,
  type CaseTold,
  caseDraftOf,
  caseEventOf,
  caseFactsOf,
  caseParams,
  decideCase,
  evolveCase,
  namedBy,
  needsOf,
  noCase,
  owedByCase,
  placeOf,
  REOPEN_MS_MOST,
  type Request,
} from "./index.ts";

const ID = parseCaseId("cs_0001") as CaseId;
const OTHER = parseCaseId("cs_0002") as CaseId;

function type(over: Partial<RequestType> = {}): RequestType {
  return {
    name: "order-status",
    description: "Where is it?",
    examples: [],
    case: { order_id: "request.order_id", customer: "request.requester" },
    workflow: "status",
    owner: "support",
    subject: "customer",
    sla: { respond: null, resolve: null },
    tools: null,
    ...over,
  } as RequestType;
}

const MAP = {
  requests: {
    "order-status": type(),
    refund: type({ name: "refund", workflow: "refunds", owner: "finance" }),
  },
  exceptions: { owner: "ops" },
};

function request(over: Partial<Request> = {}): Request {
  return {
    id: "rq_1",
    source: "customer",
    requester: "4711",
    channel: "form",
    trust: "customer",
    text: "Where is my order?",
    about: { order_id: 7 },
    attachments: [],
    type: "order-status",
    ...over,
  };
}

/** A case after these were told to it, one after another, a second apart. */
function told(...all: readonly (CaseTold & { readonly after?: number })[]): {
  readonly now: Case;
  readonly events: readonly CaseEvent[];
  readonly types: readonly string[];
} {
  let now = noCase(ID);
  let at = 0;
  const events: CaseEvent[] = [];
  for (const { after = 1_000, ...one } of all) {
    at += after;
    const decision = decideCase(now, { ...(one as CaseTold), at, by: "ana" }, { map: MAP });
    if (!("events" in decision)) throw new Error(decision.message);
    expect(decision.events.reduce(evolveCase, now)).toEqual(decision.case);
    now = decision.case;
    events.push(...decision.events);
  }
  return { now, events, types: events.map((event) => event.type) };
}

const asked = (over: Partial<Request> = {}): CaseTold => {
  return { type: "request", request: request(over), unclear: null, subject: null };
};
const message = (over: object = {}): CaseTold => {
  const words = {
    requester: "4711",
    channel: "form",
    trust: "customer",
    text: "It is blue.",
  } as const;
  return { type: "message", id: "m1", ...words, attachments: [], ...over };
};
const runOf = (now: Case): never => now.runs[0]?.run as never;
const heard = (now: Case, seq: number, ...said: readonly object[]): CaseTold =>
  ({ type: "heard", run: runOf(now), seq, said }) as never;

describe("a request", () => {
  test("of a known type that names its ids is bound, and a run is begun for it", () => {
    const { now, types } = told(asked());
    expect(types).toEqual([
      "case.opened",
      "request.received",
      "request.typed",
      "request.bound",
      "run.begun",
    ]);
    expect(now).toMatchObject({
      owner: "support",
      type: "order-status",
      bindings: { order_id: "7", customer: "4711" },
      found: { order_id: "7" },
    });
    expect(owedByCase(now)).toMatchObject([
      { type: "start", run: "wf_0001_5", workflow: "status", request: { id: "rq_1" } },
    ]);
  });

  test("M2 told twice is there once", () => {
    expect(told(asked(), asked()).events).toHaveLength(5);
  });

  test("whose type nobody has said waits for whoever sorts, and goes on when somebody says it", () => {
    const { now } = told(asked({ type: null }));
    expect(needsOf(now)).toMatchObject([{ kind: "type", owner: "ops", of: "rq_1" }]);
    expect(owedByCase(now)).toEqual([]);
    const here = { kind: "here" } as const;
    const after = told(asked({ type: null }), {
      type: "type",
      request: "rq_1",
      as: "refund",
      place: here,
    });
    expect(after.now).toMatchObject({ owner: "finance", runs: [{ workflow: "refunds" }] });
    expect(
      decideCase(
        now,
        { type: "type", request: "rq_1", as: "refunt", place: here, at: 1, by: "ana" },
        { map: MAP },
      ),
    ).toMatchObject({ code: "unknown-type", mend: "Types here: order-status, refund." });
  });

  test("that does not name its ids is asked for them", () => {
    const { now } = told(asked({ about: {} }));
    expect(needsOf(now)).toMatchObject([
      { kind: "ids", what: expect.stringContaining("order_id") },
    ]);
    const complete = { type: "complete", request: "rq_1", about: { order_id: "7" } } as const;
    const after = told(asked({ about: {} }), { ...complete, place: { kind: "here" } });
    expect(after.now.bindings).toMatchObject({ order_id: "7" });
    expect(after.types.slice(-3)).toEqual(["request.completed", "request.bound", "run.begun"]);
  });

  test("that waits keeps what is written meanwhile for the run that is begun for it", () => {
    const { now } = told(asked({ type: null }), message());
    expect(owedByCase(now)).toEqual([]);
    expect(now.unread).toHaveLength(1);
  });

  test("of a workflow that goes on in its case is told to that run; of another one begins one", () => {
    const { now } = told(asked(), asked({ id: "rq_2", text: "And when?" }));
    expect(now.runs).toHaveLength(1);
    expect(now.unpassed).toMatchObject([{ id: "rq_2", text: "And when?" }]);
    const more = told(asked(), asked({ id: "rq_2", type: "refund" }));
    expect(more.now.runs.map(({ workflow }) => workflow)).toEqual(["status", "refunds"]);
    expect(more.now).toMatchObject({ type: "refund", owner: "finance" });
  });

  test("of an untrusted channel marks the case", () => {
    const { now } = told(asked({ trust: "untrusted", channel: "mail" }));
    expect(now.labels.untrusted).toEqual(["mail rq_1"]);
    expect(caseFactsOf(now).about).toEqual({ order_id: 7 });
    expect(caseFactsOf(now)).toMatchObject({
      trusted: [],
      requester: "4711",
      request: "order-status",
    });
    expect(caseFactsOf(told(asked()).now).trusted).toEqual(["Where is my order?", { order_id: 7 }]);
  });
});

describe("where a request goes", () => {
  const { now: open } = told(asked());
  const find = (name: string): Case | null => (name === "order_id=7" ? open : null);
  const place = (over: Partial<Request>, self: Case | null = null, look = find): object =>
    placeOf(request(over), type(), { find: look, self });

  test("is the open case of the same ids, else a new one", () => {
    expect(place({})).toEqual({ kind: "there", case: ID });
    expect(place({ about: { order_id: 8 } })).toEqual({ kind: "here" });
    expect(place({ about: {} })).toEqual({ kind: "here" });
    expect(place({}, open)).toEqual({ kind: "here" });
  });

  test("is a person's to say where it names what belongs to two cases, or to somebody else", () => {
    expect(place({ requester: "4712" })).toEqual({
      kind: "unclear",
      why: "It names customer 4712; cs_0001 is about customer 4711.",
    });
    const two = { order_id: "request.order_id", ticket: "request.ticket" };
    const ticket = { ...open, id: OTHER, bindings: { ticket: "9" } };
    expect(
      placeOf(request({ about: { order_id: 7, ticket: 9 } }), type({ case: two, subject: null }), {
        find: (name) => (name === "ticket=9" ? ticket : find(name)),
        self: null,
      }),
    ).toEqual({ kind: "unclear", why: "It names what belongs to cs_0001 and cs_0002." });
  });

  test("is kept: a request that turns out to go on elsewhere is owed to that case", () => {
    const there = { kind: "there", case: OTHER } as const;
    const typed = { type: "type", request: "rq_1", as: "refund", place: there } as const;
    const { now } = told(asked({ type: null }), typed);
    expect(owedByCase(now)).toMatchObject([
      { type: "move", to: OTHER, request: { id: "rq_1", type: "refund" } },
    ]);
    const { now: gone } = told(asked({ type: null }), typed, { type: "moved", request: "rq_1" });
    expect(gone).toMatchObject({ status: "closed", outcome: "moved" });
    expect(owedByCase(gone)).toEqual([]);
  });
});

describe("the runs of a case", () => {
  const { now: open } = told(asked());
  const ended = (outcome: string, why = ""): object => ({ kind: "ended", outcome, why });

  test("tell it facts, what they wait for, and their end; heard twice is once", () => {
    const fact = { kind: "fact", name: "total", value: 5, source: "wf_0001_5/look" };
    const one = heard(open, 4, fact, { kind: "waits", key: 4, path: "ask" });
    const { now, types } = told(asked(), one, one);
    expect(types.slice(5)).toEqual(["run.started", "fact.recorded", "case.waiting"]);
    expect(now).toMatchObject({ status: "waiting", facts: { total: { value: 5 } } });
    expect(owedByCase(now)).toEqual([{ type: "hear", run: "wf_0001_5", after: 4 }]);
    const on = heard(open, 9, { kind: "goes on", key: 4, position: 3 }, ended("completed"));
    expect(told(asked(), one, on).now).toMatchObject({ status: "closed", outcome: "completed" });
  });

  test("close it when they are complete; what failed is an issue for its owner", () => {
    const { now } = told(asked(), heard(open, 9, ended("failed", "No stock.")));
    expect(now.closedAt).toBeNull();
    expect(needsOf(now)).toMatchObject([
      {
        kind: "issue",
        owner: "support",
        what: "The run wf_0001_5 ended as failed: No stock.",
        again: "rq_1",
        // When it failed, not when the case was opened.
        at: 2_000,
      },
    ]);
    const refused = told(asked(), { type: "refused", run: runOf(open), why: "No agent." });
    expect(needsOf(refused.now)).toMatchObject([{ kind: "issue" }]);
    expect(owedByCase(refused.now)).toEqual([]);
  });

  test("begun once more settle what failed before; the case closes when that one is complete", () => {
    const failed = heard(open, 9, ended("failed", "No stock."));
    const again = { type: "again", request: "rq_1" } as const;
    const { now, types } = told(asked(), failed, again);
    expect(types.slice(-2)).toEqual(["run.begun", "issue.closed"]);
    expect(needsOf(now)).toMatchObject([{ kind: "run" }]);
    const second = now.runs[1]?.run as never;
    const done: CaseTold = {
      type: "heard",
      run: second,
      seq: 9,
      said: [ended("completed")],
    } as never;
    expect(told(asked(), failed, again, done).now).toMatchObject({ status: "closed" });
    const worse: CaseTold = {
      type: "heard",
      run: second,
      seq: 9,
      said: [ended("failed")],
    } as never;
    expect(needsOf(told(asked(), failed, again, worse).now)).toMatchObject([{ again: "rq_1" }]);
  });

  test("bring what waits for a person in them, and take it back when it goes on", () => {
    const raised = { kind: "issue", key: 7, text: "No stock.", owner: "" };
    const one = heard(open, 7, raised);
    expect(needsOf(told(asked(), one).now)[0]).toMatchObject({
      kind: "exception",
      owner: "support",
      of: "wf_0001_5",
    });
    const on = heard(open, 9, { kind: "settled", key: 7, why: "retry" });
    expect(told(asked(), one, on).now.issues).toMatchObject([{ isOpen: false }]);
    const over = told(asked(), one, heard(open, 9, ended("completed")));
    expect(over.now).toMatchObject({ outcome: "completed", issues: [{ isOpen: false }] });
  });

  test("are stopped when a person closes it", () => {
    const { now } = told(
      asked(),
      { type: "started", run: runOf(open) },
      { type: "close", why: "x" },
    );
    expect(owedByCase(now)).toMatchObject([{ type: "hear" }, { type: "cancel", run: "wf_0001_5" }]);
    const over = told(
      asked(),
      { type: "started", run: runOf(open) },
      { type: "close", why: "x" },
      heard(open, 9, ended("cancelled")),
    );
    expect(over.now.issues).toEqual([]);
    expect(owedByCase(over.now)).toEqual([]);
  });

  test("are given what was written; what none of them has read is an issue", () => {
    const passed = { type: "passed", key: 6, to: [], position: 3 } as const;
    expect(owedByCase(told(asked(), message()).now)).toMatchObject([{ type: "start" }]);
    const first = told(asked(), { type: "started", run: runOf(open) }, message());
    expect(owedByCase(first.now)).toMatchObject([{}, { type: "pass", message: { id: "m1" } }]);
    const unread = told(asked(), message(), passed, heard(open, 9, ended("completed")));
    expect(needsOf(unread.now)).toMatchObject([
      { kind: "issue", what: "4711 wrote, and no run has read it: It is blue." },
    ]);
    const taken = heard(open, 9, { kind: "goes on", key: 4, position: 3 }, ended("completed"));
    const waits = heard(open, 4, { kind: "waits", key: 4, path: "ask" });
    expect(told(asked(), waits, message(), { ...passed, key: 8 }, taken).now.outcome).toBe(
      "completed",
    );
    const late = told(asked(), waits, message(), taken, { ...passed, key: 8 });
    expect(late.now).toMatchObject({ outcome: "completed", issues: [] });
  });
});

describe("a case that was closed", () => {
  test("goes on for a week where something comes for it; later it is over", () => {
    const close = { type: "close", why: "done" } as const;
    const { now } = told(asked(), close, message());
    expect(now).toMatchObject({ status: "open", outcome: null });
    const closed = told(asked(), close).now;
    const late = { ...message(), at: 2_000 + REOPEN_MS_MOST + 1, by: "ana" } as never;
    expect(decideCase(closed, late, { map: MAP })).toMatchObject({ code: "already-ended" });
  });

  test("is found by its ids for that week, and by its requests for a month", () => {
    const { now, events } = told(asked(), { type: "close", why: "done" });
    expect(namedBy(now, events)).toEqual([
      { name: "request rq_1", until: 1_000 + 30 * 86_400_000 },
      { name: "order_id=7", until: 2_000 + REOPEN_MS_MOST },
    ]);
  });
});

describe("people", () => {
  test("note, hand and resolve; what is so already changes nothing", () => {
    const hand = { type: "hand", to: "bo", why: "" } as const;
    const { now, types } = told(asked(), hand, hand, { type: "note", text: "Call them." });
    expect(types.slice(5)).toEqual(["case.handed", "case.noted"]);
    expect(now).toMatchObject({ owner: "bo", notes: [{ by: "ana", text: "Call them." }] });
    const kept = told(asked(), hand, asked({ id: "rq_2", type: "refund" }));
    expect(kept.now.owner).toBe("bo");
  });

  test("a case nobody opened is told nothing", () => {
    const note = { type: "note", text: "x", at: 1, by: "ana" } as const;
    expect(decideCase(noCase(ID), note, { map: MAP })).toMatchObject({ code: "not-found" });
  });
});

test("params of a workflow are those it declares, from the request, the case and its facts", () => {
  const { now } = told(asked(), { type: "fact", name: "total", value: 5, why: "" });
  const [first] = now.requests;
  if (first === undefined) throw new Error("The case has a request.");
  expect(caseParams(["order_id", "total", "text", "colour", "case"], now, first)).toMatchObject({
    order_id: "7",
    total: 5,
    text: "Where is my order?",
    case: { id: ID, customer: "4711" },
  });
  expect(Object.keys(caseParams(["colour"], now, first))).toEqual([]);
});

test("M4 every event is written and read again as it was; one of a newer version is told", () => {
  const { events } = told(asked({ trust: "untrusted" }), message());
  for (const event of events) {
    const { at, ...draft } = caseDraftOf(event);
    const envelope = { ...draft, at: new Date(at).toISOString(), id: "x" } as never;
    expect(caseEventOf(envelope)).toEqual(event);
  }
  const [first] = events as [CaseEvent];
  const { at, ...draft } = caseDraftOf(first);
  const strange = { ...draft, type: "case.sold", at: new Date(at).toISOString(), id: "x" };
  expect(() => caseEventOf(strange as never)).toThrow("does not know");
});
