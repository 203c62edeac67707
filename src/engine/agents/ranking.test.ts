import { describe, expect, test } from "vitest";
import type { AgentNeed } from "../../core/definition/index.ts";
import { parseDigest } from "../../core/id.ts";
import type { Agent } from "./agent.ts";
import { HEALTH_FRESH_MS, openHealth } from "./health.ts";
import { openRankings } from "./ranking.ts";

const digest = parseDigest(`sha256:${"0".repeat(64)}`)!;
const agent = (name: string, capabilities: readonly string[], health: Agent["health"]): Agent => ({
  name,
  digest,
  effects: "pure",
  capabilities,
  concurrency: 1,
  timeoutMs: 1_000,
  health,
  attempt: () => ({ outputs: {} }),
  close: async () => {},
});
const capable = (...needs: string[]): AgentNeed => ({ kind: "capable", needs });

function stage(...agents: readonly Agent[]) {
  const all = new Map(agents.map((one) => [one.name, one]));
  const clock = { now: 0 };
  const health = openHealth(all, {
    now: () => clock.now,
    changed: () => rankings.forget(),
  });
  const rankings = openRankings(all, (name) => health.faultOf(name) === null);
  const names = (need: AgentNeed) => rankings.rank(need).map((ranked) => ranked.agent);
  return { health, names, clock, rank: rankings.rank };
}

describe("who can do a step", () => {
  test("whoever is named, and nobody where there is none of the name", () => {
    const { names } = stage(agent("a", [], async () => null));
    expect(names({ kind: "named", agent: "a" })).toEqual(["a"]);
    expect(names({ kind: "named", agent: "b" })).toEqual([]);
  });

  test("who has all capabilities: who can do the least besides first, then by name", () => {
    const well = async () => null;
    const { names, rank } = stage(
      agent("wide", ["sql", "csv", "mail"], well),
      agent("zoe", ["csv", "sql"], well),
      agent("ann", ["sql", "csv"], well),
      agent("half", ["sql"], well),
    );
    expect(names(capable("csv", "sql"))).toEqual(["ann", "zoe", "wide"]);
    expect(rank(capable("csv", "sql"))[2]?.why).toBe("can do csv, sql, and 1 more");
  });

  test("the healthy stand before the others, as they were last asked", async () => {
    let fault: string | null = "no disk";
    const { names, health, clock, rank } = stage(
      agent("ill", ["sql"], async () => fault),
      agent("well", ["sql", "csv"], async () => null),
    );
    expect(names(capable("sql"))).toEqual(["ill", "well"]);
    await health.ask("ill");
    expect(names(capable("sql"))).toEqual(["well", "ill"]);
    expect(rank(capable("sql"))[1]).toMatchObject({ agent: "ill", healthy: false });
    fault = null;
    await health.ask("ill");
    expect(names(capable("sql"))).toEqual(["well", "ill"]);
    clock.now += HEALTH_FRESH_MS;
    await health.ask("ill");
    expect(names(capable("sql"))).toEqual(["ill", "well"]);
  });
});

describe("an agent's health", () => {
  test("is asked once at a time, and an answer counts for a while", async () => {
    let asked = 0;
    const { health, clock } = stage(
      agent("a", [], async () => {
        asked += 1;
        return null;
      }),
    );
    await Promise.all([health.ask("a"), health.ask("a"), health.ask("a")]);
    await health.ask("a");
    expect(asked).toBe(1);
    clock.now += HEALTH_FRESH_MS;
    await health.ask("a");
    expect(asked).toBe(2);
  });

  test("one who throws when asked is not healthy", async () => {
    const { health } = stage(agent("a", [], () => Promise.reject(new Error("no such host"))));
    expect(await health.ask("a")).toBe("no such host");
  });
});
