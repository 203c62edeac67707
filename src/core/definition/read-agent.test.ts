import { describe, expect, test } from "vitest";
import { parseDigest } from "../id.ts";
import { readAgent } from "./read-agent.ts";

function read(
  text: string,
  file = "agents/backend-development.yaml",
): ReturnType<typeof readAgent> {
  return readAgent(
    { file, text },
    {
      digest: () => {
        const made = parseDigest(`sha256:${"0".repeat(64)}`);
        if (made === null) throw new Error("no digest");
        return made;
      },
    },
  );
}

function said(text: string): readonly string[] {
  return read(text).problems.map(
    ({ code, message, where, mend = "" }) =>
      `${where?.line}:${where?.column} ${code} ${message} ${mend}`,
  );
}

describe("an agent's file", () => {
  test("declares a command, named as the file", () => {
    const { agent, problems } = read(
      [
        "muster: 1",
        "kind: command",
        "command: [node, ./agents/tenants.mjs]",
        "capabilities: [tenants, sql]",
        "instances: 2",
        "concurrency: 5",
        "effects: idempotent",
        "env: [TENANT_DB]",
        "timeout: 2m",
        "memory_limit_per_agent: 512MB",
        "outputs: { tenant_ids: 'UUID[]' }",
      ].join("\n"),
    );
    expect(problems).toEqual([]);
    expect(agent).toMatchObject({
      kind: "command",
      name: "backend-development",
      command: ["node", "./agents/tenants.mjs"],
      cwd: null,
      capabilities: ["tenants", "sql"],
      instances: 2,
      concurrency: 5,
      effects: "idempotent",
      env: { TENANT_DB: "TENANT_DB" },
      timeoutMs: 120_000,
      memoryBytesMost: 512 * 1024 ** 2,
      inputs: null,
    });
    expect(agent?.outputs?.fields["tenant_ids"]?.text).toBe("UUID[]");
  });

  test("declares a function, whose undeclared effects are ask, and says so", () => {
    const { agent, problems } = read("kind: function\nmodule: ./agents/x.ts\nisolate: true\n");
    expect(agent).toMatchObject({
      kind: "function",
      module: "./agents/x.ts",
      isolate: true,
      effects: "ask",
    });
    expect(problems.map(({ code, severity }) => [code, severity])).toEqual([["advice", "warning"]]);
  });

  test("takes variables under other names, and never their values", () => {
    const { agent } = read(
      "kind: command\ncommand: [a]\neffects: pure\nenv: { DB: $env.TENANT_DB }\n",
    );
    expect(agent?.env).toEqual({ DB: "TENANT_DB" });
    expect(said("kind: command\ncommand: [a]\neffects: pure\nenv: { DB: secret }\n")).toEqual([
      expect.stringMatching(/4:12 wrong-value A definition holds the names of variables/),
    ]);
  });

  test("of a kind that comes later, or is none, is refused with a sentence", () => {
    for (const kind of ["http", "person", "model", "mcp", "a2a"]) {
      expect(said(`kind: ${kind}\n`)).toEqual([
        expect.stringMatching(/1:7 wrong-value Agents of the kind .* come in a later release/),
      ]);
    }
    expect(said("kind: comand\n")[0]).toMatch(/Did you mean "command"/);
    expect(said("module: x.ts\n")[0]).toMatch(/missing-key This agent does not say/);
    expect(said("- x\n")[0]).toMatch(/An agent is a map/);
  });

  test("that is wrong says everything at once", () => {
    const problems = said(
      [
        "muster: 3",
        "kind: function",
        "name: other",
        "module: ../outside.ts",
        "command: [a]",
        "efects: pure",
        "concurrency: 0",
        "memory_limit_per_agent: 1KB",
      ].join("\n"),
    );
    expect(problems.map((problem) => problem.split(" ", 2).join(" "))).toEqual([
      "1:1 advice",
      "1:9 wrong-value",
      "3:7 wrong-value",
      "4:9 wrong-value",
      "5:1 unknown-key",
      "6:1 unknown-key",
      "7:14 impossible-limit",
      "8:1 impossible-limit",
      "8:25 impossible-limit",
    ]);
    expect(problems[4]).toContain("belongs to command agents");
  });

  test("a command is a list, as there is no shell", () => {
    expect(said("kind: command\ncommand: node x.mjs\neffects: ask\n")[0]).toMatch(
      /2:10 wrong-type "command" wants a list: the program and its arguments/,
    );
    expect(said("kind: command\ncommand: []\neffects: ask\n")[0]).toMatch(/2:10 /);
    expect(read("kind: command\ncommand: [a]\neffects: ask\nscratch: false\n").agent).toMatchObject(
      { cwd: "." },
    );
  });
});
