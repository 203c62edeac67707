import { describe, expect, test } from "vitest";
import { statusOf } from "../../core/history/index.ts";
import { openTestCompany } from "../../testing/index.ts";
import type { FunctionAgent } from "../agents/index.ts";
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
