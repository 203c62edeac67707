import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { writeFiles } from "../../../test/given/folder.ts";
import type { Digest, RunId } from "../../core/id.ts";
import { sentence } from "../../core/problem.ts";
import { type Company, openCompany } from "./index.ts";

const open: Company[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((company) => company.close()));
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
    effects: idempotent
    description: A note on an order.
    sql: update orders set note = :text where id = :order_id
    args: { order_id: string, text: string }
    writes: orders
    preview: select id, note from orders where id = :order_id
  refund.pay:
    system: shop
    level: external
    effects: ask
    description: Gives money back.
    sql: update orders set refunded = :amount where id = :order_id
    args: { order_id: string, amount: number }
    writes: orders
    preview: select id, refunded from orders where id = :order_id
    undo: { tool: refund.take-back, args: { order_id: $args.order_id, was: $before.refunded } }
  refund.take-back:
    system: shop
    level: record
    effects: idempotent
    description: Takes a refund back.
    sql: update orders set refunded = :was where id = :order_id
    args: { order_id: string, was: number }
    writes: orders
    preview: select id, refunded from orders where id = :order_id
agents:
  support:
    may: { level: external, tools: [order.read, note.write, refund.pay, refund.take-back] }
  clerk:
    may: { level: case, tools: [order.read] }
`;

type Files = Readonly<Record<string, string>>;

const MODULE = `
export async function attempt(task, tools) {
  const order = await tools.use("order.read", { order_id: "7" });
  const may = tools.offered().map(({ name }) => name).join();
  const note = await tools.use("note.write", { order_id: "7", text: "asked" });
  const paid = await tools.use("refund.pay", { order_id: "7", amount: 12 });
  return { outputs: { order, note: note.outcome, paid: paid.outcome, may } };
}
`;

const AGENT = "kind: function\nmodule: ./agent.js\neffects: pure\n";

const BASE: Files = {
  "map.yaml": MAP,
  "agents/support.yaml": AGENT,
  "agents/clerk.yaml": AGENT,
  "agent.js": MODULE,
};

function folderOf(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), "muster-uses-"));
  writeFiles(folder, { ...BASE, ...files });
  const database = new DatabaseSync(join(folder, "shop.sqlite"));
  database.exec(
    "create table orders (id text primary key, total real, refunded real default 0, note text); insert into orders (id, total) values ('7', 640.5)",
  );
  database.close();
  return folder;
}

function orderIn(folder: string): Record<string, unknown> {
  const database = new DatabaseSync(join(folder, "shop.sqlite"), { readOnly: true });
  const row = database.prepare("select refunded, note from orders where id = '7'").get();
  database.close();
  return { ...row };
}

async function play(folder: string, workflow: string) {
  const company = await openCompany(folder, {
    trouble: (problem) => console.log(sentence(problem)),
  });
  open.push(company);
  const started = await company.run(workflow);
  if (started.run === null) throw new Error(started.problems.map(sentence).join("\n"));
  return { company, run: started.run };
}

async function eventsOf(company: Company, run: RunId) {
  const events = [];
  for await (const event of company.events(run)) events.push(event);
  return events;
}

const SERVE = (agent = "support"): string =>
  `name: serve\nsteps: [{ id: serve, agent: ${agent} }, { id: end, tool: order.read, as: support, inputs: { order_id: "7" } }]`;

describe("agents of a company with a map", () => {
  test.each(["in our process", "isolated"])("use its tools: %s", async (where) => {
    const isolate = where === "isolated" ? "isolate: true" : "";
    const folder = folderOf({
      "workflows/serve.yaml": SERVE(),
      "agents/support.yaml": `${AGENT}${isolate}`,
    });
    const { company, run } = await play(folder, "serve");
    const waiting = await company.settled(run);
    expect(waiting.status).toBe("waiting");
    expect(orderIn(folder)).toEqual({ refunded: 0, note: "asked" });
    const gate = (await company.waiting(run))?.find(({ kind }) => kind === "gate");
    expect(gate?.what).toContain("refund.pay");
    const opened = (await eventsOf(company, run)).find(({ type }) => type === "gate.opened");
    const { digest, terms } = (opened?.data["gate"] ?? {}) as {
      digest: Digest;
      terms?: { presented: Digest };
    };
    const vote = { type: "vote", key: gate?.key ?? 0, digest, allow: true, reason: "ok" } as const;
    const told = terms === undefined ? vote : { ...vote, presented: terms.presented };
    const problems = await company.send(run, told as never, { by: "dana" });
    expect(problems.map(sentence)).toEqual([]);
    const ended = await company.settled(run);
    expect(ended.status).toBe("completed");
    expect(orderIn(folder)).toEqual({ refunded: 12, note: "asked" });
    const events = await eventsOf(company, run);
    const types = events.map(({ type }) => type);
    expect(types.filter((type) => type === "writeback.started")).toHaveLength(2);
    expect(types.filter((type) => type === "writeback.verified")).toHaveLength(2);
    expect(events[0]?.data["map"]).toMatch(/^sha256:/);
    const done = events.findLast(({ type, step }) => type === "step.finished" && step === "end");
    expect(done?.data["output"]).toMatchObject({ value: expect.anything() });
    const served = events.find(({ type, step }) => type === "step.finished" && step === "serve");
    const may = "order.read,note.write,refund.pay,refund.take-back";
    expect(served?.data["output"]).toMatchObject({ value: { may } });
  });

  test("are refused what they have no grant of, and told little", async () => {
    const folder = folderOf({
      "workflows/serve.yaml": SERVE("clerk"),
    });
    const { company, run } = await play(folder, "serve");
    expect((await company.settled(run)).status).toBe("completed");
    const judged = (await eventsOf(company, run)).filter(({ type }) => type === "tool.judged");
    expect(judged.map(({ data }) => data["verdict"])).toEqual(["allow", "deny", "deny", "allow"]);
    expect(orderIn(folder)).toEqual({ refunded: 0, note: null });
  });

  test("as programs use them with `muster tools use`, and nobody else does with their token", async () => {
    const muster = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
    const folder = folderOf({
      "workflows/serve.yaml": SERVE(),
      "agents/support.yaml": "kind: command\ncommand: [node, ./agent.mjs]\neffects: pure\n",
      "agent.mjs": `
        import { execFileSync } from "node:child_process";
        import { writeFileSync } from "node:fs";
        writeFileSync(${JSON.stringify(tmpdir())} + "/muster-lent.json", JSON.stringify(process.env));
        const use = (...words) => {
          try {
            return JSON.parse(execFileSync(process.execPath, [${JSON.stringify(muster)}, "tools", "use", ...words], { stdio: ["ignore", "pipe", "inherit"] }));
          } catch (error) { return JSON.parse(error.stdout); }
        };
        const order = use("order.read", "order_id=7");
        const note = use("note.write", "order_id=7", "text=by a program");
        const none = use("nothing.here");
        console.log(JSON.stringify({ outputs: { order, note, none } }));
      `,
    });
    const { company, run } = await play(folder, "serve");
    const ended = await company.settled(run);
    const finished = (await eventsOf(company, run)).find(
      ({ type, step }) => type === "step.finished" && step === "serve",
    );
    expect(finished?.data["output"]).toMatchObject({
      value: { order: [{ id: "7", total: 640.5 }], none: { outcome: "denied" } },
    });
    expect(ended.status).toBe("completed");
    expect(orderIn(folder)).toEqual({ refunded: 0, note: "by a program" });
    const env = JSON.parse(readFileSync(join(tmpdir(), "muster-lent.json"), "utf8"));
    const words = [muster, "tools", "use", "order.read", "order_id=7"];
    // Not spawnSync: whoever answers it is in this process.
    const late = await promisify(execFile)(process.execPath, words, {
      env: { ...process.env, ...env },
    }).catch((error: { readonly code: number; readonly stdout: string }) => error);
    expect(late).toMatchObject({ code: 1 });
    expect(JSON.parse(late.stdout)).toMatchObject({ outcome: "refused" });
  });

  test("in a fork too: it goes by the map of today, rests on what its source did, and writes nothing again", async () => {
    const folder = folderOf({ "workflows/serve.yaml": SERVE("clerk") });
    const { company, run } = await play(folder, "serve");
    await company.settled(run);
    const forked = await company.fork(run);
    if (forked.run === null) throw new Error(forked.problems.map(sentence).join("\n"));
    expect((await company.settled(forked.run)).status).toBe("completed");
    const [accepted] = await eventsOf(company, forked.run);
    expect(accepted?.data["map"]).toMatch(/^sha256:/);
  });
});
