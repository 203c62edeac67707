import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { json } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";
import type { Digest, RunId } from "../../core/id.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { sentence } from "../../core/problem.ts";
import { type Company, openCompany } from "./index.ts";

const open: Company[] = [];
const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((company) => company.close()));
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const MAP = `
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
    sql: select id, total, refunded from orders where id = :order_id
    args: { order_id: string }
    reads: orders
  note.write:
    system: shop
    level: record
    effects: ask
    description: A note on an order.
    sql: insert into notes (order_id, text) values (:order_id, :text)
    args: { order_id: string, text: string }
    writes: notes
  refund.pay:
    system: shop
    level: external
    effects: ask
    description: Gives money back.
    sql: update orders set refunded = refunded + :amount where id = :order_id
    args: { order_id: string, amount: number }
    writes: orders
    preview: select id, refunded from orders where id = :order_id
  price.set:
    system: shop
    level: record
    effects: ask
    description: Another price.
    sql: update orders set total = :total where id = :order_id
    args: { order_id: string, total: number }
    writes: orders
agents:
  biller:
    may: { level: external, tools: [order.read, note.write, refund.pay] }
`;

type Question = {
  readonly task: { readonly attempt: number; readonly key: string };
  readonly round?: number;
  readonly tools?: readonly { readonly name: string; readonly args: JsonObject }[];
  readonly used?: readonly (JsonObject & { readonly tool: string; readonly outcome: string })[];
};
type Asked = { readonly headers: IncomingHttpHeaders; readonly question: Question };
type Agent = (question: Question, times: number) => Json | Promise<Json>;

/** A real agent at a real address. */
async function serve(agent: Agent) {
  const asked: Asked[] = [];
  const connections = new Set<unknown>();
  const server = createServer((request, response) => {
    void json(request).then(async (body) => {
      const question = body as Question;
      asked.push({ headers: request.headers, question });
      response.end(JSON.stringify(await agent(question, asked.length)));
    });
  });
  server.on("connection", (socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    asked,
    connections,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
  };
}

function folderOf(url: string, files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "muster-http-tools-"));
  const all = {
    "map.yaml": MAP,
    "agents/biller.yaml": `kind: http\nurl: ${url}\neffects: pure\n`,
    "workflows/bill.yaml":
      "name: bill\nsteps: [{ id: bill, agent: biller, retry: { enabled: false }, outputs: { done: string } }]",
    ...files,
  };
  for (const [file, text] of Object.entries(all)) {
    if (text === "") continue;
    mkdirSync(join(folder, file, ".."), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  const database = new DatabaseSync(join(folder, "shop.sqlite"));
  database.exec(
    "create table orders (id text primary key, total real, refunded real default 0); create table notes (order_id text, text text); insert into orders (id, total) values ('7', 640.5)",
  );
  database.close();
  return folder;
}

function shopOf(folder: string) {
  const database = new DatabaseSync(join(folder, "shop.sqlite"), { readOnly: true });
  const [order] = database.prepare("select refunded, total from orders where id = '7'").all();
  const notes = database.prepare("select text from notes").all();
  database.close();
  return { ...order, notes: notes.map(({ text }) => text) };
}

async function openIn(folder: string): Promise<Company> {
  const company = await openCompany(folder, { trouble: (one) => console.log(sentence(one)) });
  open.push(company);
  return company;
}

async function play(folder: string) {
  const company = await openIn(folder);
  const started = await company.run("bill");
  if (started.run === null) throw new Error(started.problems.map(sentence).join("\n"));
  return { company, run: started.run };
}

async function eventsOf(company: Company, run: RunId) {
  const events = [];
  for await (const event of company.events(run)) events.push(event);
  return events;
}

async function failureOf(company: Company, run: RunId): Promise<string> {
  const failed = (await eventsOf(company, run)).findLast(({ type }) => type === "attempt.ended");
  return JSON.stringify(failed?.data ?? null);
}

/** Somebody says yes to the only thing that is asked. */
async function allow(company: Company, run: RunId): Promise<void> {
  const [gate] = (await company.waiting(run)) ?? [];
  const opened = (await eventsOf(company, run)).find(({ type }) => type === "gate.opened");
  const { digest, terms } = (opened?.data["gate"] ?? {}) as { digest?: Digest; terms?: JsonObject };
  const vote = { type: "vote", key: gate?.key ?? 0, digest, allow: true, reason: "ok" };
  const told = terms === undefined ? vote : { ...vote, presented: terms["presented"] };
  expect(await company.send(run, told as never, { by: "dana" })).toEqual([]);
}

const LATER = { order_id: "7" };
const READ = { tool: "order.read", args: LATER };
const NOTE = { tool: "note.write", args: { ...LATER, text: "asked" }, as: "note" };

describe("an http agent", () => {
  test("uses tools by asking for them, and is asked again with what came of it", async () => {
    const { url, asked } = await serve(({ used = [] }) => {
      if (used.length === 0)
        return { use: [READ, { tool: "price.set", args: { ...LATER, total: 1 } }] };
      if (used.length === 2) return { use: [NOTE], usage: { tokens: 5 } };
      return { outputs: { done: used.map(({ outcome }) => outcome).join() }, usage: { tokens: 2 } };
    });
    const folder = folderOf(url);
    const { company, run } = await play(folder);
    expect((await company.settled(run)).status).toBe("completed");
    const events = await eventsOf(company, run);
    const done = events.find(({ type }) => type === "step.finished");
    expect(done?.data["output"]).toMatchObject({ value: { done: "ok,denied,ok" } });
    expect(shopOf(folder)).toEqual({ refunded: 0, total: 640.5, notes: ["asked"] });
    expect(
      events.filter(({ type }) => type === "tool.judged").map(({ data }) => data),
    ).toMatchObject([
      { tool: "order.read", verdict: "allow", agent: "biller" },
      { tool: "price.set", verdict: "deny" },
      { tool: "note.write", verdict: "allow", name: "note" },
    ]);
    expect(events.find(({ type }) => type === "step.finished")?.data["usage"]).toEqual({
      tokens: 7,
    });
    const [first, second, third] = asked.map(({ question }) => question);
    const { key } = first?.task ?? {};
    expect(asked.map(({ headers }) => headers["idempotency-key"])).toEqual([
      key,
      `${key}.2`,
      `${key}.3`,
    ]);
    expect(first).toMatchObject({ round: 1, used: [] });
    expect(first?.tools).toEqual([
      expect.objectContaining({
        name: "order.read",
        level: "reference",
        description: "One order.",
      }),
      expect.objectContaining({ name: "note.write" }),
      expect.objectContaining({ name: "refund.pay" }),
    ]);
    expect(first?.tools?.[0]?.args).toMatchObject({ properties: { order_id: { type: "string" } } });
    expect(second?.task).toEqual(first?.task);
    expect(third?.round).toBe(3);
    expect(third?.used).toEqual([
      { ...READ, outcome: "ok", result: [{ id: "7", total: 640.5, refunded: 0 }] },
      {
        tool: "price.set",
        args: { ...LATER, total: 1 },
        outcome: "denied",
        say: expect.any(String),
      },
      { ...NOTE, outcome: "ok", result: expect.anything() },
    ]);
  });

  test("holds no connection while people decide, and is asked anew when they have, by another process too", async () => {
    const { url, asked, connections } = await serve(({ used = [] }) =>
      used.length < 2
        ? { use: [NOTE, { tool: "refund.pay", args: { ...LATER, amount: 12 } }] }
        : { outputs: { done: "yes" } },
    );
    const folder = folderOf(url);
    const first = await play(folder);
    expect((await first.company.settled(first.run)).status).toBe("waiting");
    const types = (await eventsOf(first.company, first.run)).map(({ type }) => type);
    expect(types).toContain("attempt.suspended");
    expect([asked.length, connections.size]).toEqual([1, 0]);
    expect(shopOf(folder)).toMatchObject({ refunded: 0, notes: ["asked"] });
    await first.company.close();
    const company = await openIn(folder);
    await allow(company, first.run);
    expect((await company.settled(first.run)).status).toBe("completed");
    expect(shopOf(folder)).toMatchObject({ refunded: 12, notes: ["asked"] });
    const keys = asked.map(({ headers }) => headers["idempotency-key"]);
    expect(keys).toEqual([keys[0], keys[0], `${String(keys[0])}.2`]);
    expect(asked[1]?.question).toMatchObject({ round: 1, used: [] });
  });

  test("that proposes several together waits for one decision on all of them", async () => {
    const pay = (amount: number, as: string) => ({
      tool: "refund.pay",
      args: { ...LATER, amount },
      as,
    });
    const { url, asked, connections } = await serve(() => ({
      use: [pay(1, "first"), pay(2, "second")],
      together: true,
    }));
    const folder = folderOf(url);
    const { company, run } = await play(folder);
    expect((await company.settled(run)).status).toBe("waiting");
    expect((await company.waiting(run))?.map(({ kind }) => kind)).toEqual(["gate"]);
    expect([asked.length, connections.size]).toEqual([1, 0]);
    expect(shopOf(folder)).toMatchObject({ refunded: 0 });
  });

  test("that never has enough is asked so many times in one attempt, and no more", async () => {
    const { url, asked } = await serve(() => ({ use: [{ ...READ, as: "again" }] }));
    const { company, run } = await play(folderOf(url));
    expect((await company.settled(run)).status).toBe("failed");
    expect(asked).toHaveLength(50);
    expect(await failureOf(company, run)).toContain("was asked 50 times in one attempt");
  });

  test.each([
    [{ use: "order.read" }, 'Its \\"use\\" is no list of uses.'],
    [{ use: [] }, 'Its \\"use\\" is no list of uses.'],
    [{ use: [READ, { args: {} }] }, "use[1] is no use."],
    [{ use: Array(33).fill(READ) }, "It asks for 33 uses at once; the most is 32."],
    [{ use: [READ], outputs: { done: "no" } }, 'has \\"outputs\\" besides'],
  ] as const)(
    "that asks wrongly is told how it is done, and uses nothing: %#",
    async (said, why) => {
      const { url } = await serve(() => said as unknown as Json);
      const { company, run } = await play(folderOf(url));
      expect((await company.settled(run)).status).toBe("failed");
      expect(await failureOf(company, run)).toContain(why);
      const events = await eventsOf(company, run);
      expect(events.filter(({ type }) => type === "tool.judged")).toEqual([]);
    },
  );

  test("of a company without a map is told of no tools, and has none", async () => {
    const { url, asked } = await serve(() => ({ use: [READ] }));
    const { company, run } = await play(folderOf(url, { "map.yaml": "" }));
    expect((await company.settled(run)).status).toBe("failed");
    expect(Object.keys(asked[0]?.question ?? {})).toEqual(["task"]);
    expect(await failureOf(company, run)).toContain("its run has no map");
  });

  test("that is gone after it used a tool leaves nobody sure that nothing was done", async () => {
    const { url } = await serve(({ round }, times) => {
      if (round === 1) setImmediate(() => servers[0]?.close());
      return times === 1 ? { use: [NOTE] } : { outputs: { done: "never" } };
    });
    const folder = folderOf(url, {
      "agents/biller.yaml": `kind: http\nurl: ${url}\neffects: ask\n`,
    });
    const { company, run } = await play(folder);
    await company.settled(run);
    const waiting = (await company.waiting(run)) ?? [];
    expect(waiting.map(({ kind }) => kind)).toEqual(["exception"]);
    expect(shopOf(folder).notes).toEqual(["asked"]);
  });
});
