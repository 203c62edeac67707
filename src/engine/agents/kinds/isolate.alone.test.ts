import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { noTools } from "../../../../test/given/no-tools.ts";
import type { FunctionDefinition } from "../../../core/definition/index.ts";
import { parseDigest } from "../../../core/id.ts";
import { readProcess } from "../../outside/index.ts";
import type { AgentTask } from "../agent.ts";
import { openAgent } from "../open-agent.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-isolate-"));
const digest = parseDigest(`sha256:${"1".repeat(64)}`)!;
let modules = 0;

function open(source: string, given: Partial<FunctionDefinition> = {}) {
  modules += 1;
  const module = `module-${modules}.ts`;
  writeFileSync(join(folder, module), source);
  const definition: FunctionDefinition = {
    kind: "function",
    name: "clerk",
    description: "",
    digest,
    where: { file: "agents/clerk.yaml", line: 1, column: 1 },
    capabilities: [],
    instances: 1,
    concurrency: 1,
    effects: "ask",
    timeoutMs: 300_000,
    env: {},
    inputs: null,
    outputs: null,
    breaker: null,
    heartbeatMs: null,
    module,
    isolate: true,
    memoryBytesMost: 128 * 1024 * 1024,
    ...given,
  };
  return openAgent(definition, folder);
}

const task = (inputs: AgentTask["inputs"] = {}): AgentTask => ({
  run: "wf_test",
  step: "load",
  attempt: 1,
  key: "wf_test/3",
  name: "Load",
  instructions: "",
  inputs,
  outputs: {},
  context: {},
  deadline: "2030-01-01T00:00:00.000Z",
});
const tools = noTools;
const never = new AbortController().signal;

/** A module that does as its inputs say. */
const OBEDIENT = `
const kept: unknown[] = [];
export async function attempt({ inputs }: any, tools: any, abort: AbortSignal) {
  switch (inputs.do) {
    case "loop": for (;;);
    case "builtin loop": for (;;) new Array(1000).fill(1);
    case "heap": for (;;) kept.push(new Array(1000).fill({ kept: true }));
    case "buffers": for (;;) { kept.push(Buffer.alloc(8 * 1024 * 1024, 1)); }
    case "exit": process.exit(3);
    case "spin": {
      const [begun, before] = [performance.now(), process.cpuUsage()];
      while (performance.now() < begun + 2000);
      const { user, system } = process.cpuUsage(before);
      return { outputs: { cpuMs: (user + system) / 1000, wallMs: performance.now() - begun } };
    }
    case "throw": throw new TypeError("no such row");
    case "later": setTimeout(() => { throw new Error("too late"); }, 1); return new Promise(() => {});
    case "log": console.log("to the console"); tools.log("to the log"); break;
    case "wait": return new Promise((tell) => abort.addEventListener("abort", () => tell({ error: { kind: "withdrawn", message: "undone", certain: true } })));
    case "map": return { outputs: { map: new Map() } };
    case "large": return { outputs: { text: "x".repeat(20 * 1024 * 1024) } };
    case "table": return { error: { kind: "authentication_failure", message: "no" } };
  }
  return { outputs: { pid: process.pid, twice: inputs.n * 2 || 0 } };
}`;

test("an isolated agent is held to what its run allows it, where that is less than its own limit", async () => {
  await using agent = closing(await open(OBEDIENT, { memoryBytesMost: 1024 * 1024 * 1024 }));
  const allowed = { ...tools, memoryBytesMost: 160 * 1024 * 1024 };
  const answer = await agent.attempt(task({ do: "buffers" }), allowed, AbortSignal.timeout(30_000));
  const message = expect.stringContaining("more than its memory limit of 160 MiB and was ended");
  expect(answer).toMatchObject({ error: { kind: "memory_limit", message } });
});

test("an isolated agent is slowed to its limit of the processor, by itself or by what its run allows", async () => {
  for (const [own, ofRun] of [
    [0.1, 4],
    [4, 0.1],
  ] as const) {
    await using agent = closing(await open(OBEDIENT, { coresMost: own }));
    const lines: string[] = [];
    const heard = { ...noTools, log: (line: string) => lines.push(line), coresMost: ofRun };
    const answer = await agent.attempt(task({ do: "spin" }), heard, AbortSignal.timeout(60_000));
    const spent = "outputs" in answer ? answer.outputs : {};
    // Unlimited it takes all of a core; how near to its tenth it comes is the machine's.
    expect(Number(spent["cpuMs"]) / Number(spent["wallMs"])).toBeLessThan(0.5);
    expect(lines.at(-1)).toContain("Used more than 0.1 of the processor's cores and is slowed");
  }
});

describe("an isolated function", () => {
  test("runs in a worker, which is kept for the next attempt", async () => {
    await using agent = closing(await open(OBEDIENT));
    const first = await agent.attempt(task({ n: 4 }), tools, never);
    expect(first).toMatchObject({ outputs: { twice: 8 } });
    expect(first).not.toMatchObject({ outputs: { pid: process.pid } });
    expect(await agent.attempt(task({ n: 4 }), tools, never)).toEqual(first);
  });

  test.each(["loop", "builtin loop"])(
    "that does a %s without end is really ended at abort, and the next attempt has a new worker",
    async (loop) => {
      await using agent = closing(await open(OBEDIENT));
      const first = await agent.attempt(task(), tools, never);
      const pid = "outputs" in first ? Number(first.outputs["pid"]) : 0;
      const answer = await agent.attempt(task({ do: loop }), tools, AbortSignal.timeout(300));
      expect(answer).toMatchObject({ error: { kind: "timeout", certain: false } });
      expect(readProcess(pid)).toBe(null);
      expect(await agent.attempt(task({ n: 1 }), tools, never)).toMatchObject({
        outputs: { twice: 2 },
      });
    },
  );

  test.each(["heap", "buffers"])(
    "that takes more %s than its memory limit is ended with a sentence",
    async (what) => {
      await using agent = closing(await open(OBEDIENT));
      const answer = await agent.attempt(task({ do: what }), tools, AbortSignal.timeout(20_000));
      expect(answer).toMatchObject({ error: { kind: "memory_limit", class: "transient" } });
      expect("error" in answer && answer.error.message).toContain(
        'The agent "clerk" needed more than its memory limit of 128 MiB and was ended.',
      );
      expect(await agent.attempt(task({ n: 1 }), tools, never)).toMatchObject({
        outputs: { twice: 2 },
      });
    },
  );

  test.each([
    ["exit", "ended its worker with exit code 3"],
    ["throw", "threw TypeError: no such row"],
    ["later", "ended its worker with Error: too late ("],
    ["map", "outputs.map is a Map,"],
    ["large", "larger than"],
  ])("that does %s is a failure with a sentence", async (what, sentence) => {
    await using agent = closing(await open(OBEDIENT));
    const answer = await agent.attempt(task({ do: what }), tools, never);
    expect("error" in answer && answer.error.message).toContain(sentence);
    expect(await agent.attempt(task({ n: 1 }), tools, never)).toMatchObject({
      outputs: { twice: 2 },
    });
  });

  test("that listens to abort may answer for itself", async () => {
    await using agent = closing(await open(OBEDIENT));
    const answer = await agent.attempt(task({ do: "wait" }), tools, AbortSignal.timeout(50));
    expect(answer).toMatchObject({ error: { kind: "withdrawn", certain: true } });
  });

  test("writes to its log with the console too, and not to ours", async () => {
    await using agent = closing(await open(OBEDIENT));
    const lines: string[] = [];
    await agent.attempt(
      task({ do: "log" }),
      { ...noTools, log: (line) => lines.push(line) },
      never,
    );
    expect(lines.sort()).toEqual(["to the console", "to the log"]);
  });

  test("has as many workers as it takes attempts at once", async () => {
    await using agent = closing(await open(OBEDIENT, { concurrency: 2 }));
    const stop = new AbortController();
    const both = [1, 2].map(async () => agent.attempt(task({ do: "wait" }), tools, stop.signal));
    // Both have begun by then, on a machine that does much else, too.
    setTimeout(() => stop.abort(), 3_000);
    const answers = await Promise.all(both);
    expect(answers).toMatchObject([
      { error: { kind: "withdrawn" } },
      { error: { kind: "withdrawn" } },
    ]);
  });

  test("whose module does not load says so in its health, and did nothing for certain", async () => {
    await using agent = closing(await open("export const a = 1;\nthrow new Error('no licence');"));
    expect(await agent.health()).toContain("no licence");
    expect(await agent.attempt(task(), tools, never)).toMatchObject({
      error: { kind: "agent_unavailable", certain: true },
    });
  });

  test("whose module ends its worker when it is loaded says so too", async () => {
    await using agent = closing(await open("process.exit(4);"));
    expect(await agent.health()).toContain("ended its worker with exit code 4");
    expect(await agent.attempt(task(), tools, never)).toMatchObject({ error: { certain: true } });
  });

  test("that is closed while it works is stopped", async () => {
    const agent = await open(OBEDIENT);
    const answer = agent.attempt(task({ do: "loop" }), tools, never);
    await new Promise((go) => setTimeout(go, 100));
    await agent.close();
    expect(await answer).toMatchObject({ error: { kind: "stopped", certain: false } });
  });
});

function closing<T extends { close(): Promise<void> }>(agent: T): T & AsyncDisposable {
  return { ...agent, [Symbol.asyncDispose]: () => agent.close() };
}
