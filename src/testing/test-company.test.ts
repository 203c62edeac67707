import { describe, expect, test } from "vitest";
import type { FunctionAgent } from "../engine/agents/index.ts";
import { openTestCompany } from "./index.ts";

const double: FunctionAgent = {
  effects: "pure",
  attempt: ({ inputs }) => ({ outputs: { n: Number(inputs["n"]) * 2 } }),
};

const twice = {
  name: "twice",
  parameters: { n: { type: "integer" } },
  steps: [
    { id: "first", agent: "double", inputs: { n: "$params.n" }, outputs: { n: "integer" } },
    { id: "second", agent: "double", inputs: { n: "$first.n" }, outputs: { n: "integer" } },
  ],
} as const;

describe("a company in memory", () => {
  test("plays a workflow to its end and gives its outputs", async () => {
    await using company = await openTestCompany({ agents: { double }, workflows: { twice } });
    const { standing, outputs } = await company.play("twice", { n: 5 });
    expect(standing.status).toBe("completed");
    expect(outputs).toMatchObject({ n: 20 });
  });

  test("has in the state document of a run what each of its steps gave, a fan-out too", async () => {
    const all = {
      name: "all",
      parameters: { list: [1, 2, 3] },
      steps: [
        {
          id: "doubled",
          each: "$params.list",
          agent: "double",
          inputs: { n: "$item" },
          outputs: { n: "integer" },
        },
      ],
    } as const;
    await using company = await openTestCompany({ agents: { double }, workflows: { all } });
    const { run } = await company.play("all");
    const done = { status: "completed" };
    expect(await company.document(run)).toMatchObject({
      workflow_id: run,
      phases: [{ steps: [{ outputs: { n: [2, 4, 6], items: [done, done, done] } }] }],
    });
  });

  test("lets weeks pass in no time", async () => {
    const patient = { name: "patient", steps: [{ id: "rest", wait: "3 weeks" }] } as const;
    await using company = await openTestCompany({ workflows: { patient } });
    const from = company.clock.now();
    const { standing } = await company.play("patient");
    expect(standing.status).toBe("completed");
    expect(company.clock.now() - from).toBe(21 * 86_400_000);
  });

  test("stops where a person must decide, says so, and goes on when they have", async () => {
    const asking = { name: "asking", steps: [{ id: "ask", gate: "Shall it go on?" }] } as const;
    await using company = await openTestCompany({ workflows: { asking } });
    const { run, standing } = await company.play("asking");
    expect(standing.status).toBe("waiting");
    const [gate] = (await company.waiting(run)) ?? [];
    expect(gate).toMatchObject({ kind: "gate", what: expect.stringContaining("Shall it go on?") });
    const opened = (await company.playOn(run)).events.find((event) => event.step === "ask");
    const shown = opened?.data["gate"] as { digest: never } | undefined;
    if (shown === undefined) throw new Error("the gate must have opened");
    const { digest } = shown;
    const vote = { type: "vote", key: gate?.key ?? 0, digest, allow: true, reason: "" } as const;
    const voting = company.send(run, vote, { by: "ana" });
    await company.clock.settle();
    expect(await voting).toEqual([]);
    expect((await company.playOn(run)).standing.status).toBe("completed");
  });

  test("tries a failing agent again after its backoff", async () => {
    let tries = 0;
    const flaky: FunctionAgent = {
      effects: "idempotent",
      attempt: () => {
        tries += 1;
        return tries < 3
          ? { error: { kind: "network_timeout", message: "no answer" } }
          : { outputs: {} };
      },
    };
    const once = { name: "once", steps: [{ id: "call", agent: "flaky" }] } as const;
    await using company = await openTestCompany({ agents: { flaky }, workflows: { once } });
    expect((await company.play("once")).standing.status).toBe("completed");
    expect(tries).toBe(3);
  });

  test("runs a workflow as a step of another, with the sub-run's defaults", async () => {
    const inner = {
      name: "inner",
      parameters: { n: 4 },
      steps: [{ id: "go", agent: "double", inputs: { n: "$params.n" }, outputs: { n: "integer" } }],
    } as const;
    const outer = {
      name: "outer",
      steps: [{ id: "below", workflow: "inner", outputs: { n: "integer" } }],
    } as const;
    await using company = await openTestCompany({
      agents: { double },
      workflows: { inner, outer },
    });
    expect(await company.check()).toEqual([]);
    expect((await company.play("outer")).outputs).toMatchObject({ n: 8 });
    expect(company.runs({ most: 5 }).map((one) => one.status)).toEqual(["completed", "completed"]);
  });

  test("people do the tasks that wait for them, and what they may not is refused", async () => {
    const find = {
      name: "find",
      owner: "operations",
      steps: [
        {
          id: "facts",
          agent: "searcher",
          retry: false,
          outputs: { found: "string" },
          fallback: "manual_research",
        },
      ],
    } as const;
    const searcher: FunctionAgent = {
      effects: "pure",
      attempt: () => ({ error: { kind: "api_rate_limit", message: "Asked too often." } }),
    };
    await using company = await openTestCompany({ agents: { searcher }, workflows: { find } });
    const { run, standing } = await company.play("find");
    expect(standing.status).toBe("waiting");
    const outputs = { found: "Two." };
    await expect(company.answer(run, "facts", { outputs, by: "mallory" })).rejects.toThrow(
      "mallory may not do this task; operations may.",
    );
    const done = await company.answer(run, "facts", { outputs, by: "operations" });
    expect(done.outputs).toEqual(outputs);
    await expect(company.answer(run, "facts", { outputs, by: "operations" })).rejects.toThrow(
      "has no open task for people",
    );
  });

  test("an event that is published reaches who waits for it", async () => {
    const listening = {
      name: "listening",
      parameters: { order: "A1" },
      steps: [{ id: "paid", wait: { event: "payment", key: "$params.order" } }],
    } as const;
    await using company = await openTestCompany({ workflows: { listening } });
    const { run, standing } = await company.play("listening");
    expect(standing.status).toBe("waiting");
    const publish = async (key: string) => {
      const told = company.publish("payment", { amount: 3 }, { key });
      await company.clock.settle();
      return told;
    };
    expect(await publish("B2")).toMatchObject({ kept: true, told: [] });
    expect(await publish("A1")).toMatchObject({ kept: true, told: [run] });
    expect((await company.playOn(run)).standing.status).toBe("completed");
  });
});

describe("starting a run", () => {
  test("refuses params that are unknown, missing or of the wrong type, all at once", async () => {
    await using company = await openTestCompany({ agents: { double }, workflows: { twice } });
    const wrong = await company.run("twice", { m: 1 });
    expect(wrong.run === null && wrong.problems.map((problem) => problem.message)).toEqual([
      'The workflow "twice" has no param "m".',
      'The workflow "twice" needs the param "n", of type integer.',
    ]);
    const text = await company.run("twice", { n: "many" });
    expect(text.run === null && text.problems.map((problem) => problem.code)).toEqual([
      "bad-input",
    ]);
  });

  test("refuses a workflow whose agents are not there or not well, before its first step", async () => {
    const ill: FunctionAgent = {
      health: () => "The printer is out of paper.",
      attempt: () => ({ outputs: {} }),
    };
    const one = { name: "one", steps: [{ id: "print", agent: "ill" }] } as const;
    const other = { name: "other", steps: [{ id: "print", agent: "nobody" }] } as const;
    await using company = await openTestCompany({ agents: { ill }, workflows: { one, other } });
    const unwell = await company.run("one");
    expect(unwell.run === null && unwell.problems).toMatchObject([
      { code: "unhealthy-agent", message: expect.stringContaining("out of paper") },
    ]);
    const absent = await company.run("other");
    expect(absent.run === null && absent.problems[0]?.code).toBe("unknown-agent");
    expect(company.runs({ most: 5 })).toEqual([]);
  });

  test("M2 the same request twice is one run", async () => {
    await using company = await openTestCompany({ agents: { double }, workflows: { twice } });
    const ask = async () => {
      const starting = company.run("twice", { n: 1 }, { requestId: "order 7" });
      let isOver = false;
      void starting.finally(() => {
        isOver = true;
      });
      while (!isOver) await company.clock.settle();
      return starting;
    };
    const first = await ask();
    const second = await ask();
    expect(first).toMatchObject({ again: false });
    expect(second).toMatchObject({ run: first.run, again: true });
    expect(company.runs({ most: 5 })).toHaveLength(1);
  });

  test("names a workflow that is not there, and one that is wrong", async () => {
    const cyclic = { name: "cyclic", steps: [{ id: "a", agent: "double", needs: [] }] } as never;
    await using company = await openTestCompany({ agents: { double }, workflows: { cyclic } });
    const absent = await company.run("twicw");
    expect(absent.run === null && absent.problems[0]?.code).toBe("not-found");
    const wrong = await company.check("cyclic");
    expect(wrong.length).toBeGreaterThan(0);
  });
});
