import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { sentence } from "../../../core/problem.ts";
import { openCompany } from "../index.ts";

const TABLES =
  "create table orders (id text primary key, total real, refunded real default 0, note text);";

/** As people write them: on the line, in quotes, folded over several. */
const MAP = `muster: 1
company: Example Shop
exceptions: { owner: dana }
systems:
  shop: { kind: sql, url: ./shop.sqlite, setup: ./shop.sql }
tools:
  order.read:
    system: shop
    level: reference
    description: One order.
    sql: select id, totl from orders where id = :order_id
    args: { order_id: string }
    reads: orders
  refund.pay:
    system: shop
    level: external
    effects: ask
    description: Gives money back.
    sql: >-
      update orders
      set refunded = :amount
      where id = :order_id and refundd = 0
    args: { order_id: string, amount: number }
    writes: orders
    preview: select id, refunded form orders where id = :order_id
    verify: { sql: "select id from ordrs where id = :order_id" }
agents:
  support: { may: { level: external, tools: [order.read, refund.pay] } }
`;

const WRONG = [
  'map.yaml:11:21  The database does not take this statement of "order.read": no such column: totl.',
  'map.yaml:22:32  The database does not take this statement of "refund.pay": no such column: refundd.',
  'map.yaml:25:39  The database does not take this statement of "refund.pay": near "orders": syntax error.',
  'map.yaml:26:36  The database does not take this statement of "refund.pay": no such table: ordrs.',
];

function folderOf(map: string): string {
  const folder = mkdtempSync(join(tmpdir(), "muster-statements-"));
  writeFileSync(join(folder, "map.yaml"), map);
  return folder;
}

async function said(folder: string, file?: string): Promise<readonly string[]> {
  await using company = await openCompany(folder, { perform: false });
  const problems = await company.check(file);
  const errors = problems.filter(({ severity }) => severity !== "warning");
  return errors.map((one) => sentence(one).split("\n")[0] ?? "");
}

describe("the statements of a map", () => {
  test("are read by the database that is there, none is done, and what it does not take is told at its place", async () => {
    const folder = folderOf(MAP);
    const shop = new DatabaseSync(join(folder, "shop.sqlite"));
    shop.exec(`${TABLES} insert into orders (id, total) values ('7', 12)`);
    expect(await said(folder)).toEqual(WRONG);
    expect(await said(folder, "map.yaml")).toEqual(WRONG);
    expect(shop.prepare("select refunded from orders").all()).toMatchObject([{ refunded: 0 }]);
    shop.close();
  });

  test("are read by a database that is imagined of its setup, where there is none, and none is made", async () => {
    const folder = folderOf(MAP);
    writeFileSync(join(folder, "shop.sql"), TABLES);
    expect(await said(folder)).toEqual(WRONG);
    expect(existsSync(join(folder, "shop.sqlite"))).toBe(false);
    writeFileSync(
      join(folder, "shop.sql"),
      `attach '${join(folder, "other.sqlite")}' as other; ${TABLES}`,
    );
    await said(folder);
    expect(existsSync(join(folder, "other.sqlite"))).toBe(false);
  });

  test("are not judged where there is no database, and where nothing is wrong with them nothing is told", async () => {
    expect(await said(folderOf(MAP))).toEqual([]);
    const right = MAP.replace("totl", "total").replace("refundd", "refunded");
    const folder = folderOf(right.replace("form", "from").replace("ordrs", "orders"));
    writeFileSync(join(folder, "shop.sql"), TABLES);
    expect(await said(folder)).toEqual([]);
  });

  test("that are not taken keep the map from being published: the same problems, at the same places", async () => {
    const folder = folderOf(MAP);
    writeFileSync(join(folder, "shop.sql"), TABLES);
    mkdirSync(join(folder, "workflows"));
    writeFileSync(join(folder, "workflows/look.yaml"), "steps: [{ id: a, agent: clerk }]\n");
    const clerk = { attempt: async () => ({ outputs: {} }) };
    await using company = await openCompany(folder, { agents: { clerk } });
    const begun = await company.run("look");
    if (begun.run !== null) throw new Error("It began.");
    expect(begun.problems.map((one) => sentence(one).split("\n")[0])).toEqual(WRONG);
    const told = await company.publishMap({ why: "The first.", by: "ana" });
    expect(told.version).toBe(null);
    const errors = told.problems.filter(({ severity }) => severity !== "warning");
    expect(errors.map((one) => sentence(one).split("\n")[0])).toEqual(WRONG);
    expect(await company.mapVersions()).toEqual([]);
    const right = MAP.replace("totl", "total").replace("refundd", "refunded");
    writeFileSync(
      join(folder, "map.yaml"),
      right.replace("form", "from").replace("ordrs", "orders"),
    );
    expect(await company.publishMap({ why: "The first.", by: "ana" })).toMatchObject({
      version: { version: 1 },
    });
  });

  test("are read when a tool is tried, too", async () => {
    const folder = folderOf(MAP);
    await using company = await openCompany(folder);
    await company.publishMap({ why: "The first.", by: "ana" });
    writeFileSync(join(folder, "shop.sql"), TABLES);
    const args = { order_id: "7" };
    const tried = await company.tryTool({ tool: "order.read", args, agent: "support" });
    expect(tried).toMatchObject({ unfit: ["The statement: no such column: totl"] });
  });

  test("are read as far as anybody can without a database", async () => {
    const wide = MAP.replace("./shop.sqlite, setup: ./shop.sql", "$env.SHOP").replace(
      "select id, totl from orders where id = :order_id",
      "select max(id from orders where id = :order_id",
    );
    expect(await said(folderOf(wide))).toEqual([
      'map.yaml:11:10  "order.read": A ( is opened in the statement and never closed.',
    ]);
  });
});
