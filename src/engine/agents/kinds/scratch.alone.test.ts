import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { openScratch, readProcess, sweepScratch } from "../../outside/index.ts";

const open = new URL("../open-agent.ts", import.meta.url).href;

/** A process of Muster's in which an agent works that never answers; ends up killed. */
async function beginAndKill(
  source: string,
  given: object,
): Promise<{ folder: string; pid: number }> {
  const folder = mkdtempSync(join(tmpdir(), "muster-orphan-"));
  writeFileSync(join(folder, "agent.mjs"), source);
  const definition = {
    name: "clerk",
    digest: `sha256:${"1".repeat(64)}`,
    capabilities: [],
    instances: 1,
    concurrency: 1,
    effects: "pure",
    timeoutMs: 300_000,
    env: {},
    memoryBytesMost: null,
    ...given,
  };
  const script = `
    import { openAgent } from "${open}";
    const agent = await openAgent(${JSON.stringify(definition)}, ${JSON.stringify(folder)});
    await agent.attempt({ inputs: { file: ${JSON.stringify(join(folder, "pid"))} }, context: {} }, { log() {} }, new AbortController().signal);`;
  const owner = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: "inherit",
  });
  const pid = await pidIn(join(folder, "pid"));
  await sleep(100);
  owner.kill("SIGKILL");
  await ended(owner);
  return { folder, pid };
}

async function pidIn(file: string): Promise<number> {
  for (let tries = 0; tries < 400; tries += 1) {
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    if (text.endsWith("\n")) return Number(text);
    await sleep(25);
  }
  throw new Error(`${file} was never written`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => child.once("exit", resolve));
}

async function hasEnded(pid: number, withinMs: number): Promise<boolean> {
  for (let waited = 0; waited < withinMs; waited += 50) {
    if (readProcess(pid) === null) return true;
    await sleep(50);
  }
  return false;
}

const command = { kind: "command", command: ["node", "./agent.mjs"], cwd: null };

describe("when Muster is killed", () => {
  test("its commands are ended, also one that ignores SIGTERM", async () => {
    const { pid } = await beginAndKill(
      `import { readFileSync, writeFileSync } from "node:fs";
       process.on("SIGTERM", () => {});
       const { task } = JSON.parse(readFileSync(0, "utf8"));
       writeFileSync(task.inputs.file, process.pid + "\\n");
       setInterval(() => {}, 1000);`,
      command,
    );
    expect(await hasEnded(pid, 10_000)).toBe(true);
  });

  test("its isolated functions are ended, also one that loops", async () => {
    const { pid } = await beginAndKill(
      `import { writeFileSync } from "node:fs";
       export function attempt({ inputs }) { writeFileSync(inputs.file, process.pid + "\\n"); for (;;); }`,
      { kind: "function", module: "agent.mjs", isolate: true },
    );
    expect(await hasEnded(pid, 10_000)).toBe(true);
  });

  test("what left its command's session is ended when the company is opened again, and the folder removed", async () => {
    const { folder, pid } = await beginAndKill(
      `import { readFileSync, writeFileSync } from "node:fs";
       import { spawn } from "node:child_process";
       const { task } = JSON.parse(readFileSync(0, "utf8"));
       const own = spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"], { detached: true, stdio: "ignore" });
       writeFileSync(task.inputs.file, own.pid + "\\n");
       setInterval(() => {}, 1000);`,
      command,
    );
    await sleep(3_000);
    expect(readProcess(pid)?.pid).toBe(pid);
    const scratch = join(folder, ".muster", "scratch");
    expect(readdirSync(scratch)).toHaveLength(1);
    expect(await sweepScratch(scratch)).toHaveLength(1);
    expect(readProcess(pid)).toBe(null);
    expect(readdirSync(scratch)).toEqual([]);
  });
});

describe("the sweep of scratch folders", () => {
  test("leaves alone what belongs to a process that lives, and what is not ours", async () => {
    const scratch = mkdtempSync(join(tmpdir(), "muster-sweep-"));
    const ours = await openScratch(scratch);
    writeFileSync(join(scratch, "notes.txt"), "kept");
    expect(await sweepScratch(scratch)).toEqual([]);
    expect(existsSync(ours.work)).toBe(true);
    await ours.remove();
    expect(readdirSync(scratch)).toEqual(["notes.txt"]);
  });

  test("ends nobody by a note of another start of the machine, or one that cannot be read", async () => {
    const bystander = spawn("sleep", ["60"]);
    const scratch = mkdtempSync(join(tmpdir(), "muster-sweep-"));
    const root = { pid: bystander.pid!, started: readProcess(bystander.pid!)!.started };
    const old = join(await orphaned(scratch), "owner.json");
    writeFileSync(old, JSON.stringify({ boot: "another", owner: root, root }));
    writeFileSync(join(await orphaned(scratch), "owner.json"), "{ torn");
    expect(await sweepScratch(scratch)).toHaveLength(2);
    expect(readProcess(bystander.pid!)?.pid).toBe(bystander.pid);
    bystander.kill("SIGKILL");
    await ended(bystander);
  });

  test("of a folder that is not there finds nothing", async () => {
    expect(await sweepScratch("/nowhere/scratch")).toEqual([]);
  });
});

/** A folder whose process is gone: one of a number that no process has. */
async function orphaned(scratch: string): Promise<string> {
  const { mkdir } = await import("node:fs/promises");
  const folder = join(scratch, `4194305-${Math.random().toString(36).slice(2, 8)}`);
  await mkdir(join(folder, "work"), { recursive: true });
  return folder;
}
