import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { noTools } from "../../../../test/given/no-tools.ts";
import type { CommandDefinition } from "../../../core/definition/index.ts";
import { parseDigest } from "../../../core/id.ts";
import type { JsonObject } from "../../../core/json.ts";
import { readProcess } from "../../outside/index.ts";
import type { AgentTask } from "../agent.ts";
import { openAgent } from "../open-agent.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-command-"));
const scratch = join(folder, ".muster", "scratch");
const digest = parseDigest(`sha256:${"1".repeat(64)}`)!;
let scripts = 0;

/** An agent whose command is this script; `task` and `answer` are there. */
function open(source: string, given: Partial<CommandDefinition> = {}) {
  scripts += 1;
  const script = `./script-${scripts}.mjs`;
  writeFileSync(
    join(folder, script),
    `import { readFileSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
const answer = (given) => process.stdout.write(JSON.stringify(given));
const read = () => JSON.parse(readFileSync(0, "utf8")).task;
${source}`,
  );
  return openCommand({ command: ["node", script], ...given });
}

function openCommand(given: Partial<CommandDefinition>) {
  const definition: CommandDefinition = {
    kind: "command",
    name: "clerk",
    description: "",
    digest,
    where: { file: "agents/clerk.yaml", line: 1, column: 1 },
    capabilities: [],
    instances: 1,
    concurrency: 1,
    effects: "idempotent",
    timeoutMs: 60_000,
    env: {},
    inputs: null,
    outputs: null,
    command: [],
    cwd: null,
    memoryBytesMost: null,
    breaker: null,
    heartbeatMs: null,
    ...given,
  };
  return openAgent(definition, folder, {
    environment: { PATH: process.env["PATH"], OUR_SECRET: "s3cret", TENANT_DB: "tenants.sqlite" },
  });
}

const task = (inputs: JsonObject = {}): AgentTask => ({
  run: "wf_test",
  step: "load",
  attempt: 2,
  key: "wf_test/3",
  name: "Load",
  instructions: "Load it.",
  inputs,
  outputs: { rows: "Row[]" },
  context: {},
  deadline: "2030-01-01T00:00:00.000Z",
});
const tools = noTools;
const never = new AbortController().signal;

const messageOf = (answer: object): string =>
  "error" in answer ? String((answer.error as { message: string }).message) : "no error";

async function pidIn(file: string): Promise<number> {
  for (let tries = 0; tries < 200; tries += 1) {
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    if (text.endsWith("\n")) return Number(text);
    await sleep(25);
  }
  throw new Error(`${file} was never written`);
}

describe("a command agent", () => {
  test("reads its task from its standard input and writes its answer to its standard output", async () => {
    const agent = await open(
      `const task = read(); answer({ outputs: { task }, usage: { calls: 1 }, warnings: ["one row is bad"] });`,
    );
    expect(await agent.attempt(task({ n: 4 }), tools, never)).toEqual({
      outputs: { task: task({ n: 4 }) },
      usage: { calls: 1 },
      warnings: ["one row is bad"],
    });
  });

  test("need not read its task, however large it is", async () => {
    const agent = await open("answer({ outputs: {} });");
    const large = task({ text: "x".repeat(4_000_000) });
    expect(await agent.attempt(large, tools, never)).toEqual({ outputs: {} });
  });

  test("may begin its answer with a mark of its order of bytes", async () => {
    const agent = await open(
      'process.stdout.write("\\ufeff"); answer({ outputs: { name: "Müller" } });',
    );
    expect(await agent.attempt(task(), tools, never)).toEqual({ outputs: { name: "Müller" } });
  });

  test("may answer an error, with what to wait for", async () => {
    const agent = await open(
      'answer({ error: { class: "permanent", kind: "api_rate_limit", message: "slow down", retryAfter: "5s", certain: true } });',
    );
    expect(await agent.attempt(task(), tools, never)).toEqual({
      error: {
        class: "permanent",
        kind: "api_rate_limit",
        message: "slow down",
        retryAfterMs: 5_000,
        certain: true,
      },
    });
  });

  test("that answers, or is stopped, has the last it wrote to its standard error in its log", async () => {
    const lines: string[] = [];
    const heard = { ...tools, log: (line: string) => lines.push(line) };
    const well = await open(
      'console.error("reads\\nwrites"); console.log(JSON.stringify({ outputs: {} }));',
    );
    expect(await well.attempt(task(), heard, never)).toEqual({ outputs: {} });
    expect(lines.splice(0)).toEqual(["reads", "writes"]);
    const hangs = await open('console.error("waits"); setInterval(() => {}, 1000);');
    await hangs.attempt(task(), heard, AbortSignal.timeout(1_000));
    expect(lines).toEqual(["waits"]);
  });

  test("that ends with another code than 0 is a transient failure in doubt, with its last words", async () => {
    const agent = await open(
      'console.error("reading"); console.error("no such table: tenants"); answer({ outputs: {} }); process.exitCode = 3;',
    );
    const answer = await agent.attempt(task(), tools, never);
    expect(answer).toMatchObject({
      error: { class: "transient", kind: "agent_failed", certain: false },
    });
    expect(messageOf(answer)).toBe(
      'The agent "clerk" ended with exit code 3. Its last words:\nreading\nno such table: tenants',
    );
  });

  test.each([
    ['process.stdout.write("Done!\\n")', 'wrote no JSON to its standard output: "Done!"'],
    ["", "ended without an answer on its standard output."],
    ['process.stdout.write("[1, 2]")', "The answer is a list."],
    ['process.stdout.write("{\\"rows\\": 1}")', 'neither "outputs" nor "error", but: rows'],
    ['process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 1000)', "was ended by SIGKILL."],
    ["process.stdout.write(Buffer.from([0xff, 0xfe, 0x00]))", "wrote what is no text in UTF-8"],
    [
      'process.stdout.write(Buffer.from(\'{"outputs":{"name":"M\\xfcller"}}\', "latin1"))',
      "wrote what is no text in UTF-8",
    ],
  ])("whose script is `%s` is a transient failure with a sentence", async (source, sentence) => {
    const agent = await open(source);
    const answer = await agent.attempt(task(), tools, never);
    expect(answer).toMatchObject({ error: { class: "transient", certain: false } });
    expect(messageOf(answer)).toContain(sentence);
  });

  test("that writes more than it may is ended", async () => {
    const agent = await open(
      'const block = "x".repeat(1_000_000); const more = () => process.stdout.write(block, more); more();',
    );
    const answer = await agent.attempt(task(), tools, never);
    expect(answer).toMatchObject({ error: { kind: "output_limit" } });
  });

  test("that complains without end is ended, and its complaints are not kept", async () => {
    const agent = await open(
      'const block = "y".repeat(4_000_000); const more = () => process.stderr.write(block, more); more();',
    );
    const answer = await agent.attempt(task(), tools, never);
    expect(answer).toMatchObject({ error: { kind: "output_limit" } });
    expect(messageOf(answer).length).toBeLessThan(1_000);
  });

  test("finds in its environment what its definition names, and nothing else", async () => {
    const source = "answer({ outputs: { env: { ...process.env } } });";
    const bare = await open(source);
    expect(await bare.attempt(task(), tools, never)).toEqual({ outputs: { env: {} } });
    const given = await open(source, { env: { DATABASE: "TENANT_DB" } });
    expect(await given.attempt(task(), tools, never)).toEqual({
      outputs: { env: { DATABASE: "tenants.sqlite" } },
    });
  });

  test("works in a fresh folder, which is removed after it", async () => {
    const agent = await open(
      `import { readdirSync } from "node:fs"; const found = readdirSync("."); writeFileSync("draft.txt", "x"); answer({ outputs: { cwd: process.cwd(), found } });`,
    );
    const answer = await agent.attempt(task(), tools, never);
    const outputs = "outputs" in answer ? answer.outputs : {};
    expect(outputs["found"]).toEqual([]);
    expect(outputs["cwd"]).toEqual(expect.stringContaining(join(".muster", "scratch")));
    expect(outputs["cwd"]).not.toSatisfy(existsSync);
    expect(readdirSync(scratch)).toEqual([]);
  });

  test("works in the folder its definition names, seen from the company's", async () => {
    const agent = await open("answer({ outputs: { cwd: process.cwd() } });", { cwd: "." });
    expect(await agent.attempt(task(), tools, never)).toEqual({ outputs: { cwd: folder } });
    expect(readdirSync(scratch)).toEqual([]);
  });

  test("is begun without a shell: its words are its own", async () => {
    const agent = await openCommand({
      command: [
        "node",
        "-e",
        "console.log(JSON.stringify({ outputs: { words: process.argv.slice(1) } }))",
        "--",
        "$HOME",
        "; exit 3",
        "*",
      ],
    });
    expect(await agent.attempt(task(), tools, never)).toEqual({
      outputs: { words: ["$HOME", "; exit 3", "*"] },
    });
  });

  test("that was aborted before it began did nothing for certain", async () => {
    const agent = await open("answer({ outputs: {} });");
    expect(await agent.attempt(task(), tools, AbortSignal.abort())).toMatchObject({
      error: { kind: "stopped", certain: true },
    });
  });

  test("leaves no file open and no process behind, also after many attempts", async () => {
    const agent = await openCommand({ command: ["sh", "-c", `echo '{"outputs": {}}'`] });
    await agent.attempt(task(), tools, never);
    const before = readdirSync("/proc/self/fd").length;
    for (let n = 0; n < 30; n += 1) await agent.attempt(task(), tools, never);
    expect(readdirSync("/proc/self/fd").length).toBeLessThanOrEqual(before + 1);
    expect(readdirSync(scratch)).toEqual([]);
  });
});

describe("the process tree of a command", () => {
  /** A command that begins a child and a grandchild in sessions of their own, which ignore SIGTERM. */
  const family = `
    const { folder } = read().inputs;
    const child = \`
      const { spawn } = require("node:child_process");
      process.on("SIGTERM", () => {});
      const note = (name, pid) => require("node:fs").writeFileSync(\${JSON.stringify(folder)} + "/" + name, pid + "\\\\n");
      note("child", process.pid);
      const other = spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"], { detached: true, stdio: "ignore" });
      note("grandchild", other.pid);
      setInterval(() => {}, 1000);
    \`;
    spawn(process.execPath, ["-e", child], { detached: true, stdio: "ignore" });
    writeFileSync(folder + "/parent", process.pid + "\\n");
  `;
  const pidsOf = (home: string): Promise<number[]> =>
    Promise.all(["parent", "child", "grandchild"].map((name) => pidIn(join(home, name))));

  test("is ended as a whole at its timeout, also who left its session and who ignores SIGTERM", async () => {
    const home = mkdtempSync(join(tmpdir(), "muster-family-"));
    const agent = await open(`${family}\nsetInterval(() => {}, 1000);`);
    const stop = new AbortController();
    const answer = agent.attempt(task({ folder: home }), tools, stop.signal);
    const pids = await pidsOf(home);
    expect(pids.map((pid) => readProcess(pid)?.pid)).toEqual(pids);
    stop.abort(new DOMException("60 seconds are over", "TimeoutError"));
    expect(await answer).toMatchObject({ error: { kind: "timeout", certain: false } });
    expect(pids.map((pid) => readProcess(pid))).toEqual([null, null, null]);
    expect(readdirSync(scratch)).toEqual([]);
  });

  test("does not outlive its answer", async () => {
    const home = mkdtempSync(join(tmpdir(), "muster-family-"));
    const agent = await open(`${family}
      import { existsSync } from "node:fs";
      const look = setInterval(() => {
        if (!existsSync(folder + "/grandchild")) return;
        clearInterval(look);
        process.stdout.write(JSON.stringify({ outputs: { done: true } }), () => process.exit(0));
      }, 20);`);
    const answer = await agent.attempt(task({ folder: home }), tools, never);
    expect(answer).toEqual({ outputs: { done: true } });
    const pids = await pidsOf(home);
    expect(pids.map((pid) => readProcess(pid))).toEqual([null, null, null]);
  });

  test("does not hold up the answer by keeping the output open", async () => {
    const agent = await openCommand({
      command: ["sh", "-c", `sleep 600 & echo '{"outputs": {"done": true}}'`],
    });
    // Held up it would answer only after the limit of this test.
    expect(await agent.attempt(task(), tools, never)).toEqual({ outputs: { done: true } });
  });

  test("that listens to SIGTERM may answer for itself", async () => {
    const agent = await open(`
      writeFileSync(read().inputs.file, process.pid + "\\n");
      process.on("SIGTERM", () => { answer({ error: { kind: "withdrawn", message: "undone", certain: true } }); process.exitCode = 0; clearInterval(beat); });
      const beat = setInterval(() => {}, 1000);`);
    const file = join(mkdtempSync(join(tmpdir(), "muster-term-")), "pid");
    const stop = new AbortController();
    const answer = agent.attempt(task({ file }), tools, stop.signal);
    await pidIn(file);
    stop.abort();
    expect(await answer).toMatchObject({ error: { kind: "withdrawn", certain: true } });
  });

  test("is ended when all of it together needs more memory than its limit", async () => {
    const agent = await open(
      `
      spawn(process.execPath, ["-e", "const kept = []; setInterval(() => kept.push(Buffer.alloc(8e6, 1)), 20)"], { stdio: "ignore" });
      setInterval(() => {}, 1000);`,
      { memoryBytesMost: 200 * 1024 * 1024 },
    );
    const answer = await agent.attempt(task(), tools, AbortSignal.timeout(30_000));
    expect(answer).toMatchObject({ error: { kind: "memory_limit", class: "transient" } });
    expect(messageOf(answer)).toContain("Raise memory_limit");
  });
});

/** Processor time of those of our processes that have ended, in milliseconds. */
function spentByChildren(): number {
  const stat = readFileSync("/proc/self/stat", "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

describe("a command agent with a limit of the processor", () => {
  test("is slowed to it with its whole tree, and says so once", async () => {
    const agent = await open(
      `
      const spin = "for (const until = Date.now() + 2000; Date.now() < until; );";
      let left = 2;
      for (let n = 0; n < 2; n += 1)
        spawn(process.execPath, ["-e", spin], { stdio: "ignore" }).on("exit", () => {
          left -= 1;
          if (left === 0) answer({ outputs: {} });
        });`,
      { coresMost: 0.2 },
    );
    const lines: string[] = [];
    const before = spentByChildren();
    const begun = performance.now();
    const heard = { ...noTools, log: (line: string) => lines.push(line) };
    const answer = await agent.attempt(task(), heard, AbortSignal.timeout(60_000));
    expect(answer).toMatchObject({ outputs: {} });
    expect((spentByChildren() - before) / (performance.now() - begun)).toBeLessThan(0.3);
    expect(lines).toEqual([
      "Used more than 0.2 of the processor's cores and is slowed to that (cpu_limit_per_agent).",
    ]);
  });

  test("hears that it is to stop while it stands still", async () => {
    const agent = await open(
      `
      process.on("SIGTERM", () => { answer({ error: { kind: "withdrawn", message: "undone", certain: true } }); process.exit(0); });
      const spin = () => { for (const until = Date.now() + 20; Date.now() < until; ); setImmediate(spin); };
      spin();`,
      { coresMost: 0.1 },
    );
    const stop = new AbortController();
    const slowed = { ...noTools, log: () => stop.abort() };
    expect(await agent.attempt(task(), slowed, stop.signal)).toMatchObject({
      error: { kind: "withdrawn", certain: true },
    });
  });
});

describe("the health of a command agent", () => {
  test("is well when its program and its script are there", async () => {
    expect(await (await open("answer({ outputs: {} });")).health()).toBe(null);
  });

  test("names the program that is in no folder of PATH, and an attempt did nothing for certain", async () => {
    const agent = await openCommand({ command: ["no-such-program"] });
    expect(await agent.health()).toContain('"no-such-program" is in no folder of PATH');
    expect(await agent.attempt(task(), tools, never)).toMatchObject({
      error: { kind: "agent_unavailable", certain: true },
    });
  });

  test("names the script that is not there, or may not be executed", async () => {
    const missing = await openCommand({ command: ["node", "./none.mjs"] });
    expect(await missing.health()).toContain(`${join(folder, "none.mjs")} is not there.`);
    writeFileSync(join(folder, "plain.sh"), "#!/bin/sh\n");
    const plain = await openCommand({ command: ["./plain.sh"] });
    expect(await plain.health()).toContain("chmod +x");
    chmodSync(join(folder, "plain.sh"), 0o755);
    expect(await plain.health()).toBe(null);
  });

  test("names what is missing in our environment, and the folder that is not there", async () => {
    const env = await open("", { env: { TOKEN: "CRM_TOKEN" } });
    expect(await env.health()).toContain("It needs CRM_TOKEN in its environment");
    const cwd = await open("", { cwd: "none" });
    expect(await cwd.health()).toContain(`${join(folder, "none")} is no folder.`);
  });

  test("a program that is no program did nothing for certain", async () => {
    writeFileSync(join(folder, "garbage"), Buffer.from([1, 2, 3]), { mode: 0o755 });
    const agent = await openCommand({ command: ["./garbage"] });
    const answer = await agent.attempt(task(), tools, never);
    expect(answer).toMatchObject({ error: { class: "transient" } });
    expect(readdirSync(scratch)).toEqual([]);
  });
});
