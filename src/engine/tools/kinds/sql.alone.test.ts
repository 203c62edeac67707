import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, describe, expect, test } from "vitest";
import { mapOf, type ToolGiven } from "../../../../test/given/work-map.ts";
import type { JsonObject } from "../../../core/json.ts";
import { openToolbox, type Toolbox } from "../index.ts";

const TEXT = { type: "string" };
const never = new AbortController().signal;
const LOOK = { sql: "select id, total, refunded, refund_key from orders where id = :order_id" };
const READ: ToolGiven = {
  operation: { sql: "select * from orders where customer = :customer order by id" },
  takes: { customer: TEXT },
  reads: { entity: "orders", fields: null },
};
const PAY: ToolGiven = {
  operation: {
    sql: "update orders set refunded = :amount, refund_key = :key where id = :order_id and refunded = 0",
  },
  takes: { order_id: TEXT, amount: { type: "number" } },
  writes: "orders",
  preview: LOOK,
  undo: { tool: "refund.take-back", args: { order_id: "$args.order_id", was: "$before.refunded" } },
};

const open: Toolbox[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((toolbox) => toolbox.close()));
});

function shop(tools: Readonly<Record<string, ToolGiven>>, isReadOnly = false) {
  const folder = mkdtempSync(join(tmpdir(), "muster-shop-"));
  const file = join(folder, "shop.db");
  const database = new DatabaseSync(file);
  database.exec(`create table orders (id text primary key, customer text, total real, refunded real default 0, refund_key text);
    insert into orders (id, customer, total) values ('1', 'ann', 640.5), ('2', 'ben', 80), ('3', 'ann', 12)`);
  const toolbox = openToolbox({
    folder,
    map: mapOf({ kind: "sql", settings: { url: isReadOnly ? "$env.SHOP" : "./shop.db" }, tools }),
    environment: { SHOP: `sqlite:${file}` },
    now: () => 5,
  });
  open.push(toolbox);
  return { toolbox, database, folder };
}

const CALL = { key: "wf_a:7", redact: [], bindings: null, preview: null };
const perform = (toolbox: Toolbox, tool: string, args: JsonObject, more: object = {}) =>
  toolbox.perform({ ...CALL, tool, args, ...more }, never);

describe("a tool of a SQLite file", () => {
  test("reads rows, with what it read beside them", async () => {
    const { toolbox } = shop({ "orders.of": READ });
    const answer = await perform(toolbox, "orders.of", { customer: "ann" });
    expect(answer).toMatchObject({
      outcome: "ok",
      result: [{ id: "1", total: 640.5 }, { id: "3" }],
      read: { system: "far", entity: "orders", ids: ["1", "3"], rows: 2, dropped: 0, at: 5 },
      written: null,
    });
  });

  test("binds what it is given, and never pastes it", async () => {
    const { toolbox, database } = shop({ "orders.of": READ });
    const cruel = "'; drop table orders; --";
    expect(await perform(toolbox, "orders.of", { customer: cruel })).toMatchObject({ result: [] });
    expect(database.prepare("select count(*) as n from orders").get()).toEqual({ n: 3 });
  });

  test("shows before and after, and leaves nothing behind", async () => {
    const { toolbox, database } = shop({ "refund.pay": PAY });
    const preview = await toolbox.preview(
      { tool: "refund.pay", args: { order_id: "1", amount: 100 } },
      never,
    );
    expect(preview).toMatchObject({
      entity: "orders",
      id: "1",
      before: { id: "1", refunded: 0, refund_key: null },
      after: { id: "1", refunded: 100 },
    });
    expect(database.prepare("select refunded from orders where id = '1'").get()).toEqual({
      refunded: 0,
    });
  });

  test("writes once what was judged, and says what it was, is and what takes it back", async () => {
    const { toolbox, database } = shop({ "refund.pay": PAY });
    const args = { order_id: "1", amount: 100 };
    const preview = await toolbox.preview({ tool: "refund.pay", args }, never);
    const answer = await perform(toolbox, "refund.pay", args, { preview });
    expect(answer).toMatchObject({
      outcome: "ok",
      written: {
        entity: "orders",
        id: "1",
        affected: 1,
        before: { refunded: 0 },
        after: { refunded: 100, refund_key: "wf_a:7" },
        undo: { tool: "refund.take-back", args: { order_id: "1", was: 0 } },
      },
    });
    expect(database.prepare("select sum(refunded) as sum from orders").get()).toEqual({ sum: 100 });
    const after = answer.outcome === "ok" ? (answer.written?.after ?? null) : null;
    expect(await toolbox.verify({ ...CALL, tool: "refund.pay", args, after }, never)).toMatchObject(
      {
        ok: true,
      },
    );
    database.exec("update orders set refunded = 1");
    expect(await toolbox.verify({ ...CALL, tool: "refund.pay", args, after }, never)).toMatchObject(
      {
        ok: false,
        why: "It is not as it was written: refunded.",
      },
    );
  });

  test("does nothing where the record has changed since it was judged", async () => {
    const { toolbox, database } = shop({ "refund.pay": PAY });
    const args = { order_id: "1", amount: 100 };
    const preview = await toolbox.preview({ tool: "refund.pay", args }, never);
    database.exec("update orders set total = 5 where id = '1'");
    expect(await perform(toolbox, "refund.pay", args, { preview })).toMatchObject({
      outcome: "failed",
      certain: true,
      error: { kind: "stale" },
    });
    expect(database.prepare("select sum(refunded) as sum from orders").get()).toEqual({ sum: 0 });
  });

  test("a repetition after a crash finds what was done, and does not do it again", async () => {
    const { toolbox, database } = shop({ "refund.pay": { ...PAY, effects: "idempotent" } });
    const args = { order_id: "1", amount: 100 };
    const preview = await toolbox.preview({ tool: "refund.pay", args }, never);
    await perform(toolbox, "refund.pay", args, { preview });
    database.exec(
      "create trigger t after update on orders begin select raise(abort, 'twice'); end",
    );
    expect(await perform(toolbox, "refund.pay", args, { preview, isRepeat: true })).toMatchObject({
      outcome: "ok",
      written: { after: { refunded: 100 } },
    });
  });

  test("changes nothing where no record is as it must be", async () => {
    const { toolbox } = shop({ "refund.pay": PAY });
    expect(await perform(toolbox, "refund.pay", { order_id: "99", amount: 1 })).toMatchObject({
      outcome: "failed",
      certain: true,
      error: { kind: "conflict" },
    });
  });

  test("a reading tool cannot write, whatever its statement calls", async () => {
    const { toolbox } = shop({
      sly: { operation: { sql: "with gone as (select 1) delete from orders" } },
      two: { operation: { sql: "select 1; delete from orders" }, writes: "orders" },
      made: { operation: { sql: "create table x (y)" }, writes: "x" },
      stray: { operation: { sql: "select :nobody" } },
    });
    const why = async (tool: string) => {
      const answer = await perform(toolbox, tool, {});
      return answer.outcome === "failed" ? answer.error.message : answer.outcome;
    };
    expect(await why("sly")).toMatch(/does not say what it writes/);
    expect(await why("two")).toMatch(/more than one statement/);
    expect(await why("made")).toMatch(/does not CREATE/);
    expect(await why("stray")).toMatch(/no such argument/);
  });

  test("rows outside of the case are left out, and counted", async () => {
    const { toolbox } = shop({
      "orders.all": {
        operation: { sql: "select id, customer, total from orders order by id" },
        scope: { args: {}, rows: { customer: "customer_id" } },
        reads: { entity: "orders", fields: ["id", "total"] },
      },
    });
    const bindings = { customer_id: "ben" };
    expect(await perform(toolbox, "orders.all", {}, { bindings, redact: ["total"] })).toMatchObject(
      {
        result: [{ id: "2" }],
        read: { rows: 1, dropped: 2, fields: ["id"] },
      },
    );
    expect(await perform(toolbox, "orders.all", {})).toMatchObject({
      result: [],
      read: { dropped: 3 },
    });
  });

  test("a row of the case is found behind a hundred of others", async () => {
    const { toolbox, database } = shop({
      "orders.all": {
        operation: { sql: "select id, customer from orders order by length(id), id" },
        scope: { args: {}, rows: { customer: "customer_id" } },
      },
    });
    database.exec(`insert into orders (id, customer) select 'x' || value, 'dan' from
      (with recursive n(value) as (select 1000 union all select value + 1 from n where value < 1300) select value from n)`);
    database.exec("insert into orders (id, customer) values ('the last one', 'eve')");
    const bindings = { customer_id: "eve" };
    expect(await perform(toolbox, "orders.all", {}, { bindings })).toMatchObject({
      result: [{ id: "the last one" }],
      read: { dropped: 304 },
    });
  });

  test("gives no more than its limits, and says so", async () => {
    const { toolbox } = shop({ "orders.of": { ...READ, limits: { rowsMost: 1 } } });
    expect(await perform(toolbox, "orders.of", { customer: "ann" })).toMatchObject({
      result: [{ id: "1" }],
      warnings: [expect.stringContaining("more than 1 rows")],
    });
  });

  test("a statement without an end is ended at its time limit, and the next one is served", async () => {
    const { toolbox } = shop({
      endless: {
        operation: {
          sql: "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n",
        },
        limits: { timeoutMs: 300 },
      },
      "orders.of": READ,
    });
    expect(await perform(toolbox, "endless", {})).toMatchObject({
      outcome: "failed",
      error: { kind: "timeout" },
    });
    expect(await perform(toolbox, "orders.of", { customer: "ben" })).toMatchObject({
      outcome: "ok",
    });
  });

  test("counts what it could reach, and is well or says why not", async () => {
    const { toolbox, folder } = shop({ "orders.of": READ }, true);
    expect(await toolbox.count("orders.of", never)).toBe(3);
    expect(await toolbox.health()).toEqual([{ system: "far", fault: null }]);
    const lost = openToolbox({
      folder,
      map: mapOf({ kind: "sql", settings: { url: "$env.LOST" }, tools: {} }),
      environment: {},
    });
    open.push(lost);
    expect(await lost.health()).toEqual([
      { system: "far", fault: expect.stringContaining("It needs LOST in its environment") },
    ]);
  });
});
