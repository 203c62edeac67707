import { describe, expect, test } from "vitest";
import type { RunId } from "../../../core/id.ts";
import { openTestCompany } from "../../../testing/index.ts";
import type { FunctionAgent } from "../../agents/index.ts";

/** What callers of a library give against its types, and agents against the protocol. */
const good: FunctionAgent = { effects: "pure", attempt: () => ({ outputs: {} }) };
const asking = {
  name: "asking",
  parameters: { any: { type: "any", required: false } },
  steps: [
    { id: "a", agent: "good" },
    { id: "ask", gate: "Shall it go on?" },
  ],
} as const;

function cyclic(): object {
  const one: Record<string, unknown> = {};
  one["itself"] = one;
  return one;
}

describe("what is given to a company", () => {
  test("as params must be something the log can hold", async () => {
    await using company = await openTestCompany({
      agents: { good },
      workflows: { asking },
    });
    const wrong = [cyclic(), 10n, Number.NaN, Symbol("x"), () => 1, new Map()];
    for (const any of wrong) {
      const started = await company.run("asking", { any } as never);
      expect(started).toMatchObject({ run: null, problems: [{ code: "bad-input" }] });
    }
    for (const params of [null, 5, [1]]) {
      const started = await company.run("asking", params as never);
      expect(started).toMatchObject({ run: null, problems: [{ code: "bad-input" }] });
    }
    expect(company.runs()).toEqual([]);
  });

  test("as a signal must be one that people tell; the rest is refused, and the run goes on", async () => {
    await using company = await openTestCompany({ agents: { good }, workflows: { asking } });
    const { run } = await company.play("asking");
    const before = company.standing(run);
    const wrong: readonly unknown[] = [
      null,
      "pause",
      {},
      { type: "nonsense" },
      { type: "pause" },
      { type: "pause", why: 5 },
      { type: "pause", why: cyclic() },
      { type: "cancel", why: "", rollback: "yes" },
      { type: "vote", key: "1", digest: "sha256:0", allow: true, reason: "" },
      { type: "arrived", key: 1, payload: { n: 10n }, source: "" },
      { type: "give", key: 1, output: {}, why: "" },
      { type: "answer", key: 2, outcome: { kind: "ok", output: { value: {} } } },
      { type: "fired", key: 2 },
      { type: "skip", why: "neither key nor path" },
      { type: "retry", key: 1, path: "a" },
      { type: "undo", parent: { run, key: 1 }, why: "" },
    ];
    for (const told of wrong)
      expect(await company.send(run, told as never)).toMatchObject([{ code: "bad-input" }]);
    const pause = { type: "pause", why: "lunch" } as const;
    expect(await company.send(run, pause, { by: 5 as never })).toMatchObject([
      { code: "bad-input" },
    ]);
    for (const by of ["muster", "timer", "agent:good"])
      expect(await company.send(run, pause, { by })).toMatchObject([{ code: "not-allowed" }]);
    expect(await company.send({} as RunId, pause)).toMatchObject([{ code: "not-found" }]);
    for (const payload of [cyclic(), { n: 10n }, null, 5])
      expect(await company.publish("payment", payload as never)).toMatchObject({
        kept: false,
        problems: [{ code: "bad-input" }],
      });
    expect(await company.publish(5 as never, {})).toMatchObject({ kept: false });
    expect(company.standing(run)).toEqual(before);
  });
});

describe("an agent of this process", () => {
  test("that throws what is no error has failed, and nobody else has", async () => {
    const thrown = [Object.create(null), Symbol("x"), null, cyclic()];
    const odd: FunctionAgent = {
      effects: "pure",
      attempt: () => {
        throw thrown.pop();
      },
    };
    const once = { name: "once", steps: [{ id: "a", agent: "odd", retry: 4 }] } as const;
    await using company = await openTestCompany({
      agents: { odd },
      workflows: { once },
    });
    expect((await company.play("once")).standing).toMatchObject({
      status: "failed",
      note: expect.stringContaining('The agent "odd" threw what'),
    });
  });

  test("that throws or falls silent when it is asked for its health is not well", async () => {
    const health: Record<string, () => never> = {
      throwing: () => {
        throw Object.create(null);
      },
      silent: () => new Promise(() => {}) as never,
    };
    for (const [name, ask] of Object.entries(health)) {
      const one = { name: "one", steps: [{ id: "a", agent: name }] } as const;
      await using company = await openTestCompany({
        agents: { [name]: { ...good, health: ask } },
        workflows: { one },
      });
      const starting = company.run("one");
      await company.clock.advance(10_000);
      expect(await starting).toMatchObject({ problems: [{ code: "unhealthy-agent" }] });
    }
  });
});

describe("a workflow that runs itself", () => {
  test("M7 comes to an end", async () => {
    const endless = { name: "endless", steps: [{ id: "again", workflow: "endless" }] } as const;
    await using company = await openTestCompany({ workflows: { endless } });
    const { standing } = await company.play("endless");
    expect(standing).toMatchObject({ status: "failed" });
    expect(company.runs().length).toBeLessThan(60);
  });
});
