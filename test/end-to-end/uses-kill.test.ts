import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type Company, openCompany, type RunId } from "../../src/index.ts";
import { writeCompany } from "./uses/company.ts";
import { decideAll } from "./uses/decide.ts";

const RUNS = 120;
const KILLS = 6;
const KILLS_LEAST = 2;
const folder = mkdtempSync(join(tmpdir(), "muster-uses-kill-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Line = readonly [tool: "note" | "mark" | "pay", key: string, n: number];

describe("a process killed with SIGKILL while agents use tools, again and again", () => {
  test("M8 M9 writes nothing that was not allowed, nothing twice that may not be, and asks a person about what is in doubt", async () => {
    writeCompany(folder);
    const accepted = new Map<string, string>();
    let kills = 0;
    for (let life = 0; life < 60; life++) {
      const settled = await lived(kills >= KILLS ? null : 40 + ((life * 97) % 160), accepted);
      if (settled) break;
      if (accepted.size === 0) throw new Error("Nothing was accepted.");
      kills++;
    }
    // A fast machine is done before it was killed so often.
    expect(kills).toBeGreaterThanOrEqual(KILLS_LEAST);
    expect(accepted.size).toBe(RUNS);
    await using company = await openCompany(folder);
    const runs = [...accepted.values()] as RunId[];
    await decideAll(company, runs);
    await audited(company, runs);
  }, 300_000);
});

/** One life of the worker. @returns whether it came to its end */
function lived(killAfterMs: number | null, accepted: Map<string, string>): Promise<boolean> {
  return new Promise((resolve) => {
    const script = join(import.meta.dirname, "uses", "worker.ts");
    const worker = spawn(process.execPath, [script, folder, String(RUNS)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    let timer: NodeJS.Timeout | null = null;
    worker.stdout.on("data", (part) => {
      text += String(part);
      timer ??= killAfterMs === null ? null : setTimeout(() => worker.kill("SIGKILL"), killAfterMs);
    });
    worker.on("close", () => {
      if (timer !== null) clearTimeout(timer);
      for (const line of text.split("\n").slice(0, -1)) {
        const [word, request = "", run = ""] = line.split(" ");
        if (word !== "accepted") continue;
        expect(accepted.get(request) ?? run).toBe(run);
        accepted.set(request, run);
      }
      resolve(text.endsWith("settled\n"));
    });
  });
}

/** Against the ledger outside of the log: what the log says was written, and what was. */
async function audited(company: Company, runs: readonly RunId[]): Promise<void> {
  const ledger = readFileSync(join(folder, "ledger.txt"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
  const times = new Map<string, number>();
  for (const [, key] of ledger) times.set(key, (times.get(key) ?? 0) + 1);
  const asks = ledger.filter(([tool]) => tool !== "note");
  expect(asks.filter(([, key]) => times.get(key) !== 1)).toEqual([]);
  let held = 0;
  const committed = new Map<string, string>();
  for (const run of runs) {
    const seen = await readOf(company, run);
    for (const [key, tool] of seen.committed) committed.set(key, tool);
    expect([run, ...seen.wrong]).toEqual([run]);
    if (company.standing(run)?.status === "completed") continue;
    const waiting = (await company.waiting(run)) ?? [];
    expect([run, ...waiting.map(({ kind }) => kind)]).toEqual([run, "exception"]);
    expect(seen.unknown).toBeGreaterThan(0);
    held++;
  }
  // What the log says was written was written.
  expect([...committed.keys()].filter((key) => !times.has(key))).toEqual([]);
  // One key for one write of one run, whoever tried it again.
  const notes = new Map<number, Set<string>>();
  for (const [tool, key, n] of ledger)
    if (tool === "note") notes.set(n, (notes.get(n) ?? new Set()).add(key));
  expect([...notes.values()].filter((keys) => keys.size !== 1)).toEqual([]);
  process.stderr.write(`${ledger.length} writes, ${held} runs wait for a person to look\n`);
}

async function readOf(company: Company, run: RunId) {
  const allowed = new Map<number, string>();
  const closed = new Map<number, boolean>();
  const used = new Set<number>();
  const committed: [string, string][] = [];
  const wrong: string[] = [];
  let unknown = 0;
  for await (const { seq, type, data } of company.events(run)) {
    const key = Number(data["key"] ?? 0);
    if (type === "tool.judged" && data["verdict"] !== "deny")
      allowed.set(seq, `${textOf(data["tool"])} ${textOf(data["verdict"])}`);
    if (type === "gate.closed") closed.set(key, data["allowed"] === true);
    if (type === "writeback.unknown") unknown += 1;
    if (type === "writeback.started") {
      const [tool = "", verdict] = (allowed.get(key) ?? "").split(" ");
      const gate = Number(data["approval"] ?? 0);
      if (verdict === undefined) wrong.push(`${key} was not judged`);
      if (verdict === "ask" && closed.get(gate) !== true) wrong.push(`${key} was not approved`);
      if (verdict === "ask" && used.has(gate)) wrong.push(`${gate} was used twice`);
      if (verdict === "ask") used.add(gate);
      if ((tool === "refund.pay") !== (verdict === "ask")) wrong.push(`${tool} was ${verdict}`);
    }
    if (type === "writeback.committed") committed.push([`${run}.${key}`, textOf(data["entity"])]);
  }
  return { wrong, unknown, committed };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
