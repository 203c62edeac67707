import { describe, expect, test } from "vitest";
import { parseDigest } from "../../id.ts";
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
        "max_calls_per_minute: 60",
        "rate_limit_strategy: error",
        "memory_limit_per_agent: 512MB",
        "cpu_limit_per_agent: 1.5",
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
      rate: { callsMost: 60, otherwise: "error" },
      memoryBytesMost: 512 * 1024 ** 2,
      coresMost: 1.5,
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
    for (const kind of ["model", "mcp", "a2a"]) {
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
        "cpu_limit_per_agent: 0",
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
      "9:22 impossible-limit",
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

  test("declares an address, with the names of secrets and never their values", () => {
    const { agent, problems } = read(
      [
        "kind: http",
        "url: [https://one.example/ask, https://two.example/ask]",
        "headers: { Authorization: Bearer $env.TOKEN }",
        "health: /health",
        "effects: idempotent",
        "breaker: { failures: 3, pause: 1m }",
        "heartbeat: false",
      ].join("\n"),
    );
    expect(problems).toEqual([]);
    expect(agent).toMatchObject({
      kind: "http",
      urls: ["https://one.example/ask", "https://two.example/ask"],
      method: "POST",
      headers: { Authorization: "Bearer $env.TOKEN" },
      healthPath: "/health",
      instances: 2,
      breaker: { failures: 3, windowMs: 60_000, pauseMs: 60_000 },
      heartbeatMs: null,
    });
  });

  test("is told where its address or its headers would give a secret away, or are none", () => {
    const http = (line: string): readonly string[] => said(`kind: http\neffects: pure\n${line}\n`);
    expect(http("url: ftp://one.example")).toEqual([
      expect.stringContaining('3:6 wrong-value "ftp://one.example" is no address.'),
    ]);
    expect(http("url: https://ana:secret@one.example")).toEqual([
      expect.stringContaining("An address holds no name and password."),
    ]);
    const plain = "url: http://one.example\nheaders: { X-Api-Key: $env.KEY }";
    expect(http(plain)).toEqual([
      expect.stringContaining("Secrets would go to one.example without encryption."),
    ]);
    expect(http(`${plain}\ninsecure: true`)).toEqual([]);
    expect(http(plain.replace("one.example", "127.0.0.1:8080"))).toEqual([]);
    expect(http("url: https://one.example\nheaders: { X-Api-Key: abc123 }")).toEqual([
      expect.stringContaining('advice The header "X-Api-Key" holds a secret'),
    ]);
    expect(http("url: https://one.example\nheaders: { Idempotency-Key: mine }")).toEqual([
      expect.stringContaining("is Muster's to send"),
    ]);
    expect(http("url: https://one.example\nenv: [HOME]")[0]).toContain(
      'An http agent takes no "env"',
    );
  });

  test("declares people, their time, and who is asked after them", () => {
    const { agent, problems } = read("kind: person\nfrom: ana\ndue: 2d\nescalate: [bo, di]\n");
    expect(problems).toEqual([]);
    expect(agent).toMatchObject({
      kind: "person",
      from: ["ana"],
      dueMs: 172_800_000,
      escalate: ["bo", "di"],
      effects: "pure",
    });
    expect(said("kind: person\nescalate: bo\n")).toEqual([
      expect.stringContaining("2:1 advice escalate says who is asked"),
    ]);
    expect(said("kind: person\nconcurrency: 3\n")[0]).toContain(
      'A person agent takes no "concurrency"',
    );
  });
});
