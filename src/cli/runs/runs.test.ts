import { describe, expect, test } from "vitest";
import type { Script } from "../example-company.ts";
import { accepted, gated, held, LOADING, muster, open, whole } from "../given-program.ts";

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
