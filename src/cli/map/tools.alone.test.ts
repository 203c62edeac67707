import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { openCompany } from "../../index.ts";
import { type Given, givenCompany } from "../given-company.ts";

const FILES = {
  "map.yaml": `
muster: 1
company: Harbour Retail
systems:
  shop: { kind: sql, url: ./shop.db, setup: ./shop.sql }
tools:
  order.read:
    system: shop
    level: reference
    description: An order.
    sql: select id, total, refunded from orders where id = :order_id
    args: { order_id: string }
  refund.pay:
    system: shop
    level: external
    effects: idempotent
    sql: update orders set refunded = :amount where id = :order_id and refunded = 0
    args: { order_id: string, amount: { type: number, minimum: 0 } }
    writes: orders
    preview: select id, total, refunded from orders where id = :order_id
    undo: { tool: refund.pay, args: { order_id: $args.order_id, amount: $before.refunded } }
agents:
  support: { may: { level: external, tools: [order.read, refund.pay] } }
  reader: { may: { level: reference, tools: [order.read] } }
exceptions: { owner: ana }
`,
  "agents/support.yaml": "muster: 1\nkind: function\nmodule: ./agents/idle.mjs\n",
  "agents/reader.yaml": "muster: 1\nkind: function\nmodule: ./agents/idle.mjs\n",
  "agents/idle.mjs": "export const attempt = () => ({ outputs: {} });",
  "shop.sql": `create table orders (id text primary key, total real, refunded real);
insert into orders values ('7', 640.5, 0);`,
};

const ask = (it: Given, agent: string) =>
  it.muster("tools", "try", "refund.pay", "order_id='7'", "amount=100", "--as", agent);

describe("the verbs about tools", () => {
  test("list and show the tools of the map, and who may use them", async () => {
    using it = givenCompany(FILES);
    const listed = await it.muster("tools", "list");
    expect(listed).toMatchObject({ code: 0 });
    expect(listed.out).toMatch(/order\.read \*\s+reference .* support, reader/);
    expect(listed.err).toContain("muster map publish --why");
    const mine = await it.muster("tools", "list", "--agent", "reader", "--json");
    expect(JSON.parse(mine.out)).toMatchObject([{ name: "order.read", isInForce: false }]);
    const shown = await it.muster("tools", "show", "refund.pay");
    for (const words of ["external, idempotent", "amount: number", "Taken back by refund.pay"])
      expect(shown.out).toContain(words);
    expect((await it.muster("tools", "show", "refund.play")).err).toContain("no tool");
  });

  test("say what would come of a call, by the map in force, and do nothing", async () => {
    using it = givenCompany(FILES);
    expect((await ask(it, "support")).err).toContain("was never published");
    const company = await openCompany(it.folder);
    const made = await company.publishMap({ why: "The first.", by: "ana" });
    expect(made.version).toMatchObject({ version: 1 });
    await company.close();
    const asked = await ask(it, "support");
    for (const words of [
      "refund.pay as support: people would be asked. Nothing was done.",
      "no rule permits it without a person",
      "arguments    pass",
      "orders 7 would change:",
      "refunded: 0 -> 100",
    ])
      expect(asked.out).toContain(words);
    expect((await ask(it, "reader")).out).toContain("it would be refused");
    const database = new DatabaseSync(join(it.folder, "shop.db"), { readOnly: true });
    expect(database.prepare("select refunded from orders").get()).toEqual({ refunded: 0 });
    database.close();
    const looked = await it.muster("doctor");
    expect(looked.out).toContain("systems: 1 in the map in force, 1 of them well.");
    const shown = await it.muster("tools", "show", "order.read");
    expect(shown.out).toContain("could reach 1 records");
    expect(shown.out).toContain("it is well");
    expect((await it.muster("tools", "try", "nothing", "--as", "support")).err).toContain(
      "no tool",
    );
    expect((await it.muster("tools", "try", "order.read", "odd", "--as", "support")).err).toContain(
      "name=value",
    );
  });
});
