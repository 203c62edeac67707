import { describe, expect, test } from "vitest";
import { statusOf } from "../../../core/history/index.ts";
import type { RunId } from "../../../core/id.ts";
import { openTestCompany } from "../../../testing/index.ts";
import type { FunctionAgent } from "../../agents/index.ts";
import { readHistory } from "./read-history.ts";

const asks = { name: "asks", steps: [{ id: "may", gate: "May it be?" }] } as const;
const above = { name: "above", steps: [{ id: "sub", workflow: "asks" }] } as const;
const high = { name: "high", steps: [{ id: "sub", workflow: "above" }] } as const;

describe("a run whose sub-run waits for a person", () => {
  test("waits too, wherever it is looked at", async () => {
    await using company = await openTestCompany({ workflows: { asks, above, high } });
    const { run, standing } = await company.play("high");
    expect(standing.status).toBe("waiting");
    expect(company.standing(run)?.status).toBe("waiting");
    expect(company.runs().map(({ status }) => status)).toEqual(["waiting", "waiting", "waiting"]);
    expect(company.runs({ status: ["waiting"] })).toHaveLength(3);
    expect(company.runs({ status: ["running"] })).toEqual([]);
    expect(await company.document(run)).toMatchObject({ status: "waiting" });
    expect(statusOf(await readHistory(company, run))).toBe("waiting");
  });
});

describe("a pause", () => {
  test("reaches sub-runs, and theirs; who was paused by itself stays so when the run above goes on", async () => {
    const steps = [
      { id: "first", wait: "1h" },
      { id: "may", gate: "May it be?" },
    ] as const;
    const low = { name: "low", steps } as const;
    const middle = { name: "middle", steps: [{ id: "sub", workflow: "low" }] } as const;
    const top = {
      name: "top",
      execution_config: { mode: "parallel" },
      steps: [
        { id: "one", workflow: "middle" },
        { id: "two", workflow: "low" },
      ],
    } as const;
    await using company = await openTestCompany({ workflows: { low, middle, top } });
    const started = await company.run("top");
    if (started.run === null) throw new Error(JSON.stringify(started.problems));
    const { run } = started;
    const statuses = (): readonly string[] => company.runs().map(({ status }) => status);
    await company.clock.settle();
    expect(statuses()).toHaveLength(4);
    const own = company.runs().find((one) => one.parent === run && one.workflow === "low");
    await company.send(own?.stream as RunId, { type: "pause", why: "let me look" }, { by: "ana" });
    await company.send(run, { type: "pause", why: "lunch" }, { by: "ana" });
    await company.clock.settle();
    expect(statuses()).toEqual(["paused", "paused", "paused", "paused"]);
    await company.clock.advance(7_200_000);
    await company.send(run, { type: "resume" }, { by: "ana" });
    await company.clock.settle();
    expect(statuses().filter((one) => one === "paused")).toHaveLength(1);
    expect(company.standing(own?.stream as RunId)?.status).toBe("paused");
    const below = company
      .runs()
      .find((one) => one.workflow === "low" && one.stream !== own?.stream);
    const events = [];
    for await (const { type, data } of company.events(below?.stream as RunId))
      events.push([type, data["above"]]);
    expect(events).toContainEqual(["run.paused", true]);
    expect(events.filter(([type]) => type === "run.resumed")).toHaveLength(1);
  });
});

describe("a rollback", () => {
  const undone: string[] = [];
  const keeper: FunctionAgent = {
    effects: "idempotent",
    attempt: ({ inputs }) => {
      if (typeof inputs["undo"] === "string") undone.push(inputs["undo"]);
      return { outputs: {} };
    },
  };
  const step = (id: string) =>
    ({ id, agent: "keeper", compensate: { agent: "keeper", inputs: { undo: id } } }) as const;
  const part = { name: "part", steps: [step("inner")] } as const;
  const whole = {
    name: "whole",
    steps: [step("first"), { id: "part", workflow: "part" }],
  } as const;

  test("of a run that has ended undoes its sub-runs that have ended, newest first", async () => {
    await using company = await openTestCompany({
      agents: { keeper },
      workflows: { part, whole },
    });
    const { run, standing } = await company.play("whole");
    expect(standing.status).toBe("completed");
    const rollback = { type: "cancel", why: "a wrong order", rollback: true } as const;
    expect(await company.send(run, rollback, { by: "ana" })).toEqual([]);
    await company.settled(run);
    expect(company.runs().map(({ status }) => status)).toEqual(["rolled back", "rolled back"]);
    expect(undone).toEqual(["inner", "first"]);
  });
});

describe("a step that a person has in hand", () => {
  /** At work until it is told to stop; what it did by then nobody knows. */
  const untilStopped = (effects: "pure" | "ask"): FunctionAgent => ({
    effects,
    attempt: (_task, _tools, abort) =>
      new Promise((_done, failed) =>
        abort.addEventListener("abort", () => failed(new Error("I stopped."))),
      ),
  });
  const agents = { reader: untilStopped("pure"), sender: untilStopped("ask") };

  test.each([
    ["reader", "handback", ""],
    [
      "sender",
      "retry",
      ' "It" may have been done and may not (sender, call 2). Look at what it writes; then give its outputs, try it again, or go on without it.',
    ],
  ])("says who has it, why, and how it goes on: %s", async (agent, again, look) => {
    const one = { name: "one", steps: [{ id: "it", name: "It", agent }] } as const;
    await using company = await openTestCompany({ agents, workflows: { one } });
    const started = await company.run("one");
    if (started.run === null) throw new Error(JSON.stringify(started.problems));
    const { run } = started;
    await company.clock.settle();
    await company.send(run, { type: "take", path: "it", why: "Let me see." }, { by: "ana" });
    await company.clock.settle();
    expect(await company.waiting(run)).toMatchObject([
      {
        status: "waiting",
        kind: "held",
        what: `ana has "It" in hand. Let me see.${look}`,
        mend: `muster runs give ${run} it FILE --why WHY   or: muster runs ${again} ${run} it --why WHY`,
        for: ["ana"],
      },
    ]);
  });
});

describe("the mend of an exception", () => {
  test("names its step as a shell takes it: brackets are no pattern", async () => {
    const fails: FunctionAgent = {
      effects: "idempotent",
      attempt: () => ({ error: { kind: "invalid_input_data", message: "It is too short." } }),
    };
    const each = {
      name: "each",
      steps: [
        {
          id: "e",
          each: [1],
          steps: [{ id: "a", agent: "fails", error_strategy: "halt_and_escalate" }],
        },
      ],
    } as const;
    await using company = await openTestCompany({ workflows: { each }, agents: { fails } });
    const { run } = await company.play("each");
    const waits = (await company.waiting(run)) ?? [];
    expect(waits.map(({ mend }) => mend)).toContain(`muster runs resume ${run} --step 'e[0]/a'`);
  });
});
