/** Runs are steered from another process: over the socket of the one at work, or after it was killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeFiles } from "../given/folder.ts";

const MAIN = resolve("src/cli/main.ts");

/** Each attempt leaves a line; `slow` ends when the file "go" is there. */
const COMPANY: Readonly<Record<string, string>> = {
  "agents/worker.yaml":
    "muster: 1\nkind: function\nmodule: ./agents/worker.ts\neffects: idempotent\n",
  "agents/worker.ts": `
import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
export async function attempt({ name, inputs }, _tools, abort) {
  appendFileSync(process.env.DONE, name + " " + JSON.stringify(inputs) + "\\n");
  if (inputs.slow === true)
    while (!existsSync(process.env.GO)) {
      if (abort.aborted) return { error: { kind: "stopped", message: "It was stopped." }, certain: true };
      await sleep(20);
    }
  return { outputs: { n: inputs.size ?? 0 } };
}
`,
  "workflows/work.yaml": `
name: work
version: 1.0.0
parameters: { size: 5 }
steps:
  - { id: first, name: First, agent: worker, inputs: { slow: true }, outputs: { n: number } }
  - { id: then, name: Then, agent: worker, inputs: { size: $params.size }, outputs: { n: number } }
`,
};

let folder = "";
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-control-"));
  writeFiles(folder, COMPANY);
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

function start(...words: readonly string[]): ChildProcess {
  const env = {
    ...process.env,
    NO_COLOR: "1",
    MUSTER_PERSON: "ana",
    DONE: join(folder, "done"),
    GO: join(folder, "go"),
  };
  const child = spawn(process.execPath, [MAIN, ...words], { cwd: folder, env });
  children.push(child);
  return child;
}

type Ended = { readonly code: number | null; readonly out: string; readonly side: string };

async function muster(...words: readonly string[]): Promise<Ended> {
  return await ended(start(...words));
}

async function ended(child: ChildProcess): Promise<Ended> {
  let [out, side] = ["", ""];
  child.stdout?.on("data", (text) => (out += String(text)));
  child.stderr?.on("data", (text) => (side += String(text)));
  const code = await new Promise<number | null>((done) => void child.on("close", done));
  return { code, out, side };
}

function done(): readonly string[] {
  const file = join(folder, "done");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
}

/** Until the first step is being done. */
async function underWay(): Promise<void> {
  while (done().length === 0) await sleep(20);
}

function go(): void {
  writeFileSync(join(folder, "go"), "");
}

async function events(): Promise<readonly { type: string; actor: { id: string } }[]> {
  const { out } = await muster("runs", "events", "last", "--json");
  return out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("a run at work in another process", () => {
  test("is paused, amended and resumed from a second one", async () => {
    const first = ended(start("run", "work"));
    await underWay();
    const paused = await muster("runs", "pause", "last", "--why", "lunch", "--by", "bo");
    expect(paused.code).toBe(0);
    expect(paused.side).toContain("1 attempt goes on and is recorded; nothing new begins.");
    const amended = await muster("runs", "amend", "last", "size=8", "--why", "more");
    expect(amended.code).toBe(0);
    go();
    expect((await first).code).toBe(6);
    expect(done()).toHaveLength(1);
    expect((await muster("runs", "resume", "last", "--why", "back")).code).toBe(0);
    expect(done()).toEqual(['First {"slow":true}', 'Then {"size":8}']);
    const log = await events();
    expect(log.find(({ type }) => type === "run.paused")?.actor.id).toBe("bo");
  }, 60_000);

  test("has a step taken over, and its outputs given", async () => {
    const first = ended(start("run", "work"));
    await underWay();
    const taken = await muster("runs", "takeover", "last", "first", "--why", "by hand");
    expect([taken.code, taken.side.includes("1 writer was told to stop and is awaited.")]).toEqual([
      0,
      true,
    ]);
    expect((await first).code).toBe(6);
    expect((await muster("inbox", "list")).out).toContain('ana has "First" in hand');
    writeFileSync(join(folder, "outputs.yaml"), "n: 7\n");
    const given = await muster("runs", "give", "last", "first", "outputs.yaml", "--why", "done");
    expect([given.code, given.out.includes("completed")]).toEqual([0, true]);
    expect(done().filter((line) => line.startsWith("First"))).toHaveLength(1);
  }, 60_000);
});

describe("after kill -9", () => {
  test("a cancel does not repeat the interrupted attempt first", async () => {
    const child = start("run", "work");
    await underWay();
    child.kill("SIGKILL");
    await ended(child);
    const cancelled = await muster("runs", "cancel", "last", "--why", "not wanted");
    // It may have been done: a person looks before the run ends.
    expect(cancelled.code).toBe(6);
    expect(done()).toHaveLength(1);
    const skipped = await muster("runs", "skip", "last", "first", "--why", "seen to");
    expect(skipped.side + skipped.out).toContain("cancelled");
    expect(done()).toHaveLength(1);
  }, 60_000);

  test("a paused run is resumed with --no-wait: it goes on later", async () => {
    go();
    const run = (await muster("run", "work", "--no-wait")).out.trim();
    await muster("runs", "pause", run, "--why", "a look first");
    const told = await muster("runs", "resume", run, "--no-wait", "--json");
    expect(JSON.parse(told.out)).toMatchObject({ run, told: ["resume"] });
    expect(done()).toEqual([]);
    expect((await muster("runs", "resume", run)).code).toBe(0);
  }, 60_000);

  test("what is told with --no-wait begins nothing, and nothing was performed again", async () => {
    go();
    const { out } = await muster("run", "work", "--no-wait");
    expect(done()).toEqual([]);
    expect((await muster("runs", "resume", out.trim())).code).toBe(0);
    expect((await events()).map(({ type }) => type)).not.toContain("attempt.repeated");
  }, 60_000);
});
