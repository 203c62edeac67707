import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { AgentDefinition } from "../../core/definition/index.ts";
import { parseDigest } from "../../core/id.ts";
import { openRoster } from "./roster.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-roster-"));
writeFileSync(join(folder, "good.mjs"), "export const attempt = () => ({ outputs: {} });");

const fn = (name: string, module: string, capabilities: readonly string[]): AgentDefinition => ({
  kind: "function",
  name,
  description: "",
  digest: parseDigest(`sha256:${"1".repeat(64)}`)!,
  where: { file: `agents/${name}.yaml`, line: 1, column: 1 },
  capabilities,
  instances: 1,
  concurrency: 1,
  effects: "pure",
  timeoutMs: 300_000,
  env: {},
  inputs: null,
  outputs: null,
  module,
  isolate: false,
  memoryBytesMost: null,
  breaker: null,
  heartbeatMs: null,
});

describe("a company's agents", () => {
  test("are found by name, and told apart from those that are not there", async () => {
    const roster = await openRoster([fn("b", "good.mjs", []), fn("a", "good.mjs", [])], folder);
    expect(roster.names).toEqual(["a", "b"]);
    expect(roster.agent("a")?.name).toBe("a");
    expect(roster.agent("c")).toBe(null);
    await roster.close();
  });

  test("are asked for their health before a run: a need that nobody healthy can do is a problem with its place", async () => {
    const roster = await openRoster(
      [fn("good", "good.mjs", ["csv"]), fn("ill", "none.mjs", ["csv", "sql"])],
      folder,
    );
    expect(
      await roster.health([
        { kind: "named", agent: "good" },
        { kind: "capable", needs: ["csv"] },
      ]),
    ).toEqual([]);
    const problems = await roster.health([
      { kind: "named", agent: "ill" },
      { kind: "named", agent: "ill" },
      { kind: "capable", needs: ["sql"] },
      { kind: "capable", needs: ["mail"] },
      { kind: "named", agent: "nobody" },
    ]);
    expect(problems.map(({ code, where }) => [code, where?.file])).toEqual([
      ["unhealthy-agent", "agents/ill.yaml"],
      ["unhealthy-agent", "agents/ill.yaml"],
      ["unknown-agent", undefined],
      ["unknown-agent", undefined],
    ]);
    expect(problems[0]?.message).toContain('The agent "ill" is not ready: ');
    expect(roster.rank({ kind: "capable", needs: ["csv"] }).map(({ agent }) => agent)).toEqual([
      "good",
      "ill",
    ]);
    await roster.close();
  });
});
