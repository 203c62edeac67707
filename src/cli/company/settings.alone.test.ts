import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Given, givenCompany } from "../given-company.ts";

/** A company with defaults, an agent that gives back what it is given, and a workflow of two steps. */
function given(): Given {
  return givenCompany({
    "map.yaml": `
muster: 1
company: Acme
defaults:
  execution_config:
    max_concurrency: 3
    retry_config: { max_attempts: 2, initial_delay: 10ms }
`,
    "agents/echo.yaml": "muster: 1\nkind: function\nmodule: ./agents/echo.ts\neffects: pure\n",
    "agents/echo.ts":
      "export function attempt(task: { inputs: object }) { return { outputs: { got: task.inputs } }; }\n",
    "workflows/research.yaml": `
execution_config: { timeout_per_step: 30s }
steps:
  - { id: 1, agent: echo, inputs: { from: file }, outputs: { got: object } }
  - { id: 2, agent: echo, inputs: { competitors: $step1.got }, outputs: { got: object } }
outputs: { first: $step1.got, second: $step2.got }
`,
  });
}

function json(text: string): unknown {
  return JSON.parse(text);
}

describe("muster config show", () => {
  test("--origin prints the settings that hold, with file:line", async () => {
    using company = given();
    const { code, out } = await company.muster("config", "show", "research", "--origin");
    expect(code).toBe(0);
    expect(out).toMatch(/^execution_config\.max_concurrency +3 +company +map\.yaml:5$/m);
    expect(out).toMatch(
      /^execution_config\.timeout_per_step +30s +workflow +workflows\/research\.yaml:1$/m,
    );
    expect(out).toMatch(/^execution_config\.retry_config\.backoff +exponential +default$/m);
  });

  test("without a workflow shows the company's", async () => {
    using company = given();
    const { out } = await company.muster("config", "show", "--json");
    expect(json(out)).toContainEqual({
      key: "execution_config.retry_config.max_attempts",
      value: 2,
      origin: "company",
      where: { file: "map.yaml", line: 6, column: 21 },
    });
  });

  test("says what is wrong in the map, and so do check and run", async () => {
    using company = given();
    company.write("map.yaml", "muster: 1\ndefaults:\n  execution_config: { max_concurency: 3 }\n");
    for (const words of [
      ["config", "show"],
      ["check"],
      ["check", "map.yaml"],
      ["run", "research"],
    ]) {
      const { code, out, err } = await company.muster(...words);
      expect(code).toBe(2);
      expect(out + err).toMatch(/map\.yaml:3:23 .*max_concurency/);
    }
  });
});

describe("muster run --config", () => {
  test("Execute with custom configuration: max_concurrency: 10, checkpoint_interval: per_step, error_strategy: retry_with_fallback, notification: slack webhook", async () => {
    using company = given();
    const { code, out } = await company.muster(
      "run",
      "research",
      "--json",
      "--config",
      "max_concurrency=10",
      "--config",
      "checkpoint_interval=per_step",
      "--config",
      "error_strategy=retry_with_fallback",
      "--config",
      "notification=slack webhook https://127.0.0.1:9/T00/B00/xxx",
    );
    expect(code).toBe(0);
    expect(json(out)).toMatchObject({
      settings: expect.arrayContaining([
        { key: "execution_config.max_concurrency", value: 10, origin: "run", where: null },
        {
          key: "execution_config.checkpoint_strategy.interval",
          value: "per_step",
          origin: "run",
          where: null,
        },
        {
          key: "monitoring_config.notifications",
          value: [{ type: "slack", webhook: "https://127.0.0.1:9/…" }],
          origin: "run",
          where: null,
        },
        expect.objectContaining({
          key: "execution_config.retry_config.max_attempts",
          origin: "company",
        }),
        expect.objectContaining({ key: "execution_config.timeout_per_step", origin: "workflow" }),
        expect.objectContaining({ key: "execution_config.mode", origin: "default" }),
      ]),
    });
    const show = await company.muster("runs", "show", "last");
    expect(show.out).toMatch(/^- execution_config\.max_concurrency +10 +run$/m);
    expect(show.out).toMatch(/^- execution_config\.retry_config\.max_attempts +2 +company +map/m);
    const events = await company.muster("runs", "events", "last", "--json");
    const accepted = json(events.out.split("\n")[0] ?? "") as { data: object };
    expect(accepted.data).toMatchObject({
      settings: {
        "execution_config.max_concurrency": "run",
        "execution_config.retry_config.max_attempts": "company",
      },
    });
  });

  test("that is ambiguous, unknown or wrong starts nothing", async () => {
    using company = given();
    const run = async (setting: string): Promise<string> => {
      const { code, err } = await company.muster("run", "research", "--config", setting);
      expect(code).toBe(2);
      return err;
    };
    expect(await run("enabled=false")).toContain("execution_config.retry_config.enabled");
    expect(await run("max_concurency=3")).toContain('Did you mean "max_concurrency"?');
    expect(await run("max_concurrency=99")).toContain("a whole number from 1 to 20");
    expect(await run("max_concurrency")).toContain("is no name with a value");
    expect((await company.muster("runs", "list", "--json")).out).not.toContain("wf_");
  });

  test("holds when the run is amended, and when it is moved to another version", async () => {
    using company = given();
    const text = (pause: string): string =>
      `name: asked\nsteps:\n  - { id: 1, gate: "${pause}" }\n  - { id: 2, agent: echo, inputs: { n: 1 }, outputs: { got: object } }\n`;
    company.write("workflows/asked.yaml", text("Shall it go on?"));
    const bind = ["--bind", "step2.inputs.n=7"];
    await company.muster("run", "asked", "--no-wait", "--config", "max_attempts=9", ...bind);
    await company.muster("runs", "pause", "last", "--why", "to look");
    await company.muster(
      "runs",
      "amend",
      "last",
      "--limit",
      "max_concurrency=2",
      "--why",
      "a busy day",
    );
    company.write("workflows/asked.yaml", `${text("Shall it go on?")}  - { id: 3, wait: 0s }\n`);
    const { code } = await company.muster("runs", "move", "last", "--why", "a step more");
    expect(code).toBe(0);
    const { out } = await company.muster("runs", "show", "last");
    expect(out).toMatch(/^- execution_config\.retry_config\.max_attempts +9 +run$/m);
    expect(out).toMatch(/^- execution_config\.max_concurrency +2 +run$/m);
    expect(out).toContain("- step2.inputs.n  run  given");
    expect((await company.muster("runs", "events", "last")).out).toContain("run.moved");
  });

  test("is of one run: the next has the workflow's own", async () => {
    using company = given();
    await company.muster("run", "research", "--config", "max_attempts=9");
    const { out } = await company.muster("run", "research", "--json");
    expect(json(out)).toMatchObject({
      settings: expect.arrayContaining([
        expect.objectContaining({
          key: "execution_config.retry_config.max_attempts",
          value: 2,
          origin: "company",
        }),
      ]),
    });
  });
});

describe("muster run --bind", () => {
  let address = "";
  const server = createServer((request, response) => {
    if (request.url === "/large") return response.end("x".repeat(2_000_000));
    if (request.url === "/away")
      return response.writeHead(302, { location: "http://127.0.0.2:9/" }).end();
    if (request.url === "/round") return response.writeHead(302, { location: "/round" }).end();
    if (request.url === "/gone") return response.writeHead(404).end();
    response.setHeader("content-type", "application/json");
    return response.end(JSON.stringify({ price: "$12", list: ["${a}"] }));
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
  });

  test("Execute workflow with custom data flow: competitors from step 1, pricing_data from external API", async () => {
    using company = given();
    company.write("market.json", '{ "size": 7, "note": "$5 each" }');
    const { code, out } = await company.muster(
      "run",
      "research",
      "--json",
      "--bind",
      "step2.inputs.competitors=$step1.got.from",
      "--bind",
      "step1.inputs.market=@market.json",

      "--bind",
      `step2.inputs.pricing_data=${address}/prices?token=abc`,
    );
    expect(code).toBe(0);
    expect(json(out)).toMatchObject({
      outputs: {
        first: { from: "file", market: { size: 7, note: "$5 each" } },
        second: { competitors: "file", pricing_data: { price: "$12", list: ["${a}"] } },
      },
      bound: {
        "step2.inputs.competitors": { from: "given" },
        "step2.inputs.pricing_data": {
          from: `${address}/prices?…`,
          digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        },
      },
    });
    expect((await company.muster("runs", "show", "last")).out).toContain(
      `- step2.inputs.pricing_data  run  ${address}/prices?…`,
    );
  });

  test("that cannot be had starts nothing", async () => {
    using company = given();
    const run = async (input: string): Promise<string> => {
      const { code, err } = await company.muster("run", "research", "--bind", input);
      expect(code).toBe(2);
      return err;
    };
    expect(await run("step9.inputs.x=1")).toContain('There is no step "step9"');
    expect(await run("step2.x=1")).toContain("names no input of a step");
    expect(await run("step2.inputs.x=@nowhere.json")).toContain("cannot be read");
    expect(await run(`step2.inputs.x=${address}/gone`)).toContain("answered 404");
    expect(await run(`step2.inputs.x=${address}/away`)).toContain(
      "leads to 127.0.0.2:9, which is not encrypted",
    );
    expect(await run(`step2.inputs.x=${address}/round`)).toContain("more than 5 times");
    expect(await run(`step2.inputs.x=${address}/large`)).toContain("more than 1000000 bytes");
    expect(await run("step2.inputs.x=http://example.com/x")).toContain(
      "no address that is fetched",
    );
    expect(await run("step2.inputs.x=$step1.nothing")).toContain("step2.inputs.x");
    expect((await company.muster("runs", "list", "--json")).out).not.toContain("wf_");
  });
});
