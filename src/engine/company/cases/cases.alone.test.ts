import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeFiles } from "../../../../test/given/folder.ts";

import type { CaseId } from "../../../core/id.ts";
import { defineAgent } from "../../agents/index.ts";
import type { CaseTelling, Company, RequestGiven } from "../index.ts";
import { type CompanyOptions, inboxOf, openCompany } from "../index.ts";
import { caseAtRest } from "./case-rest.ts";

const FILES: Readonly<Record<string, string>> = {
  "map.yaml": `muster: 1
company: Harbour Retail
requests:
  order-status:
    case: { order_id: request.order_id, customer_id: request.customer_id }
    workflow: status
    owner: ana
    subject: customer_id
  refund:
    case: { order_id: request.order_id, customer_id: request.customer_id }
    workflow: refunds
    owner: ana
    subject: customer_id
intake: { form: customer, desk: staff }
exceptions: { owner: ops }
`,
  "workflows/status.yaml": `muster: 1
name: status
parameters: { order_id: string, text: string }
steps:
  - id: look
    agent: clerk
    inputs: { order_id: $params.order_id }
    outputs: { state: string }
    facts: { order_state: $outputs.state }
`,
  "workflows/refunds.yaml": `muster: 1
name: refunds
parameters: { order_id: string }
steps:
  - id: ask
    agent: clerk
    inputs: { order_id: $case.order_id }
    outputs: { state: string }
    facts: { order_state: $outputs.state }
  - id: answer
    wait: { event: case.message, timeout: 10d }
    outputs: { text: string }
  - id: pay
    agent: clerk
    when: $case.order_state == "on its way" && $case.request.text != ""
    inputs: { order_id: $answer.text }
    outputs: { state: string }
`,
};

let folder = "";
let company: Company;
const asked: unknown[] = [];
const clerk = defineAgent({
  effects: "pure",
  attempt: ({ inputs }) => {
    asked.push(inputs["order_id"]);
    if (inputs["order_id"] === "13")
      return { error: { class: "permanent", kind: "no_order", message: "There is no order 13." } };
    return { outputs: { state: "on its way" } };
  },
});

const open = (options: CompanyOptions = {}): Promise<Company> =>
  openCompany(folder, { agents: { clerk }, ...options });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "muster-cases-"));
  writeFiles(folder, FILES);
  asked.length = 0;
  company = await open();
});
afterEach(async () => {
  await company.close();
  rmSync(folder, { recursive: true, force: true });
});

const form = (over: Partial<RequestGiven> = {}): RequestGiven => {
  const about = { order_id: 7, customer_id: "4711" };
  return { requester: "4711", channel: "form", text: "Where is it?", about, ...over };
};
async function made(given: RequestGiven): Promise<CaseId> {
  const requested = await company.request(given);
  if (requested.case === null) throw new Error(JSON.stringify(requested.problems));
  return requested.case;
}

async function reopened(): Promise<void> {
  await company.close();
  company = await open();
}
const message = (over: object = {}): CaseTelling => {
  return { type: "message", requester: "4711", channel: "form", text: "8", ...over } as CaseTelling;
};

describe("a request", () => {
  test("begins the workflow of its type, and its case is closed when that is complete", async () => {
    const id = await made(form({ type: "order-status" }));
    const now = await caseAtRest(company, id);
    expect(now).toMatchObject({ status: "closed", outcome: "completed", owner: "ana" });
    expect(now?.facts).toMatchObject({
      order_state: { value: "on its way", source: `${now?.runs[0]?.run}/look` },
    });
    expect(asked).toEqual(["7"]);
    expect(company.cases()).toMatchObject([{ case: id, status: "closed", requester: "4711" }]);
    expect(company.runs()).toHaveLength(1);
  });

  test("M2 made again under its id is once, also after the folder was opened again", async () => {
    const given = form({ type: "order-status", requestId: "form 1" });
    const id = await made(given);
    await caseAtRest(company, id);
    await reopened();
    expect(await company.request(given)).toMatchObject({ case: id, again: true });
    expect(company.runs()).toHaveLength(1);
  });

  test("whose type nobody has said is a person's, who is told the types there are", async () => {
    const id = await made(form());
    expect(company.cases({ owner: "ops" })).toMatchObject([{ needs: [{ kind: "type" }] }]);
    const [item] = await inboxOf(company);
    expect(item).toMatchObject({ case: id, run: null, waiting: { kind: "case" } });
    expect(item?.waiting.what).toContain("Types: order-status, refund. It waits for ops.");
    expect(await company.tellCase(id, { type: "type", as: "refnd" })).toMatchObject([
      { code: "unknown-type", mend: "Types here: order-status, refund." },
    ]);
    expect(await company.tellCase(id, { type: "type", as: "order-status" })).toEqual([]);
    expect(await caseAtRest(company, id)).toMatchObject({ outcome: "completed", owner: "ana" });
  });

  test("that does not name its ids waits for them", async () => {
    const id = await made(form({ type: "order-status", about: { customer_id: "4711" } }));
    expect(company.case(id)?.requests).toMatchObject([{ missing: ["order_id"] }]);
    await company.tellCase(id, { type: "complete", about: { order_id: "9" } });
    expect(await caseAtRest(company, id)).toMatchObject({ outcome: "completed" });
    expect(asked).toEqual(["9"]);
  });

  test("that comes at the same moment as others about the same order ends in one case with them", async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, at) => made(form({ type: "refund", text: `Ask ${at}.` }))),
    );
    const [id] = all as [CaseId];
    expect(new Set(all).size).toBe(1);
    const now = await caseAtRest(company, id);
    expect(now?.requests).toHaveLength(20);
    expect(company.runs()).toHaveLength(1);
  });

  test("for somebody else's order is put before a person, and not into that case", async () => {
    const id = await made(form({ type: "refund" }));
    const about = { order_id: 7, customer_id: "666" };
    const other = await made(form({ type: "refund", requester: "666", about }));
    expect(other).not.toBe(id);
    expect(company.cases({ status: ["open"] })[0]).toMatchObject({
      case: other,
      needs: [{ kind: "place", what: expect.stringContaining("is about customer_id 4711") }],
    });
  });

  test("that a person sorts goes on in the open case of what it is about", async () => {
    const id = await made(form({ type: "refund" }));
    const other = await made(form({ text: "Me again.", requestId: "again" }));
    await company.tellCase(other, { type: "type", as: "refund" });
    expect(await caseAtRest(company, other)).toMatchObject({ status: "closed", outcome: "moved" });
    expect(company.case(id)?.requests).toHaveLength(2);
    expect(company.runs()).toHaveLength(1);
    const again = form({ text: "Me again.", requestId: "again" });
    expect(await company.request(again)).toMatchObject({ case: id, again: true });
  });

  test("keeps what was attached, under its digest", async () => {
    const id = await made(form({ attachments: [{ name: "label.txt", value: "HR-7" }] }));
    const [attached] = company.case(id)?.requests[0]?.attachments ?? [];
    expect(attached).toMatchObject({ name: "label.txt" });
    expect(company.artifact({ digest: attached?.digest ?? "" })).toMatchObject({ value: "HR-7" });
  });

  test("that cannot be kept is refused with what is wrong", async () => {
    const refused = async (given: object): Promise<unknown> =>
      (await company.request({ ...form(), ...given } as never)).problems;
    expect(await refused({ text: " " })).toMatchObject([{ code: "bad-input" }]);
    expect(await refused({ type: "refnd" })).toMatchObject([{ code: "unknown-type" }]);
    expect(await refused({ source: "bank" })).toMatchObject([{ code: "bad-input" }]);
    expect(await refused({ by: "muster" })).toMatchObject([{ code: "not-allowed" }]);
    expect(company.cases()).toEqual([]);
  });
});

describe("a conversation", () => {
  test("a run waits for the requester, and goes on when they write", async () => {
    const id = await made(form({ type: "refund" }));
    expect(await caseAtRest(company, id)).toMatchObject({
      status: "waiting",
      waits: [{ path: "answer" }],
    });
    await reopened();
    expect(await company.tellCase(id, message())).toEqual([]);
    const now = await caseAtRest(company, id);
    expect(now).toMatchObject({ outcome: "completed", unread: [], issues: [] });
    expect(asked).toEqual(["7", "8"]);
  });

  test("what comes before the run waits for it is not lost", async () => {
    const id = await made(form({ type: "refund" }));
    await company.tellCase(id, message());
    expect(await caseAtRest(company, id)).toMatchObject({ outcome: "completed", issues: [] });
  });

  test("what no run reads is put before the owner; a case goes on for a week after it was closed", async () => {
    const id = await made(form({ type: "order-status" }));
    await caseAtRest(company, id);
    await company.tellCase(id, message({ text: "It has not come!" }));
    expect(await caseAtRest(company, id)).toMatchObject({
      status: "open",
      issues: [{ text: "4711 wrote, and no run has read it: It has not come!", isOpen: true }],
    });
  });
});

describe("the data of a person", () => {
  test("are erased from their cases, which can be read and told of as before", async () => {
    const id = await made(form({ type: "refund" }));
    await caseAtRest(company, id);
    const other = await made(form({ requester: "5", about: { order_id: 9, customer_id: "5" } }));
    const erased = (): ReturnType<Company["erase"]> =>
      company.erase({ subject: "4711", why: "They asked." });
    expect((await erased()).problems).toMatchObject([{ code: "conflict" }]);
    await company.tellCase(id, { type: "close", why: "They rang." });
    await caseAtRest(company, id);
    expect((await erased()).problems).toBeUndefined();
    for (const _ of [1, 2]) {
      const now = company.case(id);
      expect(JSON.stringify(now)).not.toContain("4711");
      expect(now?.requests).toMatchObject([{ text: "[erased]", channel: "form" }]);
      expect(company.case(other)?.requests).toMatchObject([{ text: "Where is it?" }]);
      expect(company.cases()).toHaveLength(2);
      await reopened();
    }
    expect(await company.tellCase(id, { type: "note", text: "Rang." })).toMatchObject([{}]);
    expect(await made(form({ type: "refund" }))).not.toBe(id);
  });
});

describe("people", () => {
  test("close a case, and what goes on in it is stopped", async () => {
    const id = await made(form({ type: "refund" }));
    await caseAtRest(company, id);
    await company.tellCase(id, { type: "close", why: "They rang." }, { by: "ana" });
    const now = await caseAtRest(company, id);
    expect(now).toMatchObject({ outcome: "closed", runs: [{ status: "cancelled" }], issues: [] });
    expect(await company.tellCase(id, { type: "reopen", why: "" })).toEqual([]);
  });

  test("see what failed, and begin it once more", async () => {
    const about = { order_id: "13", customer_id: "4711" };
    const id = await made(form({ type: "order-status", about }));
    const now = await caseAtRest(company, id);
    expect(now).toMatchObject({ status: "open", issues: [{ isOpen: true }] });
    expect(await company.tellCase(id, { type: "again" })).toEqual([]);
    expect((await caseAtRest(company, id))?.runs).toHaveLength(2);
  });

  test("M2 tell a case the same once", async () => {
    const id = await made(form());
    const note = { type: "note", text: "Rang at nine." } as const;
    for (const _ of [1, 2]) await company.tellCase(id, note, { by: "ana", id: "note 1" });
    expect(company.case(id)?.notes).toMatchObject([{ by: "ana", text: "Rang at nine." }]);
  });

  test("are told what is wrong with what they say", async () => {
    const id = await made(form());
    const told = (what: object, of: string = id): Promise<unknown> =>
      company.tellCase(of as CaseId, what as never);
    expect(await told({ type: "sell" })).toMatchObject([{ code: "bad-input" }]);
    expect(await told({ type: "note", text: "x" }, "cs_nobody")).toMatchObject([
      { code: "not-found" },
    ]);
    expect(await told({ type: "note", text: "x" }, "wf_x")).toMatchObject([{ code: "bad-input" }]);
    expect(await told({ type: "resolve", issue: 3, why: "" })).toMatchObject([
      { code: "not-found" },
    ]);
    expect(await told({ type: "move", to: "cs_nobody" })).toMatchObject([{ code: "not-found" }]);
  });
});
