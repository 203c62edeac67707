/** A process that dies between what it began to write to a real database and its answer, and while many are approved at once. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, expect, test } from "vitest";
import { type Company, openCompany, type RunId } from "../../src/index.ts";
import { writeCompany } from "./shop/company.ts";

const ORDERS = 40;
const KILLS = 5;
const KILLS_LEAST = 2;
const folder = mkdtempSync(join(tmpdir(), "muster-shop-kill-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Said = { readonly accepted: Map<string, number>; readonly voted: Set<string> };

test("M8 M9 kill -9 over a shop in SQLite: nobody is paid back twice, nor without a kept approval, and a doubt waits for a person", async () => {
  writeCompany(folder, ORDERS);
  const said: Said = { accepted: new Map(), voted: new Set() };
  let kills = 0;
  for (let life = 0; life < 60; life += 1) {
    if (await lived(kills < KILLS ? 5 + ((life * 23) % 45) : null, said)) break;
    kills += 1;
  }
  // A fast machine is done before it was killed so often.
  expect(kills).toBeGreaterThanOrEqual(KILLS_LEAST);
  expect(said.accepted.size).toBe(ORDERS);
  await using company = await openCompany(folder);
  using shop = new DatabaseSync(join(folder, "shop.sqlite"));
  const keys = shop.prepare("select refund_key from times").all();
  const paid = keys.map((row) => textOf(row["refund_key"]));
  expect(new Set(paid).size).toBe(paid.length);
  const rows = shop.prepare("select id, refunded, refund_key from orders").all();
  let doubts = 0;
  for (const [run, n] of said.accepted) {
    const seen = await readOf(company, run as RunId);
    expect([run, ...seen.wrong]).toEqual([run]);
    const row = rows.find(({ id }) => id === n);
    expect(Number(row?.["refunded"])).toBeLessThanOrEqual(1);
    for (const key of seen.committed) expect(row?.["refund_key"]).toBe(key);
    if (row?.["refunded"] === 1) expect(seen.started).toContain(row["refund_key"]);
    for (const vote of [...said.voted].filter((one) => one.startsWith(`${run} `)))
      expect(seen.votes).toContain(vote);
    if (company.standing(run as RunId)?.status === "completed") continue;
    const waiting = (await company.waiting(run as RunId)) ?? [];
    expect([run, ...waiting.map(({ kind }) => kind)]).toEqual([run, "exception"]);
    expect(seen.unknown).toBe(1);
    doubts += 1;
  }
  const notes = shop.prepare("select n, count(*) as times from notes group by n").all();
  expect(notes.filter(({ times }) => times !== 1)).toEqual([]);
  process.stderr.write(`${paid.length} paid back, ${doubts} wait for a person to look\n`);
}, 300_000);

/** One life of the worker. @returns whether it came to its end */
function lived(killAfterMs: number | null, { accepted, voted }: Said): Promise<boolean> {
  return new Promise((resolve) => {
    const script = join(import.meta.dirname, "shop", "worker.ts");
    const worker = spawn(process.execPath, [script, folder, String(ORDERS)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    let timer: NodeJS.Timeout | null = null;
    worker.stdout.on("data", (part) => {
      text += String(part);
      // In the middle of what is approved together, and of what is written then.
      if (!text.includes("voted ") && killAfterMs !== null && !text.includes("settled")) return;
      timer ??= killAfterMs === null ? null : setTimeout(() => worker.kill("SIGKILL"), killAfterMs);
    });
    worker.on("close", () => {
      if (timer !== null) clearTimeout(timer);
      for (const line of text.split("\n").slice(0, -1)) {
        const [word, run = "", number = ""] = line.split(" ");
        if (word === "accepted") accepted.set(run, Number(number));
        if (word === "voted") voted.add(`${run} ${number}`);
      }
      resolve(text.endsWith("settled\n"));
    });
  });
}

/** What the log of a run says: each approval used up once, by the write that it is for, in the decision that begins it. */
async function readOf(company: Company, run: RunId) {
  const used = new Map<number, number>();
  const tools = new Map<number, unknown>();
  const allowed = new Set<number>();
  const seen = { wrong: [] as string[], started: [] as string[], committed: [] as string[] };
  const votes: string[] = [];
  let unknown = 0;
  for await (const { seq, type, data } of company.events(run)) {
    const key = Number(data["key"] ?? 0);
    if (type === "tool.judged") tools.set(seq, data["tool"]);
    if (type === "gate.voted") votes.push(`${run} ${key}`);
    if (type === "gate.closed" && data["allowed"] === true) allowed.add(key);
    if (type === "writeback.unknown" && tools.get(key) === "refund.pay") unknown += 1;
    if (type === "gate.consumed") {
      if (used.has(key)) seen.wrong.push(`${key} is used up twice`);
      if (!allowed.has(key)) seen.wrong.push(`${key} is used up and was not allowed`);
      used.set(key, seq);
    }
    if (tools.get(key) !== "refund.pay") continue;
    if (type === "writeback.started") {
      seen.started.push(`${run}.${key}`);
      if (used.get(Number(data["approval"])) !== seq - 1)
        seen.wrong.push(`${key} is begun without its approval`);
    }
    if (type === "writeback.committed") seen.committed.push(`${run}.${key}`);
  }
  return { ...seen, votes, unknown };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
