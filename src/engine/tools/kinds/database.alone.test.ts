import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { hasMariadb, type MariadbServer, startMariadb } from "../../../../test/given/mariadb.ts";
import {
  hasPostgres,
  type PostgresServer,
  startPostgres,
} from "../../../../test/given/postgres.ts";
import { mapOf, type ToolGiven } from "../../../../test/given/work-map.ts";
import type { JsonObject } from "../../../core/json.ts";
import { openToolbox, type Toolbox } from "../index.ts";

const never = new AbortController().signal;
const PAY: ToolGiven = {
  operation: { sql: "update orders set refunded = :amount where id = :id" },
  takes: { id: {}, amount: {} },
  writes: "orders",
  preview: { sql: "select id, refunded from orders where id = :id" },
};
const open: Toolbox[] = [];
const servers: { close(): void }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((toolbox) => toolbox.close()));
  for (const server of servers.splice(0)) server.close();
});

function toolbox(url: string, tools: Readonly<Record<string, ToolGiven>>): Toolbox {
  const settings = { url: "$env.SHOP" };
  const opened = openToolbox({
    folder: tmpdir(),
    environment: { SHOP: url },
    map: mapOf({ kind: "sql", settings, tools }),
  });
  open.push(opened);
  return opened;
}

const perform = (tools: Toolbox, tool: string, args: JsonObject, more: object = {}) =>
  tools.perform(
    { tool, args, key: "wf_a:9", redact: [], bindings: null, preview: null, ...more },
    never,
  );

/** One that is right, and is not done by being read; and of each kind of wrong one. */
const STATEMENTS: Readonly<Record<string, ToolGiven>> = {
  pay: { ...PAY, verify: { sql: "select id from orders where refundd = :amount" } },
  gone: { operation: { sql: "select id from ordrs where id = :id" }, takes: { id: {} } },
  wrong: { operation: { sql: "select id form orders whre id = :id" }, takes: { id: {} } },
};

/** What the server says of each, by the name of its tool and the part of it. */
async function said(tools: Toolbox): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const tool of Object.keys(STATEMENTS))
    for (const { part, why } of await tools.prepare({ tool, onlyHere: false }, never))
      found[`${tool} ${part}`] = why;
  return found;
}

/** Passes everything on, until somebody says a word: then both sides are cut off before it is answered. */
async function cutting(url: string, word: string): Promise<string> {
  const to = Number(new URL(url).port);
  const server = createServer((near) => {
    const far = connect(to, "127.0.0.1");
    const cut = (): void => [near, far].forEach((socket: Socket) => socket.destroy());
    near.on("error", cut).on("close", cut);
    far.on("error", cut).on("close", cut);
    far.pipe(near);
    near.on("data", (chunk: Buffer) => {
      far.write(chunk);
      // What was said is heard, and its answer is not.
      if (chunk.toString("latin1").includes(word)) {
        far.unpipe(near);
        setTimeout(cut, 200);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return url.replace(`:${to}/`, `:${port}/`);
}

describe.runIf(hasPostgres())("a tool of PostgreSQL", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
    await server.run(`create table orders (id text primary key, refunded numeric(12, 2) default 0, paid_at timestamptz, tags text[], more jsonb);
      insert into orders (id, paid_at, tags, more) values ('1', '2026-03-01 10:00+00', '{a,b}', '{"x": [1]}');
      create function sneaky() returns int language plpgsql as $$ begin update orders set refunded = 99; return 1; end $$`);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("reads the statements of a map without doing them, and says what it does not take; nobody is asked where only our files are", async () => {
    const tools = toolbox(server.url, STATEMENTS);
    expect(await said(tools)).toEqual({
      "pay verify": expect.stringContaining('column "refundd" does not exist'),
      "gone operation": expect.stringContaining('relation "ordrs" does not exist'),
      "wrong operation": expect.stringContaining('syntax error at or near "orders"'),
    });
    expect(await server.run("select refunded from orders")).toEqual([{ refunded: "0.00" }]);
    expect(await tools.prepare({ tool: "gone", onlyHere: true }, never)).toEqual([]);
    const away = toolbox(server.url.replace(/:\d+\//, ":1/"), STATEMENTS);
    expect(await said(away)).toEqual({});
  });

  test("a reading tool cannot write, whatever it calls", async () => {
    const tools = toolbox(server.url, { sly: { operation: { sql: "select sneaky() as x" } } });
    expect(await perform(tools, "sly", {})).toMatchObject({
      outcome: "failed",
      certain: true,
      error: { kind: "not_permitted" },
    });
    expect(await server.run("select refunded from orders")).toEqual([{ refunded: "0.00" }]);
  });

  test("numbers are numbers, times are as the server writes them, lists may be asked by", async () => {
    const tools = toolbox(server.url, {
      look: {
        operation: {
          sql: "select *, 12345678901234567890::numeric as big from orders where id = any(:ids)",
        },
        takes: { ids: { type: "array" } },
      },
    });
    expect(await perform(tools, "look", { ids: ["1", "2"] })).toMatchObject({
      result: [
        { id: "1", refunded: 0, more: { x: [1] }, tags: "{a,b}", big: "12345678901234567890" },
      ],
    });
  });

  test("a commit whose answer is lost leaves it unknown, and verifying finds what became of it", async () => {
    const tools = toolbox(await cutting(server.url, "commit"), { pay: PAY });
    const args = { id: "1", amount: 5 };
    const answer = await perform(tools, "pay", args);
    expect(answer).toMatchObject({ outcome: "unknown" });
    const straight = toolbox(server.url, { pay: PAY });
    const after = { id: "1", refunded: 5 };
    expect(await straight.verify({ tool: "pay", args, key: "wf_a:9", after }, never)).toMatchObject(
      { ok: true },
    );
    await server.run("update orders set refunded = 0");
  });

  test("a connection that is lost before the commit has certainly done nothing", async () => {
    const tools = toolbox(await cutting(server.url, "update orders"), { pay: PAY });
    expect(await perform(tools, "pay", { id: "1", amount: 7 })).toMatchObject({
      outcome: "failed",
      certain: true,
    });
    expect(await server.run("select refunded from orders")).toEqual([{ refunded: "0.00" }]);
  });

  test("what takes too long is ended at the server too", async () => {
    const tools = toolbox(server.url, {
      sleep: { operation: { sql: "select pg_sleep(600)" }, limits: { timeoutMs: 300 } },
    });
    expect(await perform(tools, "sleep", {})).toMatchObject({
      outcome: "failed",
      error: { kind: "timeout" },
    });
    const busy =
      "select count(*)::int as n from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'";
    await expect.poll(() => server.run(busy), { timeout: 30_000 }).toEqual([{ n: 0 }]);
  });

  test("of a table without an end no more is kept than may be given", async () => {
    const tools = toolbox(server.url, {
      all: {
        operation: { sql: "select n, repeat('x', 500) as x from generate_series(1, 800000) n" },
      },
    });
    const before = process.memoryUsage().rss;
    expect(await perform(tools, "all", {})).toMatchObject({ read: { rows: 100 } });
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
  });

  test("two that write the same record at once do not come between each other", async () => {
    const add: ToolGiven = {
      ...PAY,
      operation: { sql: "update orders set refunded = refunded + :amount where id = :id" },
    };
    const tools = toolbox(server.url, { add });
    const preview = await tools.preview({ tool: "add", args: { id: "1", amount: 1 } }, never);
    const both = await Promise.all(
      [1, 2, 3].map(() => perform(tools, "add", { id: "1", amount: 1 }, { preview })),
    );
    expect(both.filter(({ outcome }) => outcome === "ok")).toHaveLength(1);
    expect(await server.run("select refunded from orders")).toEqual([{ refunded: "1.00" }]);
    await server.run("update orders set refunded = 0");
  });
});

describe.runIf(hasMariadb())("a tool of MariaDB", () => {
  let server: MariadbServer;
  beforeAll(async () => {
    server = await startMariadb();
    await server.run(`create table orders (id varchar(20) primary key, refunded decimal(12, 2) default 0);
      insert into orders (id) values ('1')`);
    await server.run(
      "create function sneaky() returns int modifies sql data begin update orders set refunded = 99; return 1; end",
    );
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("of a table without an end no more is kept than may be given", async () => {
    const tools = toolbox(server.url, {
      all: { operation: { sql: "select seq, repeat('x', 500) as x from seq_1_to_800000" } },
    });
    const before = process.memoryUsage().rss;
    expect(await perform(tools, "all", {})).toMatchObject({ read: { rows: 100 } });
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
  });

  test("reads the statements of a map without doing them, and says what it does not take; nobody is asked where only our files are", async () => {
    const tools = toolbox(server.url, STATEMENTS);
    expect(await said(tools)).toEqual({
      "pay verify": expect.stringContaining("Unknown column 'refundd'"),
      "gone operation": expect.stringContaining("ordrs' doesn't exist"),
      "wrong operation": expect.stringContaining("You have an error in your SQL syntax"),
    });
    expect(await server.run("select refunded from orders")).toEqual([{ refunded: "0.00" }]);
    expect(await tools.prepare({ tool: "gone", onlyHere: true }, never)).toEqual([]);
    const away = toolbox(server.url.replace(/:\d+\//, ":1/"), STATEMENTS);
    expect(await said(away)).toEqual({});
  });

  test("a reading tool cannot write, whatever it calls", async () => {
    const tools = toolbox(server.url, { sly: { operation: { sql: "select sneaky() as x" } } });
    expect(await perform(tools, "sly", {})).toMatchObject({ outcome: "failed", certain: true });
    expect(await server.run("select refunded from orders")).toEqual([{ refunded: "0.00" }]);
  });

  test("a commit whose answer is lost leaves it unknown", async () => {
    const tools = toolbox(await cutting(server.url, "commit"), { pay: PAY });
    expect(await perform(tools, "pay", { id: "1", amount: 5 })).toMatchObject({
      outcome: "unknown",
    });
    await server.run("update orders set refunded = 0");
  });

  test("two that write the same record at once do not come between each other", async () => {
    const add: ToolGiven = {
      ...PAY,
      operation: { sql: "update orders set refunded = refunded + :amount where id = :id" },
    };
    const tools = toolbox(server.url, { add });
    const preview = await tools.preview({ tool: "add", args: { id: "1", amount: 1 } }, never);
    const all = await Promise.all(
      [1, 2, 3].map(() => perform(tools, "add", { id: "1", amount: 1 }, { preview })),
    );
    expect(all.filter(({ outcome }) => outcome === "ok").length).toBeLessThanOrEqual(1);
    const [row] = await server.run("select refunded from orders");
    expect(["0.00", "1.00"]).toContain((row as { refunded: string }).refunded);
  });
});
