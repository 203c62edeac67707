import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { noTools } from "../../../../test/given/no-tools.ts";
import type { FunctionDefinition } from "../../../core/definition/index.ts";
import { parseDigest } from "../../../core/id.ts";
import type { AgentTask } from "../agent.ts";
import { openAgent } from "../open-agent.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-function-"));
const digest = parseDigest(`sha256:${"1".repeat(64)}`)!;
let modules = 0;

function open(source: string, given: Partial<FunctionDefinition> = {}) {
  modules += 1;
  const module = `module-${modules}.ts`;
  writeFileSync(join(folder, module), source);
  return openAgent(definition({ module, ...given }), folder);
}

function definition(given: Partial<FunctionDefinition>): FunctionDefinition {
  return {
    kind: "function",
    name: "clerk",
    description: "",
    digest,
    where: { file: "agents/clerk.yaml", line: 1, column: 1 },
    capabilities: ["csv"],
    instances: 2,
    concurrency: 3,
    effects: "ask",
    timeoutMs: 300_000,
    env: {},
    inputs: null,
    outputs: null,
    module: "none.ts",
    isolate: false,
    memoryBytesMost: null,
    breaker: null,
    heartbeatMs: null,
    ...given,
  };
}

const task: AgentTask = {
  run: "wf_test",
  step: "load",
  attempt: 1,
  key: "wf_test/3",
  name: "Load",
  instructions: "",
  inputs: {},
  outputs: {},
  context: {},
  deadline: "2030-01-01T00:00:00.000Z",
};
const tools = noTools;
const never = new AbortController().signal;

describe("a function agent", () => {
  test("that is synchronous answers at once", async () => {
    const agent = await open(
      "export function attempt(task: any) { return { outputs: { twice: task.inputs.n * 2 } }; }",
    );
    expect(agent.attempt({ ...task, inputs: { n: 4 } }, tools, never)).toEqual({
      outputs: { twice: 8 },
    });
  });

  test("that is asynchronous answers when it is done", async () => {
    const agent = await open("export const attempt = async () => ({ outputs: { done: true } });");
    expect(await agent.attempt(task, tools, never)).toEqual({ outputs: { done: true } });
  });

  test("may be defined with its effects and capabilities, beside those of its definition", async () => {
    const agent = await open(
      `export const agent = { effects: "idempotent", capabilities: ["sql", "csv"], attempt: () => ({ outputs: {} }) };`,
    );
    expect(agent).toMatchObject({
      effects: "idempotent",
      capabilities: ["csv", "sql"],
      concurrency: 3,
      timeoutMs: 300_000,
    });
  });

  test("whose definition and module differ in effects has the stricter, and a silent definition leaves it to the module", async () => {
    const pure = 'export const agent = { effects: "pure", attempt: () => ({ outputs: {} }) };';
    const ask = 'export const agent = { effects: "ask", attempt: () => ({ outputs: {} }) };';
    expect((await open(pure, { effects: "idempotent" })).effects).toBe("idempotent");
    expect((await open(ask, { effects: "pure" })).effects).toBe("ask");
    expect((await open(pure, { effects: "ask" })).effects).toBe("pure");
  });

  test("has another digest when its module's text is another, and the same when it is the same", async () => {
    const one = await open("export const attempt = () => ({ outputs: { n: 1 } });");
    const same = await open("export const attempt = () => ({ outputs: { n: 1 } });");
    const other = await open("export const attempt = () => ({ outputs: { n: 2 } });");
    expect(same.digest).toBe(one.digest);
    expect(other.digest).not.toBe(one.digest);
    expect(one.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test.each([
    ["synchronous", "export function attempt() {"],
    ["asynchronous", "export async function attempt() {"],
  ])("that throws, %s, is a transient failure in doubt with the place", async (_how, head) => {
    const agent = await open(`${head}\n  throw new RangeError("no such row");\n}`);
    const answer = await agent.attempt(task, tools, never);
    expect(answer).toMatchObject({
      error: { class: "transient", kind: "agent_failed", certain: false },
    });
    expect("error" in answer && answer.error.message).toMatch(
      /The agent "clerk" threw RangeError: no such row \(.*module-\d+\.ts:2/,
    );
  });

  test.each(["undefined", "'x'", "null", "1n", "{ get message() { throw 1 } }"])(
    "that throws %s is a failure all the same",
    async (thrown) => {
      const agent = await open(`export const attempt = () => { throw ${thrown}; };`);
      const answer = await agent.attempt(task, tools, never);
      expect(answer).toMatchObject({ error: { kind: "agent_failed" } });
    },
  );

  test("that gives something else than an answer is a failure with a sentence", async () => {
    const agent = await open("export const attempt = () => ({ total: 3 });");
    const answer = await agent.attempt(task, tools, never);
    expect(answer).toMatchObject({ error: { kind: "invalid_answer", class: "transient" } });
  });

  test("that ignores abort is answered for, in doubt; its reason says whether it was the time", async () => {
    const agent = await open("export const attempt = () => new Promise(() => {});");
    const timed = await agent.attempt(task, tools, AbortSignal.timeout(20));
    expect(timed).toMatchObject({ error: { kind: "timeout", certain: false } });
    const cancel = new AbortController();
    const answer = agent.attempt(task, tools, cancel.signal);
    cancel.abort();
    expect(await answer).toMatchObject({ error: { kind: "stopped", certain: false } });
  });

  test("that was aborted before it began did nothing for certain", async () => {
    const agent = await open("export const attempt = () => ({ outputs: {} });");
    const answer = await agent.attempt(task, tools, AbortSignal.abort());
    expect(answer).toMatchObject({ error: { kind: "stopped", certain: true } });
  });

  test("cannot change what the run gave it", async () => {
    const agent = await open(
      "export const attempt = (task: any) => { task.inputs.rows.push(4); return { outputs: {} }; };",
    );
    const inputs = { rows: [1, 2, 3] };
    const answer = await agent.attempt({ ...task, inputs }, tools, never);
    expect(answer).toMatchObject({ error: { kind: "agent_failed" } });
    expect(inputs).toEqual({ rows: [1, 2, 3] });
  });
});

describe("the health of a function agent", () => {
  test("is well when its module loads and exports attempt", async () => {
    expect(await (await open("export const attempt = () => ({ outputs: {} });")).health()).toBe(
      null,
    );
  });

  test("is what its module says of it", async () => {
    const source = (health: string) =>
      `export const agent = { health: () => ${health}, attempt: () => ({ outputs: {} }) };`;
    expect(await (await open(source('"no database"'))).health()).toBe("no database");
    expect(await (await open(source("null"))).health()).toBe(null);
    expect(await (await open(source('{ throw new Error("no host"); }'))).health()).toContain(
      "no host",
    );
  });

  test("without attempt names the file and the mend, and so does an attempt that did nothing", async () => {
    const agent = await open("export const tempt = () => ({ outputs: {} });");
    expect(await agent.health()).toContain(
      'exports no function "attempt". Export one: export function attempt(task, tools, abort)',
    );
    expect(await agent.attempt(task, tools, never)).toMatchObject({
      error: { kind: "agent_unavailable", class: "transient", certain: true },
    });
  });

  test("without a module names the file", async () => {
    const agent = await openAgent(definition({ module: "agents/none.ts" }), folder);
    expect(await agent.health()).toContain(join(folder, "agents/none.ts"));
  });
});
