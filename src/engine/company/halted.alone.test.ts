import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeFiles } from "../../../test/given/folder.ts";
import { gatesOf } from "../../core/history/index.ts";
import type { Digest, RunId } from "../../core/id.ts";
import { type Company, openCompany } from "./index.ts";
import { readHistory } from "./runs/read-history.ts";

const FILES: Readonly<Record<string, string>> = {
  "map.yaml": `muster: 1
company: Example Shop
exceptions: { owner: wing }
systems:
  shop: { kind: sql, url: ./shop.sqlite }
tools:
  refund.pay:
    system: shop
    level: external
    effects: ask
    sql: update orders set refunded = refunded + :amount where id = :order_id
    args: { order_id: string, amount: number }
    writes: orders
    preview: select id, refunded from orders where id = :order_id
agents:
  support: { may: { level: external, tools: [refund.pay] } }
rules:
  refunds: { when: action.tool == "refund.pay", then: { approve: manager }, because: Money goes out. }
approvals:
  manager: { from: { people: [dana] }, edit: { amount: decrease } }
`,
  "people.yaml": "muster: 1\npeople: { dana: {}, wing: {}, rita: {} }\n",
  "agents/support.yaml": "kind: function\nmodule: ./agent.js\neffects: pure\n",
  "agent.js": `
export async function attempt(task, tools) {
  const paid = await tools.use("refund.pay", { order_id: "7", amount: 12 });
  return { outputs: { paid: paid.outcome } };
}
`,
  "workflows/pay.yaml": "name: pay\nsteps: [{ id: serve, agent: support }]\n",
};

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-halted-"));
  writeFiles(folder, FILES);
  using database = new DatabaseSync(join(folder, "shop.sqlite"));
  database.exec(
    "create table orders (id text primary key, refunded real); insert into orders values ('7', 0)",
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function refunded(): unknown {
  using database = new DatabaseSync(join(folder, "shop.sqlite"), { readOnly: true });
  return database.prepare("select refunded from orders where id = '7'").get()?.["refunded"];
}

async function approved(company: Company, run: RunId): Promise<void> {
  const [gate] = gatesOf(await readHistory(company, run));
  if (gate === undefined) throw new Error("Nobody is asked.");
  const { key, approval } = gate;
  const digest = gate.digest as Digest;
  const presented = approval.gate.terms?.presented ?? digest;
  const vote = { type: "vote", key, digest, presented, allow: true, reason: "" } as const;
  expect(await company.send(run, vote, { by: "dana" })).toEqual([]);
  await company.settled(run);
}

async function typesOf(company: Company, run: RunId): Promise<readonly string[]> {
  const types: string[] = [];
  for await (const { type } of company.events(run)) types.push(type);
  return types;
}

const ALL = { of: "all", name: "" } as const;

test("U4 what was approved is not written while it is halted, and is written once when it is halted no more", async () => {
  let run: RunId;
  {
    await using company = await openCompany(folder);
    const started = await company.run("pay", {}, { by: "rita" });
    if (started.run === null) throw new Error(JSON.stringify(started.problems));
    run = started.run;
    await company.settled(run);
    const typo = { of: "tool", name: "refund.pya", why: "Look first.", by: "wing" } as const;
    expect(await company.govern({ type: "stop", ...typo })).toEqual([
      {
        code: "not-found",
        message: 'There is no tool "refund.pya" here, so that nothing was halted.',
        mend: 'Did you mean "refund.pay"?',
      },
    ]);
    await company.govern({ type: "stop", ...ALL, why: "Look first.", by: "wing" });
    await approved(company, run);
    expect(refunded()).toBe(0);
    expect(await company.waiting(run)).toMatchObject([
      { kind: "exception", what: expect.stringContaining("wing stopped all: Look first.") },
    ]);
  }
  // Another process goes on with it.
  await using company = await openCompany(folder);
  await company.govern({ type: "unstop", ...ALL, why: "It is well.", by: "wing" });
  expect(await company.send(run, { type: "retry", path: "serve" }, { by: "wing" })).toEqual([]);
  expect((await company.settled(run)).status).toBe("completed");
  expect(refunded()).toBe(12);
  const types = await typesOf(company, run);
  expect(types.filter((type) => type === "gate.opened")).toHaveLength(1);
  expect(types.filter((type) => type === "gate.consumed")).toHaveLength(1);
  expect(types).not.toContain("gate.voided");
});
