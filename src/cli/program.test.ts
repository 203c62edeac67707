import { describe, expect, test } from "vitest";
import { begun, ended, lettersWorkflow, timedOut } from "../../test/given/checked.ts";
import type { Param, Workflow } from "../core/definition/index.ts";
import type { RunId } from "../core/id.ts";
import type { Body } from "../core/machine/index.ts";
import { type Example, openExample, type Script } from "./example-company.ts";
import { program } from "./program.ts";

const FOLDER = import.meta.dirname;
const NOW = 1_765_533_700_000;

function accepted(run: RunId): Body {
  const digest = "sha256:0" as Workflow["digest"];
  return {
    type: "run.accepted",
    run,
    definition: digest,
    workflow: "example",
    version: "1.2.0",
    params: {},
    parent: null,
    machine: 1,
  };
}
function attempted(path: string): Body {
  return begun(path, { attempt: { agent: "loader", effects: "pure" } });
}

const LOADING: readonly Body[] = [begun(""), begun("load"), attempted("load/1")];
const WHOLE: readonly Body[] = [
  ...LOADING,
  {
    type: "attempt.ended",
    path: "load/1",
    key: 4,
    outcome: "failed",
    error: timedOut,
    doubt: false,
  },
  { type: "timer.set", path: "load/1", due: 1_765_533_610_000, why: "backoff" },
  {
    type: "attempt.started",
    path: "load/1",
    agent: "senior",
    effects: "pure",
    call: 4,
    fallback: "the first was away",
  },
  ended("load/1"),
  ended("load"),
  begun("send"),
  attempted("send/2"),
  ended("send/2", { outcome: "degraded", impact: "letters are plain", warning: "no template" }),
  begun("send/letters", { count: 2 }),
  attempted("send/letters[0]"),
  attempted("send/letters[1]"),
  ended("send/letters[0]"),
  ended("send/letters[1]"),
  ended("send/letters"),
  ended("send"),
  ended(""),
  {
    type: "run.finished",
    outcome: "completed",
    outputs: { value: { ids: ["a", "b", "c", "d"], note: "well" } },
  },
];

/** To its end at once. */
const whole: Script = (told, run) => (told.type === "start" ? [accepted(run), ...WHOLE] : []);

/** Held by an exception until a person says how to go on. */
const held: Script = (told, run) => {
  const raised: readonly Body[] = [
    ...LOADING,
    {
      type: "attempt.ended",
      path: "load/1",
      key: 4,
      outcome: "failed",
      error: timedOut,
      doubt: false,
    },
    {
      type: "exception.raised",
      path: "load/1",
      why: "failed",
      owner: "operations",
      error: timedOut,
      look: "Is the source there?",
    },
  ];
  if (told.type === "start") return [accepted(run), ...raised];
  if (told.type === "cancel") return [{ type: "run.finished", outcome: "cancelled" }];
  const how = told.type === "skip" || told.type === "give" ? told.type : "retry";
  return [
    { type: "exception.closed", key: 6, path: "load/1", how },
    ended("load/1"),
    ...WHOLE.slice(7),
  ];
};

/** Waits at a gate until a person has decided. */
const gated: Script = (told, run) => {
  const digest = `sha256:${"0".repeat(64)}` as Workflow["digest"];
  const gate = { digest, ask: "Send?", chain: "", from: ["ana"], need: 1, show: { letters: 2 } };
  if (told.type === "start")
    return [accepted(run), begun(""), begun("load"), begun("load/1", { gate })];
  const allowed = told.type === "vote" && told.allow;
  return [
    { type: "gate.closed", key: 4, path: "load/1", allowed, why: "1 of 1" },
    ...WHOLE.slice(2),
  ];
};

type Said = { readonly code: number; readonly out: string; readonly side: string };

async function muster(company: Example, ...words: readonly string[]): Promise<Said> {
  let out = "";
  let side = "";
  const code = await program([...words, "--folder", FOLDER], {
    cwd: FOLDER,
    env: {},
    person: "ana",
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (side += text) },
    now: () => NOW,
    openCompany: async () => company,
    onInterrupt: () => () => undefined,
    keys: () => null,
    packs: FOLDER,
  });
  return { code, out, side };
}

function open(script: Script, more: Parameters<typeof openExample>[2] = {}): Example {
  return openExample(lettersWorkflow(), script, more);
}

describe("muster run", () => {
  test("ends with the summary of the run on stdout, and exits with 0", async () => {
    const { code, out } = await muster(open(whole), "run", "example");
    expect(out).toMatchInlineSnapshot(`
      "✓ example completed

      Run summary:
      - Workflow: example 1.2.0 (ID: wf_example_1)
      - Status: completed with 1 warning
      - Duration: 20 s
      - Phases completed: 2/2
      - Steps completed: 3/3
      - Steps retried: 1, 1 by a fallback agent
      - Steps degraded: 1

      Completed:
      - [x] Workflow validation passed
      - [ ] State management configured (checkpoints enabled): It names no checkpoint_strategy; its log is written at each decision, and it goes on from the last.
      - [x] Agent coordination successful (2 agents spawned)
      - [ ] Data flow verified (inputs → outputs chained): No step of it reads what another gave.
      - [x] Error handling tested (retry/fallback working)
      - [ ] Performance targets met: It has no time limit, and too few runs before it to compare it with.

      Resource usage:
      - Agents: 2 (loader ×4, senior)
      - Peak concurrent agents: 2
      - Attempts: 5
      - Execution time: 20 s

      Outputs:
      - ids: 4 (a, b, c, d)
      - note: well

      Warnings:
      - Write letters: no template

      Next steps:
      - muster runs show wf_example_1 --folder /example
      - muster runs events wf_example_1 --folder /example
      - muster runs verify wf_example_1 --folder /example
      - muster runs archive wf_example_1 --folder /example
      "
    `);
    expect(code).toBe(0);
  });

  test("with --json gives the state document and nothing on stderr", async () => {
    const { out, side } = await muster(open(whole), "run", "example", "--json");
    expect(side).toBe("");
    expect(JSON.parse(out)).toMatchObject({
      workflow_id: "wf_example_1",
      status: "completed",
      outputs: { note: "well" },
      metrics: { total_steps: 3, completed_steps: 3, progress_percent: 100 },
    });
  });

  test("takes params by their declared types", async () => {
    const integer = param({ type: "integer" }, "integer");
    const list = param({ type: "array", items: { type: "string" } }, "string[]");
    const company = openExample(lettersWorkflow({ size: integer, tags: list }), whole);
    await muster(company, "run", "example", "size=50", "tags=HIPAA,SOC2", "--request-id", "r1");
    expect(company.started).toEqual([
      { params: { size: 50, tags: ["HIPAA", "SOC2"] }, requestId: "r1" },
    ]);
  });

  test("says all that is wrong with the params at once, and exits with 2", async () => {
    const workflow = lettersWorkflow({
      size: { ...param({ type: "integer" }, "integer"), required: true },
    });
    const { code, out, side } = await muster(
      openExample(workflow, whole),
      "run",
      "example",
      "siez=3",
      "x",
    );
    expect(side).toMatchInlineSnapshot(`
      "error: "x" is no param.
        mend: Write params as key=value.
      error: The workflow "example" has no param "siez".
        mend: Did you mean "size"? Its params: size.
      error: The workflow "example" needs the param "size", of type integer.
        mend: Give it: size=50
      "
    `);
    expect([code, out]).toEqual([2, ""]);
  });

  test("of a workflow that is not there exits with 3, and with --json says so as one object", async () => {
    const { code, out, side } = await muster(open(whole), "run", "exmaple", "--json");
    expect([code, out]).toEqual([3, ""]);
    expect(JSON.parse(side)).toMatchObject({ error: { code: "not-found", where: null } });
  });

  test("that waits for a person names who and the mend, and exits with 6", async () => {
    const { code, side } = await muster(open(held), "run", "example");
    expect(side).toMatchInlineSnapshot(`
      "2025-12-12 10:00:01    0 %  wf_example_1 accepted: example 1.2.0
      2025-12-12 10:00:03    0 %  Preparation: running
      2025-12-12 10:00:04    0 %  Load customers: running (loader)
      2025-12-12 10:00:05    0 %  Load customers: attempt failed, no answer in 30 s
      2025-12-12 10:00:06    0 %  Load customers: needs operations. Is the source there?
      operations is needed at load/1: Is the source there?
        mend: muster runs resume wf_example_1 --step load/1 --folder /example   or with --give FILE, or --skip
      "
    `);
    expect(code).toBe(6);
  });

  test("that fails names the step that failed and, for each error, who had the step", async () => {
    const bad = { outcome: "failed", error: timedOut };
    const attempt = { key: 4, outcome: "failed", error: timedOut, doubt: false } as const;
    const failing: Script = (_told, run) => [
      accepted(run),
      ...LOADING,
      { type: "attempt.ended", path: "load/1", ...attempt },
      ended("load/1", bad),
      ended("load", bad),
      ended("", bad),
      { type: "run.finished", outcome: "failed", error: timedOut },
    ];
    const { code, out } = await muster(open(failing), "run", "example");
    expect(out).toContain('- Reason: "Load customers": no answer in 30 s\n');
    expect(out).toContain("- Load customers, attempt 1 (loader): no answer in 30 s\n");
    expect(code).toBe(1);
  });

  test("with --no-wait gives only the run's id", async () => {
    expect(await muster(open(whole), "run", "example", "--no-wait")).toEqual({
      code: 0,
      out: "wf_example_1\n",
      side: "",
    });
  });
});

describe("muster runs", () => {
  test("list shows one line a run", async () => {
    const company = open(whole);
    await company.run("example");
    const { out } = await muster(company, "runs", "list");
    expect(out).toMatchInlineSnapshot(`
      "RUN           WORKFLOW  STATUS       PROGRESS  STARTED (UTC)        TOOK
      wf_example_1  example   ✓ completed  100 %     2025-12-12 10:00:01  20 s
      "
    `);
  });

  test("show draws the tree of a run, found by the beginning of its id", async () => {
    const company = open(held);
    await company.run("example");
    const { out } = await muster(company, "runs", "show", "wf_exa");
    expect(out).toMatchInlineSnapshot(`
      "example 1.2.0 · ◆ waiting · 0 % · 1 min 39 s · wf_example_1
      ◆ Preparation       waiting    1 min 37 s
        ◆ Load customers  waiting    loader · 1 min 36 s · needs a person: no answer in 30 s
      · Letters           pending
        · Write letters   pending
        · Send letters    pending

      Open exceptions: 1
      - load/1, owner operations, since Fri 12 Dec 2025, 10:00 (UTC): no answer in 30 s
        Is the source there?

      Settings:
      - execution_config.fallback_config.enabled     true         default
      - execution_config.max_concurrency             5            default
      - execution_config.mode                        sequential   default
      - execution_config.retry_config.backoff        exponential  default
      - execution_config.retry_config.enabled        true         default
      - execution_config.retry_config.initial_delay  5 s          default
      - execution_config.retry_config.jitter         true         default
      - execution_config.retry_config.max_attempts   3            default
      - execution_config.retry_config.max_delay      1 min        default

      Resource usage:
      - Agents: 1 (loader)
      - Peak concurrent agents: 1
      - Attempts: 1
      - Execution time: 5.0 s

      Errors:
      - Load customers, attempt 1 (loader): no answer in 30 s
      "
    `);
  });

  test("of a run that is not there exit with 3", async () => {
    const { code, side } = await muster(open(whole), "runs", "show", "wf_none");
    expect(code).toBe(3);
    expect(side).toMatch(/^error: There is no run "wf_none".*\n {2}mend: See the runs with/);
  });

  test("that an abbreviation does not tell apart are named, and it exits with 2", async () => {
    const company = open(whole);
    await company.run("example");
    await company.run("example");
    const { code, side } = await muster(company, "runs", "show", "wf_example_");
    expect(code).toBe(2);
    expect(side).toContain("Write more of it: wf_example_2, wf_example_1.");
  });

  test("events gives one JSON object a line", async () => {
    const company = open(whole);
    await company.run("example");
    const { out } = await muster(company, "runs", "events", "last", "--json", "--after", "18");
    expect(
      out
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { type: string }).type),
    ).toEqual(["step.finished", "step.finished", "run.finished"]);
  });

  test("resume tries again what an exception holds and follows the run to its end", async () => {
    const company = open(held);
    await company.run("example");
    const { code } = await muster(company, "runs", "resume", "last");
    expect(company.told.at(-1)).toMatchObject({ told: { type: "retry", key: 6 }, by: "ana" });
    expect(code).toBe(0);
  });

  test("resume --skip goes on without the step, by its id", async () => {
    const company = open(held);
    await company.run("example");
    await muster(company, "runs", "resume", "last", "--step", "1", "--skip", "--reason", "by hand");
    expect(company.told.at(-1)?.told).toEqual({ type: "skip", key: 6, why: "by hand" });
  });

  test("resume of a run that has ended exits with 5", async () => {
    const company = open(whole);
    await company.run("example");
    const { code, side } = await muster(company, "runs", "resume", "last");
    expect(code).toBe(5);
    expect(side).toContain("wf_example_1 has ended: it is completed.");
  });

  test("cancel needs a reason", async () => {
    const company = open(held);
    await company.run("example");
    expect((await muster(company, "runs", "cancel", "last")).code).toBe(2);
    expect((await muster(company, "runs", "cancel", "last", "--reason", "late")).code).toBe(0);
    expect(company.told.at(-1)?.told).toEqual({ type: "cancel", why: "late", rollback: false });
  });

  test("why-waiting names what each open step waits for, and the mend", async () => {
    const waiting = [
      {
        path: "load/1",
        key: 6,
        status: "waiting",
        what: "needs operations since 10:00",
        kind: "exception",
        mend: "muster runs resume wf_example_1",
      },
    ] as const;
    const company = open(held, { waiting });
    await company.run("example");
    const { out } = await muster(company, "runs", "why-waiting", "last");
    expect(out).toBe(
      "load/1  waiting  needs operations since 10:00\n  mend: muster --folder /example runs resume wf_example_1\n",
    );
  });
});

describe("muster runs why-waiting", () => {
  test("says a time once, whether the sentence names it or not", async () => {
    const until = "2026-12-11T12:00:00.000Z";
    const common = { path: "a", key: 1, status: "waiting", until } as const;
    const waiting = [
      { ...common, kind: "timer", what: `"Cool down" waits until ${until}.` },
      { ...common, kind: "event", what: '"Paid" waits for the event "payment".' },
    ] as const;
    const company = open(held, { waiting });
    await company.run("example", {}, {});
    expect((await muster(company, "runs", "why-waiting", "last")).out).toBe(
      `a  waiting  "Cool down" waits until ${until}.\na  waiting  "Paid" waits for the event "payment", until ${until}.\n`,
    );
  });
});

describe("a run at which nobody is at work", () => {
  test("is said to be one, with the command that goes on with it", async () => {
    const waiting = [
      { path: "load/1", key: 4, status: "running", what: "Agent is at work on it.", kind: "agent" },
    ] as const;
    const company = open(
      (told, run) => (told.type === "start" ? [accepted(run), ...LOADING] : []),
      {
        waiting,
        isAtWork: false,
      },
    );
    await company.run("example", {}, {});
    const line =
      "No process is at work in /example; the run goes on with: muster runs resume wf_example_1 --folder /example";
    for (const verb of ["show", "why-waiting"])
      expect((await muster(company, "runs", verb, "last")).out).toContain(line);
  });
});

describe("a run that waits for a person, at which nobody is at work", () => {
  const gate = {
    path: "load/1",
    key: 4,
    status: "waiting",
    what: "Send?",
    kind: "gate",
    mend: "muster inbox approve wf_example_1.4",
  } as const;

  test("is moved on by the person alone: nothing else is named", async () => {
    const company = open(gated, { waiting: [gate], isAtWork: false });
    await company.run("example");
    const { out } = await muster(company, "runs", "why-waiting", "last");
    expect(out).toBe(
      "load/1  waiting  Send?\n  mend: muster --folder /example inbox approve wf_example_1.4\n",
    );
  });

  test("and for a timer, is told which of the two a process moves on", async () => {
    const timer = { path: "b", key: 5, status: "waiting", what: "Later.", kind: "timer" } as const;
    const company = open(gated, { waiting: [gate, timer], isAtWork: false });
    await company.run("example");
    const { out } = await muster(company, "runs", "why-waiting", "last");
    expect(out).toContain("what waits for no person goes on with: muster runs resume wf_example_1");
  });
});

describe("an interrupted run", () => {
  test("is listed as one, with how it goes on", async () => {
    const running: Script = (_told, run) => [accepted(run), ...LOADING];
    const atWork = open(running);
    const left = open(running, { isAtWork: false });
    for (const company of [atWork, left]) await company.run("example");
    expect((await muster(atWork, "runs", "list")).out).toContain("● running");
    const { out, side } = await muster(left, "runs", "list");
    expect(out).toContain("interrupted");
    expect(out).not.toContain("running");
    expect(side).toContain("an interrupted run goes on with: muster runs resume RUN");
    const json = await muster(left, "runs", "list", "--json");
    expect(JSON.parse(json.out)).toMatchObject([{ status: "running", interrupted: true }]);
  });
});

describe("muster publish", () => {
  test("takes what an event brings as JSON or text, and loses no digit", async () => {
    const company = open(whole);
    const values = ["n=12", 'on="true"', "off=true", "price=1.50", "long=12345678901234567890"];
    const words = ["--key", "A1", "--id", "m-1", ...values, "note=@@ana", "list=[1]"];
    const { code, out } = await muster(company, "publish", "payment", ...words);
    expect([code, out]).toEqual([0, "0 runs were told.\n"]);
    const brings = {
      n: 12,
      on: "true",
      off: true,
      price: "1.50",
      long: "12345678901234567890",
      note: "@ana",
      list: [1],
    };
    expect(company.published).toEqual([["payment", brings, { by: "ana", key: "A1", id: "m-1" }]]);
  });

  test("says what is no name=value and what cannot be read, all at once, and publishes nothing", async () => {
    const company = open(whole);
    const { code, side } = await muster(company, "publish", "payment", "much", "file=@none.json");
    expect(code).toBe(2);
    expect(side).toContain('"much" is no name=value.');
    expect(side).toContain("none.json cannot be read");
    expect(company.published).toEqual([]);
  });
});

describe("muster inbox", () => {
  test("approve says in a sentence what was decided, votes on exactly that, and goes on with the run", async () => {
    const company = open(gated);
    await company.run("example");
    const { code, out } = await muster(company, "inbox", "approve", "wf_example_1.4");
    expect(out).toMatch(/^Approved by ana: Send\?\n/);
    expect(out).not.toContain("letters: 2");
    expect(company.told.at(-1)?.told).toMatchObject({ type: "vote", key: 4, allow: true });
    expect(code).toBe(0);
  });

  test("approve by who may not decide says who one is taken for", async () => {
    const company = open(gated);
    await company.run("example");
    const refused = { code: "not-allowed", message: "ana may not decide this; bo may." } as const;
    const strict = { ...company, send: async () => [refused] };
    const { code, side } = await muster(strict, "inbox", "approve", "wf_example_1.4");
    expect(code).toBe(5);
    expect(side).toContain("ana may not decide this; bo may.\n  mend: Here you are ana.");
  });

  test("approve of what was decided exits with 5", async () => {
    const company = open(whole);
    await company.run("example");
    expect((await muster(company, "inbox", "approve", "wf_example_1.4")).code).toBe(5);
  });
});

describe("muster check", () => {
  test("prints every problem with its place and mend, and exits with 2", async () => {
    const problems = [
      {
        code: "unknown-key",
        message: 'unknown key "agnet"',
        where: { file: `${FOLDER}/a.yaml`, line: 3, column: 5 },
        mend: 'Did you mean "agent"?',
      },
      { code: "advice", message: "nobody declared Customer", severity: "warning" },
    ] as const;
    const { code, out } = await muster(open(whole, { problems }), "check");
    expect(out).toMatchInlineSnapshot(`
      "error: a.yaml:3:5  unknown key "agnet"
        mend: Did you mean "agent"?
      warning: nobody declared Customer
      /example: 1 error, 1 warning
      "
    `);
    expect(code).toBe(2);
  });

  test("says of a file what could be better, and of a folder how much", async () => {
    const advice = [
      {
        id: "no-time-limit",
        message: "Nothing limits the time.",
        mend: "Write total_timeout.",
        where: { file: `${FOLDER}/a.yaml`, line: 1, column: 1 },
      },
    ] as const;
    const more = { problems: [], advice };
    expect((await muster(open(whole, more), "check", "a")).out).toMatchInlineSnapshot(`
      "advice: a.yaml:1:1  Nothing limits the time. (no-time-limit)
        mend: Write total_timeout.
      a: nothing is wrong
      "
    `);
    expect((await muster(open(whole, more), "check")).out).toMatchInlineSnapshot(`
      "/example: nothing is wrong
      1 piece of advice: muster check --advice
      "
    `);
    const listed = await muster(open(whole, more), "check", "--advice");
    expect(listed.out).toContain("no-time-limit");
    const { code, out } = await muster(open(whole, more), "check", "a", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ ok: true, problems: [], advice });
  });

  test("is about files alone: the log is left alone", async () => {
    const logs: boolean[] = [];
    const stream = { write: () => true };
    await program(["check", "--folder", FOLDER], {
      cwd: FOLDER,
      env: {},
      person: "ana",
      stdout: stream,
      stderr: stream,
      packs: FOLDER,
      now: () => NOW,
      onInterrupt: () => () => undefined,
      keys: () => null,
      openCompany: async (_folder, { memory }) => {
        logs.push(memory);
        return open(whole);
      },
    });
    expect(logs).toEqual([true]);
  });

  test("of what has only warnings exits with 0", async () => {
    const problems = [
      { code: "advice", message: "nobody declared it", severity: "warning" },
    ] as const;
    expect((await muster(open(whole, { problems }), "check")).code).toBe(0);
  });
});

describe("the summary of a workflow without phases", () => {
  test("counts its steps, and no phases", async () => {
    const workflow = lettersWorkflow();
    const steps = workflow.root.steps.flatMap((one) => (one.kind === "block" ? one.steps : []));
    const flat = { ...workflow, root: { ...workflow.root, steps } } as Workflow;
    const { out } = await muster(openExample(flat, whole), "run", "example");
    expect(out).toContain("- Steps completed: ");
    expect(out).not.toContain("Phases");
  });
});

describe("the next steps", () => {
  test("are commands as the person called this one, in this folder", async () => {
    const { out } = await muster(open(whole), "run", "example");
    expect(out).toContain("- muster runs show wf_example_1 --folder /example\n");
  });
});

describe("a command that is wrong", () => {
  test("gets a mend", async () => {
    const { code, side } = await muster(open(whole), "rnus");
    expect(code).toBe(2);
    expect(side).toBe(
      "error: unknown command 'rnus'\n  mend: Did you mean runs? See: muster --help\n",
    );
  });

  test("is sent to the help of its own verb", async () => {
    const { side } = await muster(open(whole), "runs", "resume", "last", "--form", "cp_1");
    expect(side).toContain("See: muster runs resume --help\n");
  });
});

function param(schema: Param["type"]["schema"], text: string): Param {
  return { type: { text, schema, convert: (value) => ({ ok: true, value }) }, required: false };
}
