import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { mapOf, type ToolGiven } from "../../../../test/given/work-map.ts";
import type { JsonObject } from "../../../core/json.ts";
import { readProcess } from "../../outside/index.ts";
import { openToolbox, type Performed, type Toolbox } from "../index.ts";

const MODULE = `
import { appendFileSync } from "node:fs";
let calls = 0;
export const look = ({ n }, { env }) => ({ n, calls: ++calls, pid: process.pid, env, seen: process.env.SHOP_TOKEN ?? null, home: process.env.HOME ?? null });
export const say = (args, { env }) => { console.log("heard with " + env.SHOP_TOKEN); return { n: 1 }; };
export const loop = () => { for (;;) new Array(1000).fill(1); };
export const hoard = () => { const kept = []; for (;;) kept.push(Buffer.alloc(8 * 1024 * 1024, 1)); };
export const exit = () => process.exit(3);
export const stray = () => { setTimeout(() => { throw new Error("nobody caught this"); }, 1); return new Promise(() => {}); };
export const slow = async ({ n }) => { await new Promise((go) => setTimeout(go, 20)); return { n, pid: process.pid }; };
export const pay = ({ file }, { key, abort }) => { appendFileSync(file, key + "\\n"); return new Promise((tell) => abort.addEventListener("abort", () => tell({ paid: true }))); };
`;

const open: Toolbox[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((toolbox) => toolbox.close()));
});

const READ = ["look", "say", "loop", "hoard", "exit", "stray", "slow"];
const reading = (run: string): ToolGiven => ({
  operation: { run },
  takes: { n: { type: "number" } },
  reads: { entity: run, fields: null },
  limits: { timeoutMs: run === "loop" ? 1_500 : 30_000 },
});

function shop(settings: JsonObject = {}) {
  const folder = mkdtempSync(join(tmpdir(), "muster-isolated-"));
  writeFileSync(join(folder, "shop.mjs"), MODULE);
  const tools: Record<string, ToolGiven> = Object.fromEntries(
    READ.map((run) => [run, reading(run)]),
  );
  tools["pay"] = {
    operation: { run: "pay" },
    takes: { file: { type: "string" } },
    writes: "refunds",
    limits: { timeoutMs: 1_500 },
  };
  tools["stuck"] = { ...reading("loop"), reads: null, writes: "refunds" };
  const own = { module: "./shop.mjs", isolate: true, env: ["SHOP_TOKEN"], ...settings };
  const toolbox = openToolbox({
    folder,
    map: mapOf({ kind: "function", settings: own, tools }),
    environment: { SHOP_TOKEN: "tok/en-42-secret" },
  });
  open.push(toolbox);
  const use = (tool: string, args: JsonObject = {}): Promise<Performed> =>
    toolbox.perform(
      { tool, args, key: "wf_a:7", redact: [], bindings: null, preview: null },
      new AbortController().signal,
    );
  return { toolbox, folder, use };
}

function given(performed: Performed): JsonObject {
  if (performed.outcome !== "ok") throw new Error(JSON.stringify(performed));
  return performed.result as JsonObject;
}

describe("a function tool in a worker", () => {
  test("works as it does in our process, with its own environment alone, and is kept warm", async () => {
    const { use, toolbox } = shop();
    expect(await toolbox.health()).toEqual([{ system: "far", fault: null }]);
    const first = given(await use("look", { n: 1 }));
    const second = given(await use("look", { n: 2 }));
    expect(first).toMatchObject({ n: 1, calls: 1, home: null });
    expect(second).toMatchObject({ n: 2, calls: 2, pid: first["pid"] });
    expect(first["pid"]).not.toBe(process.pid);
    // What the variable holds is veiled in whatever comes out.
    expect(JSON.stringify(first)).not.toContain("en-42");
    expect(first["seen"]).not.toBe(null);
    await toolbox.close();
    expect(readProcess(first["pid"] as number)).toBe(null);
  });

  test("is heard when it writes to its console, with its system's name and without secrets", async () => {
    const told: string[] = [];
    const { write } = process.stderr;
    process.stderr.write = (text) => told.push(String(text)) > 0;
    try {
      given(await shop().use("say"));
    } finally {
      process.stderr.write = write;
    }
    expect(told.join("")).toMatch(/^far: heard with [^t]/);
    expect(told.join("")).not.toContain("en-42");
  });

  test("that never returns has a real end when its time is up, and the next call is answered", async () => {
    const { use } = shop();
    const before = given(await use("look"))["pid"] as number;
    expect(await use("loop")).toMatchObject({
      outcome: "failed",
      error: { kind: "timeout", message: "It took longer than its time limit." },
    });
    expect(readProcess(before)).toBe(null);
    expect(given(await use("look"))).toMatchObject({ calls: 1 });
  });

  test.each([
    [
      "hoard",
      "memory_limit",
      "needed more than its memory limit of 128 MiB and was ended. Raise memory_limit,",
    ],
    ["exit", "tool_failed", "ended its worker with exit code 3"],
    ["stray", "tool_failed", "ended its worker with Error: nobody caught this"],
  ])("that does %s falls alone", async (tool, kind, why) => {
    const { use } = shop({ memory_limit: "128MB" });
    const fallen = await use(tool);
    expect(fallen).toMatchObject({ outcome: "failed", error: { kind } });
    expect(JSON.stringify(fallen)).toContain(`The module of \\"far\\" ${why}`);
    expect(given(await use("look"))).toMatchObject({ calls: 1 });
  });

  test("that was told to stop may still say what it did; of one that says nothing nobody knows", async () => {
    const { use, folder } = shop();
    const file = join(folder, "paid.txt");
    expect(await use("pay", { file })).toMatchObject({ outcome: "ok", result: { paid: true } });
    expect(readFileSync(file, "utf8")).toBe("wf_a:7\n");
    expect(await use("stuck")).toMatchObject({ outcome: "unknown", error: { kind: "timeout" } });
  });

  test("waits for a worker where all are busy", async () => {
    const { use } = shop();
    const all = await Promise.all(Array.from({ length: 12 }, (_, n) => use("slow", { n })));
    expect(all.map((one) => given(one)["n"])).toEqual(Array.from({ length: 12 }, (_, n) => n));
    expect(new Set(all.map((one) => given(one)["pid"])).size).toBeLessThanOrEqual(4);
  });

  test("says of a module that cannot be loaded why, where it is asked and where it is looked at", async () => {
    const { use, toolbox, folder } = shop();
    writeFileSync(join(folder, "shop.mjs"), "export const look = nowhere();");
    const fault = expect.stringContaining(
      "cannot be loaded: ReferenceError: nowhere is not defined",
    );
    expect(await use("look")).toMatchObject({
      error: { kind: "tool_unavailable", message: fault },
    });
    expect(await toolbox.health()).toEqual([{ system: "far", fault }]);
    expect(existsSync(join(folder, "shop.mjs"))).toBe(true);
  });
});
