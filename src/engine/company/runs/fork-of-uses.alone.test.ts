import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeFiles } from "../../../../test/given/folder.ts";
import type { RunId } from "../../../core/id.ts";
import { sentence } from "../../../core/problem.ts";
import { type Company, openCompany } from "../index.ts";

const FILES: Readonly<Record<string, string>> = {
  "map.yaml": `
muster: 1
company: Example Shop
exceptions: { owner: dana }
systems:
  shop: { kind: sql, url: ./shop.sqlite }
tools:
  order.read:
    system: shop
    level: reference
    description: One order.
    sql: select id, refunded from orders where id = :order_id
    args: { order_id: string }
    reads: orders
  refund.pay:
    system: shop
    level: record
    effects: ask
    description: Gives money back.
    sql: update orders set refunded = refunded + :amount where id = :order_id
    args: { order_id: string, amount: number }
    writes: orders
  refund.more:
    system: shop
    level: external
    effects: ask
    description: Gives more money back.
    sql: update orders set refunded = refunded + :amount where id = :order_id
    args: { order_id: string, amount: number }
    writes: orders
agents:
  support: { may: { level: external, tools: [order.read, refund.pay, refund.more] } }
`,
  "agents/support.yaml": "kind: function\nmodule: ./agent.js\neffects: pure\n",
  "agent.js": `
export async function attempt(task, tools) {
  await tools.use("order.read", { order_id: "7" });
  if (task.inputs.pays) await tools.use("refund.pay", { order_id: "7", amount: 12 });
  const more = await tools.use("refund.more", { order_id: "7", amount: 30 });
  return { outputs: { more: more.outcome } };
}
`,
  "workflows/serve.yaml": `
name: serve
parameters: { pays: true }
steps: [{ id: serve, agent: support, inputs: { pays: $params.pays } }]
`,
};

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-fork-uses-"));
  writeFiles(folder, FILES);
  const database = new DatabaseSync(join(folder, "shop.sqlite"));
  database.exec(
    "create table orders (id text primary key, refunded real); insert into orders values ('7', 0)",
  );
  database.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function refunded(): unknown {
  const database = new DatabaseSync(join(folder, "shop.sqlite"), { readOnly: true });
  const row = database.prepare("select refunded from orders where id = '7'").get();
  database.close();
  return row?.["refunded"];
}

async function begun(company: Company, pays: boolean): Promise<RunId> {
  const started = await company.run("serve", { pays });
  if (started.run === null) throw new Error(started.problems.map(sentence).join("\n"));
  expect((await company.settled(started.run)).status).toBe("waiting");
  return started.run;
}

async function forkOf(company: Company, source: RunId): Promise<RunId> {
  const forked = await company.fork(source);
  if (forked.run === null) throw new Error(forked.problems.map(sentence).join("\n"));
  expect((await company.settled(forked.run)).status).toBe("waiting");
  return forked.run;
}

test("a fork does not pay again what its source has paid while people are asked about more: a person says so first", async () => {
  await using company = await openCompany(folder);
  const source = await begun(company, true);
  expect(refunded()).toBe(12);
  const fork = await forkOf(company, source);
  expect(refunded()).toBe(12);
  const [waits, ...others] = (await company.waiting(fork)) ?? [];
  expect(others).toEqual([]);
  expect(waits).toMatchObject({ kind: "exception", isInDoubt: true });
  expect(waits?.what).toContain(`refund.pay was committed in ${source} at `);
  const told = { type: "retry", key: waits?.key ?? 0 } as const;
  expect(await company.send(fork, told, { by: "dana" })).toEqual([]);
  expect((await company.settled(fork)).status).toBe("waiting");
  expect(refunded()).toBe(24);
});

test("a fork of one that only read asks for its own approval, and nobody before that", async () => {
  await using company = await openCompany(folder);
  const fork = await forkOf(company, await begun(company, false));
  expect((await company.waiting(fork))?.map(({ kind }) => kind)).toEqual(["gate"]);
  expect(refunded()).toBe(0);
});
