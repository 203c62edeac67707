/** The command line as people use it: real processes on a small company of its own. */
import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bareEnvironment } from "../given/bare-environment.ts";

const MAIN = resolve("src/cli/main.ts");

/** `greet` runs to its end; `slow` takes a while in each of three steps; `ask` waits for a person. */
const COMPANY: Readonly<Record<string, string>> = {
  "workflows/greet.yaml": `
name: greet
version: 1.0.0
parameters:
  names: { type: "string[]", required: true }
  loud: false
phases:
  - name: Greeting
    execution: sequential
    steps:
      - id: greet
        name: Greet everybody
        agent: greeter
        each: $params.names
        inputs: { name: $item, loud: $params.loud }
        outputs: { text: string }
`,
  "workflows/slow.yaml": `
name: slow
version: 1.0.0
phases:
  - name: Slowly
    execution: sequential
    steps:
      - { id: a, name: First, agent: sleeper, inputs: { ms: 400 }, outputs: { slept: number } }
      - { id: b, name: Second, agent: sleeper, inputs: { ms: 400 }, outputs: { slept: number } }
      - { id: c, name: Third, agent: sleeper, inputs: { ms: 400 }, outputs: { slept: number } }
`,
  "workflows/deaf.yaml": `
name: deaf
version: 1.0.0
steps:
  - { id: a, name: Long, agent: sleeper, inputs: { ms: 600000 }, outputs: { slept: number } }
`,
  "workflows/ask.yaml": `
name: ask
version: 1.0.0
phases:
  - name: Asking
    execution: sequential
    steps:
      - { id: may, name: May we?, gate: { ask: May we send it?, from: [ana] } }
`,
  "workflows/order.yaml": `
name: order
version: 1.0.0
execution: sequential
parameters: { order: { type: string, required: true } }
steps:
  - { id: paid, name: Paid, wait: { event: payment, key: $params.order }, outputs: { amount: number } }
  - { id: again, name: Paid again, wait: { event: payment, key: $params.order } }
  - { id: pay, name: Pay, agent: payer }
`,
  "workflows/rude.yaml":
    "name: rude\nparameters: { does: writes }\nsteps:\n  - { id: a, agent: rude, inputs: { does: $params.does }, retry: false }\n",
  "agents/rude.yaml": "muster: 1\nkind: function\nmodule: ./agents/rude.ts\neffects: pure\n",
  "agents/rude.ts": `
export function attempt(task) {
  if (task.inputs.does === "exits") process.exit(0);
  process.stdout.write("not the answer\\n");
  return { outputs: {} };
}
`,
  "workflows/once.yaml": "name: once\nsteps:\n  - { id: pay, name: Pay, agent: payer }\n",
  "workflows/pays-long.yaml":
    "name: pays-long\nsteps:\n  - { id: pay, name: Pay, agent: payer, inputs: { ms: 1500 } }\n",
  "agents/payer.yaml": "muster: 1\nkind: function\nmodule: ./agents/payer.ts\neffects: ask\n",
  "agents/payer.ts": `
import { appendFileSync } from "node:fs";
export async function attempt(task) {
  appendFileSync("payments.txt", task.key + "\\n");
  await new Promise((resolve) => setTimeout(resolve, task.inputs.ms ?? 50));
  return { outputs: {} };
}
`,
  "agents/greeter.yaml": "muster: 1\nkind: function\nmodule: ./agents/greeter.ts\neffects: pure\n",
  "agents/greeter.ts": `
export function attempt(task) {
  const text = "Hello " + task.inputs.name;
  console.log("The agent says", text);
  return { outputs: { text: task.inputs.loud ? text.toUpperCase() : text } };
}
`,
  "agents/sleeper.yaml": "muster: 1\nkind: function\nmodule: ./agents/sleeper.ts\neffects: pure\n",
  "agents/sleeper.ts": `
export async function attempt(task) {
  await new Promise((resolve) => setTimeout(resolve, task.inputs.ms));
  return { outputs: { slept: task.inputs.ms } };
}
`,
};

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-cli-"));
  for (const [name, text] of Object.entries(COMPANY)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text.trimStart());
  }
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Said = { readonly code: number | null; readonly out: string; readonly side: string };

function start(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  stdio: StdioOptions = ["ignore", "pipe", "pipe"],
): ChildProcess {
  return spawn(process.execPath, [MAIN, ...words], {
    cwd: folder,
    env: bareEnvironment({ HOME: folder, TMPDIR: folder, ...env }),
    stdio,
  });
}

async function end(child: ChildProcess): Promise<Said> {
  let out = "";
  let side = "";
  child.stdout?.on("data", (text) => (out += String(text)));
  child.stderr?.on("data", (text) => (side += String(text)));
  const { promise, resolve: resolved } = Promise.withResolvers<Said>();
  child.on("close", (code) => resolved({ code, out, side }));
  return await promise;
}

function muster(...words: readonly string[]): Promise<Said> {
  return end(start(words));
}

/** Resolves when the process has said this on stderr. */
async function said(child: ChildProcess, words: string): Promise<void> {
  const { promise, resolve: resolved } = Promise.withResolvers<void>();
  let side = "";
  child.stderr?.on("data", (text) => {
    side += String(text);
    if (side.includes(words)) resolved();
  });
  await promise;
}

describe("the command line", () => {
  test("runs a workflow to its end: lines on stderr, the summary on stdout", async () => {
    const { code, out, side } = await muster("run", "greet", "names=Ada,Bo");
    expect(side).toContain("Greet everybody: 2 items");
    expect(out).toContain("- Status: completed");
    expect(out).toContain("- Steps completed: 1/1");
    expect(out).toMatch(/- text: 2 \(Hello Ada, Hello Bo\)/);
    expect(code).toBe(0);
  });

  test("colours nothing in a pipe", async () => {
    const { out, side } = await muster("run", "greet", "names=Ada");
    expect(out + side).not.toContain("\u001b");
  });

  test("gives JSON that another program reads", async () => {
    const { out, side } = await muster(
      "run",
      "workflows/greet.yaml",
      "names=Ada",
      "loud=true",
      "--json",
    );
    expect(JSON.parse(out)).toMatchObject({
      status: "completed",
      outputs: { text: ["HELLO ADA"] },
    });
    // What the agent writes to its console is no part of the answer.
    expect(side).toBe("The agent says Hello Ada\n");
    const list = await muster("runs", "list", "--json");
    expect(JSON.parse(list.out)).toMatchObject([{ name: "greet", status: "completed" }]);
  });

  test("keeps its standard output and its end from the code of agents", async () => {
    const { code, out, side } = await muster("run", "rude", "--json");
    expect(JSON.parse(out)).toMatchObject({ status: "completed" });
    expect([code, side]).toEqual([0, "not the answer\n"]);
    const exits = await muster("run", "rude", "does=exits");
    expect([exits.code, exits.out]).toEqual([1, expect.stringContaining("- Status: failed")]);
    expect(exits.out).toMatch(/process\.exit\(0\) would end Muster.*agents\/rude\.ts:2:/);
  });

  test.skipIf(!existsSync("/dev/full"))(
    "says that a full disk did not take its answer",
    async () => {
      const full = openSync("/dev/full", "w");
      const into = (words: readonly string[], stdio: StdioOptions) => end(start(words, {}, stdio));
      const check = await into(["check"], ["ignore", full, "pipe"]);
      expect(check.code).toBe(1);
      expect(check.side).toMatch(/^error: The answer could not be written.*ENOSPC/);
      // Of the side nobody can be told: the work is done all the same.
      const run = await into(["run", "greet", "names=Ada"], ["ignore", "pipe", full]);
      expect([run.code, run.out]).toEqual([0, expect.stringContaining("- Status: completed")]);
      closeSync(full);
    },
  );

  test("closes cleanly where its terminal is gone", async () => {
    const child = start(["run", "slow"]);
    const ended = end(child);
    await said(child, "First: running");
    child.kill("SIGHUP");
    expect(await ended).toMatchObject({ code: 130 });
  });

  test("names the package that says an agent is no module, and the line to write there", async () => {
    writeFileSync(join(folder, "package.json"), '{ "type": "commonjs" }');
    const { code, side } = await muster("run", "greet", "names=Ada");
    expect(code).toBe(1);
    expect(side).toContain('package.json says "type": "commonjs"');
    expect(side).toContain('write "type": "module" there');
  });

  test("names a missing param and starts nothing", async () => {
    const { code, out, side } = await muster("run", "greet", "nmaes=Ada");
    expect([code, out]).toEqual([2, ""]);
    expect(side).toContain('Did you mean "names"?');
    expect(JSON.parse((await muster("runs", "list", "--json")).out)).toEqual([]);
  });

  test("interrupted, says how to go on, and resume loses nothing", async () => {
    const child = start(["run", "slow"]);
    const ended = end(child);
    await said(child, "Second: running");
    child.kill("SIGINT");
    const { code, side } = await ended;
    expect(code).toBe(130);
    expect(side).toMatch(/goes on later: muster runs resume wf_/);
    const resumed = await muster("runs", "resume", "last", "--json");
    expect(resumed.code).toBe(0);
    expect(JSON.parse(resumed.out)).toMatchObject({ status: "completed" });
    const list = await muster("runs", "list", "--json");
    expect(JSON.parse(list.out)).toHaveLength(1);
  });

  test("interrupted, names what it waits for, and keeps the answer of what ends by itself", async () => {
    const child = start(["run", "slow"]);
    const ended = end(child);
    await said(child, "Second: running");
    child.kill("SIGINT");
    expect((await ended).side).toContain("Waiting a moment for Second (sleeper).");
    const { out } = await muster("runs", "events", "last", "--json");
    expect(out).toMatch(/"type":"step.finished","step":"slowly\/b"/);
    expect((await muster("runs", "why-waiting", "last")).out).toContain("No process is at work in");
  });

  test("interrupted, ends soon although an agent does not hear of it", async () => {
    const child = start(["run", "deaf"]);
    const ended = end(child);
    await said(child, "Long: running");
    child.kill("SIGINT");
    // The agent sleeps longer than this test may take.
    expect((await ended).code).toBe(130);
  });

  test("under npm start is about the company where the person stands, and says commands so", async () => {
    await muster("run", "greet", "names=Ada");
    const env = { npm_lifecycle_event: "start", npm_package_name: "muster", INIT_CWD: folder };
    const shown = await end(
      spawn(process.execPath, [MAIN, "runs", "list", "--json"], {
        cwd: resolve("."),
        env: { PATH: process.env["PATH"] ?? "", ...env },
        stdio: ["ignore", "pipe", "pipe"],
      }),
    );
    expect(JSON.parse(shown.out)).toMatchObject([{ name: "greet", status: "completed" }]);
    const { side } = await end(start(["runs", "show", "none"], env));
    expect(side).toContain("npm start -- runs list");
  });

  test("killed while a payment was being made, does not pay again until a person has said so", async () => {
    const child = start(["run", "pays-long"]);
    const ended = end(child);
    await said(child, "Pay: running");
    await expect.poll(() => existsSync(join(folder, "payments.txt"))).toBe(true);
    child.kill("SIGKILL");
    await ended;
    const payments = (): number =>
      readFileSync(join(folder, "payments.txt"), "utf8").trim().split("\n").length;
    const first = await muster("runs", "resume", "last");
    expect(first.code).toBe(6);
    expect(first.side).toContain("--retry");
    expect((await muster("runs", "resume", "last", "--step", "pay")).code).toBe(5);
    expect(payments()).toBe(1);
    expect((await muster("runs", "resume", "last", "--retry")).code).toBe(0);
    expect(payments()).toBe(2);
  });

  test("killed, finds the run unfinished and goes on with it", async () => {
    const child = start(["run", "slow"]);
    const ended = end(child);
    await said(child, "Second: running");
    child.kill("SIGKILL");
    await ended;
    const { code, out } = await muster("runs", "resume", "last", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ status: "completed", metrics: { completed_steps: 3 } });
  });

  test("waits for a person, says why, and goes on when they approve", async () => {
    const asked = await muster("run", "ask");
    expect(asked.code).toBe(6);
    expect(asked.side).toContain("May we send it?");
    expect((await muster("runs", "why-waiting", "last")).out).toContain("ana");
    const inbox = JSON.parse((await muster("inbox", "list", "--json")).out) as readonly {
      item: string;
    }[];
    expect(inbox).toHaveLength(1);
    const item = inbox[0]?.item ?? "";
    const approved = await end(start(["inbox", "approve", item], { MUSTER_PERSON: "ana" }));
    expect(approved.code).toBe(0);
    expect(approved.out).toContain("ask completed.");
  });

  test("publishes an event to a run that waits, from a fresh process, and goes on with it", async () => {
    const parked = await muster("run", "order", "order=A 1");
    expect(parked.code).toBe(6);
    expect(parked.side).toContain('"Paid" waits for the event "payment" of A 1.');
    const mend = "muster publish payment --key 'A 1' amount=…";
    expect(parked.side).toContain(mend);
    expect((await muster("runs", "why-waiting", "last")).out).toContain(mend);
    const other = await muster("publish", "payment", "--key", "B2", "amount=1");
    expect([other.code, other.out]).toEqual([0, "0 runs were told.\n"]);
    expect(other.side).toContain("It is kept");
    const wrong = await muster("publish", "payment", "--key", "A 1", "amount=much");
    expect([wrong.code, wrong.out]).toEqual([0, "0 runs were told.\n"]);
    expect(wrong.side).toContain('is not what "Paid" waits for');
    const told = await muster("publish", "payment", "--key", "A 1", "amount=2.50", "--json");
    expect(told.code).toBe(0);
    expect(JSON.parse(told.out)).toMatchObject({ told: [expect.stringMatching(/^wf_/)] });
    const paid = await muster("publish", "payment", "--key", "A 1", "--id", "mail-1");
    expect(paid.out).toBe("1 run was told.\n");
    expect(paid.side).toMatch(/wf_\w+ is completed\./);
    const twice = await muster("publish", "payment", "--key", "A 1", "--id", "mail-1");
    expect(twice.side).toContain("It was published before");
    expect(readFileSync(join(folder, "payments.txt"), "utf8").trim().split("\n")).toHaveLength(1);
  });

  test("M9 with --no-wait begins nothing, so that nothing is in doubt when the run goes on", async () => {
    await muster("run", "order", "order=A1");
    await muster("publish", "payment", "--key", "A1", "amount=1", "--no-wait");
    const told = await muster("publish", "payment", "--key", "A1", "--no-wait");
    expect([told.code, told.out]).toEqual([0, "1 run was told.\n"]);
    const started = await muster("run", "once", "--no-wait");
    expect(existsSync(join(folder, "payments.txt"))).toBe(false);
    const resumed = await muster("runs", "resume", started.out.trim());
    expect([resumed.code, resumed.side.includes("exception")]).toEqual([0, false]);
    const list = await muster("runs", "list", "--json", "--status", "completed");
    expect((JSON.parse(list.out) as readonly unknown[]).length).toBeGreaterThan(0);
  });

  test("prints a run's log as one JSON object a line, and ends when nobody reads on", async () => {
    await muster("run", "greet", "names=Ada,Bo,Cy");
    const { out } = await muster("runs", "events", "last", "--json");
    const lines = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { seq: number });
    expect(lines.map((line) => line.seq)).toEqual(lines.map((_, at) => at + 1));
    const child = start(["runs", "events", "last", "--json"]);
    child.stdout?.destroy();
    expect((await end(child)).side).toBe("");
  });

  test("checks a file without leaving anything behind", async () => {
    const lone = mkdtempSync(join(folder, "lone-"));
    writeFileSync(
      join(lone, "bad.yaml"),
      "name: bad\nphases:\n  - name: One\n    steps:\n      - { id: a, agnet: x }\n",
    );
    const { code, out } = await muster("check", join(lone, "bad.yaml"));
    expect(code).toBe(2);
    expect(out).toMatch(/bad\.yaml:5:\d+ .*agnet/);
    expect(readdirSync(lone)).toEqual(["bad.yaml"]);
  });
});
