/** What "Agent Coordination" promises, with real agents and through the command line. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { verifyStream } from "../../core/audit/index.ts";
import type { StreamId } from "../../core/id.ts";
import { lookIntoSqlite, sha256 } from "../../engine/store/index.ts";
import { openCompany } from "../../index.ts";
import { givenCompany } from "../given-company.ts";

const fn = (name: string, more = ""): string =>
  `kind: function\nmodule: ./agents/${name}.ts\neffects: pure\n${more}`;

type Agent = {
  readonly name: string;
  readonly record: { readonly attempts: number; readonly well: number };
};

describe("Agent discovery and capability matching", () => {
  const FILES = {
    "agents/rows.yaml": fn("any", "capabilities: [csv]\ninputs: { rows: 'number[]' }\n"),
    "agents/texts.yaml": fn("any", "capabilities: [csv]\ninputs: { rows: string }\n"),
    "agents/any.ts": "export const attempt = ({ inputs }) => ({ outputs: { got: inputs.rows } });",
    "workflows/match.yaml": `
parameters: { rows: { type: any } }
steps:
  - { id: a, needs: [csv], inputs: { rows: $params.rows }, outputs: { got: any }, retry: false }
`,
  };

  test("chooses who takes what the step gives, and the log says why not the other", async () => {
    using given = givenCompany(FILES);
    const run = await given.muster("run", "match", "rows=[1]", "--json");
    expect(JSON.parse(run.out)).toMatchObject({ status: "completed" });
    const events = (await given.muster("runs", "events", "last", "--json")).out;
    expect(events).toContain(
      `"chosen":"can do csv; not texts, which does not take it: \\"rows\\" is no string`,
    );
    expect(events).toContain('"agent":"rows"');
  });

  test("refuses inputs that the agent does not take before anything is done", async () => {
    using given = givenCompany({
      ...FILES,
      "workflows/named.yaml": `
parameters: { rows: { type: any } }
steps: [{ id: a, agent: rows, inputs: { rows: $params.rows } }]
`,
    });
    const { code, out } = await given.muster("run", "named", "rows=some", "--json");
    expect(code).toBe(1);
    expect(out).toContain("invalid_input_data");
    expect(out).toContain(
      'The agent \\"rows\\" does not take what \\"rows (a)\\" gives it: \\"rows\\" is no number[]',
    );
    const events = (await given.muster("runs", "events", "last", "--json")).out;
    expect(events).toContain('"outcome":"refused"');
  });

  test("says of an agent whose own file is wrong what is wrong there, and not that it is missing", async () => {
    using given = givenCompany({
      "agents/clerk.yaml": "kind: function\nmodul: ./agents/clerk.ts\n",
      "workflows/a.yaml": "steps: [{ id: a, agent: clerk }]\n",
    });
    const { out, err } = await given.muster("check");
    expect(out + err).toContain('There is no key "modul" here.');
    expect(out + err).not.toContain("There is no agent");
    expect((await given.muster("run", "a")).err).toContain(
      'The agent "clerk" cannot be used: something is wrong in its file.',
    );
    expect((await given.muster("agents", "list")).out).toContain("broken");
  });
});

describe("Load balancing across available agents", () => {
  test("gives each of several that can the same share", async () => {
    const slow = `
      import { setTimeout as sleep } from "node:timers/promises";
      export const attempt = async () => { await sleep(30); return { outputs: {} }; };
    `;
    using given = givenCompany({
      "agents/one.yaml": fn("slow", "capabilities: [work]\n"),
      "agents/two.yaml": fn("slow", "capabilities: [work]\n"),
      "agents/slow.ts": slow,
      "workflows/share.yaml":
        "max_concurrency: 8\nsteps: [{ id: all, each: [1,2,3,4,5,6,7,8], needs: [work] }]\n",
    });
    await given.muster("run", "share");
    const agents = JSON.parse((await given.muster("agents", "list", "--json")).out) as Agent[];
    expect(agents.map(({ name, record }) => [name, record.attempts, record.well])).toEqual([
      ["one", 4, 4],
      ["two", 4, 4],
    ]);
  });
});

describe("Agent lifecycle management (start, monitor, terminate)", () => {
  const FILES = {
    "agents/clerk.yaml": fn("clerk", "concurrency: 2\n"),
    "agents/clerk.ts": `
      export const attempt = (task, tools, abort) => new Promise((done) => {
        if (!task.inputs.hang) return done({ outputs: {} });
        abort.addEventListener("abort", () => done({ error: { kind: "stopped", message: String(abort.reason) } }));
      });
    `,
    "workflows/work.yaml":
      "parameters: { hang: false }\nsteps: [{ id: a, agent: clerk, inputs: { hang: $params.hang }, retry: false }]\n",
  };

  test("drain takes nothing new, with who and why, also in the next process; start takes work again", async () => {
    using given = givenCompany(FILES);
    expect((await given.muster("agents", "drain", "clerk")).code).toBe(2);
    const words = ["clerk", "--reason", "It is audited", "--by", "bo"];
    expect((await given.muster("agents", "drain", ...words)).err).toContain(
      '"clerk" takes nothing new; what it has in hand is finished.',
    );
    const { code, err } = await given.muster("run", "work");
    expect({ code, err }).toMatchObject({
      code: 1,
      err: expect.stringContaining(
        'The agent "clerk" takes nothing new: bo drained it: It is audited.',
      ),
    });
    expect((await given.muster("agents", "list")).out).toMatch(
      /clerk .* drained .* bo: It is audited/,
    );
    expect((await given.muster("agents", "show", "clerk")).out).toContain("drained by bo, ");
    expect((await given.muster("agents", "start", "clerk")).code).toBe(0);
    const log = lookIntoSqlite(given.folder);
    const own = [...(log?.read("company" as StreamId) ?? [])];
    const told = own.filter(({ type }) => type.startsWith("agent."));
    expect(told.map(({ type, actor, data }) => [type, actor.id, data["why"]])).toEqual([
      ["agent.drained", "bo", "It is audited"],
      ["agent.started", "ana", "It may work again."],
    ]);
    expect(verifyStream(own, sha256)).toMatchObject({ ok: true });
    await log?.close();
    expect((await given.muster("run", "work")).code).toBe(0);
    const [agent] = JSON.parse((await given.muster("agents", "list", "--json")).out) as Agent[];
    expect(agent).toMatchObject({ steered: null, record: { attempts: 1, well: 1 } });
    const nobody = await given.muster("agents", "stop", "clark", "--reason", "x");
    expect(nobody).toMatchObject({ code: 3, err: expect.stringContaining('Did you mean "clerk"') });
  });

  test("stop ends what it has in hand, and the run decides what follows", async () => {
    using given = givenCompany(FILES);
    await using company = await openCompany(given.folder);
    const started = await company.run("work", { hang: true });
    if (started.run === null) throw new Error(started.problems[0]?.message);
    await expect.poll(async () => (await company.agents())[0]?.inFlight).toBe(1);
    const told = { agent: "clerk", how: "stop", why: "It writes nonsense" } as const;
    expect(await company.steer({ ...told, by: "ana" })).toEqual([]);
    expect(await company.steer({ ...told, by: "ana" })).toEqual([]);
    expect((await company.settled(started.run)).status).toBe("failed");
    const [agent] = await company.agents();
    expect(agent).toMatchObject({ inFlight: 0, steered: { how: "stopped", by: "ana" } });
    expect(agent?.record.lastError?.error.message).toContain("It writes nonsense");
  });
});

describe("Agent health monitoring and replacement", () => {
  test("one that fails again and again is left alone, what is refused is in the log, and another takes over", async () => {
    using given = givenCompany({
      "agents/ill.yaml": fn("ill", "capabilities: [work]\nbreaker: { failures: 2, pause: 1h }\n"),
      "agents/ill.ts": "export const attempt = () => { throw new Error('No disk'); };",
      "agents/well.yaml": fn("well", "capabilities: [work, more]\n"),
      "agents/well.ts": "export const attempt = () => ({ outputs: { by: 'well' } });",
      "workflows/work.yaml": `
steps:
  - { id: a, needs: [work], outputs: { by: string }, retry: { max_attempts: 4, initial_delay: 1ms } }
  - { id: b, agent: ill, optional: true, retry: false }
`,
    });
    const { code, out } = await given.muster("run", "work");
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining("- by: well") });
    const events = (await given.muster("runs", "events", "last", "--json")).out;
    expect(events).toContain("left alone for a while, since it failed");
    expect(events).toContain('"outcome":"refused"');
    expect(events).toContain('The agent \\"ill\\" is left alone for a while: it failed 2 times');
  });

  test("one that is not well at a heartbeat is told of in the company's log, and its workers are replaced", async () => {
    const file = `
      import { appendFileSync, existsSync } from "node:fs";
      import { setTimeout as sleep } from "node:timers/promises";
      appendFileSync(new URL("../begun", import.meta.url), "begun\\n");
      const broken = new URL("../broken", import.meta.url);
      export const health = () => (existsSync(broken) ? "The scale is broken. Mend it." : null);
      export const attempt = async () => {
        while (!existsSync(new URL("../go", import.meta.url))) await sleep(20);
        return { outputs: {} };
      };
    `;
    using given = givenCompany({
      "agents/scale.yaml": fn(
        "scale",
        "isolate: true\ninstances: 2\nconcurrency: 2\nheartbeat: 1s\n",
      ),
      "agents/scale.ts": file,
      "workflows/weigh.yaml": "steps: [{ id: a, agent: scale }]\n",
    });
    await using company = await openCompany(given.folder);
    const [before] = await company.agents();
    expect(before?.instances).toHaveLength(2);
    const started = await company.run("weigh");
    if (started.run === null) throw new Error(started.problems[0]?.message);
    const begun = (): number =>
      readFileSync(join(given.folder, "begun"), "utf8").split("\n").length - 1;
    const first = begun();
    given.write("broken", "yes");
    await expect
      .poll(async () => (await company.agents())[0]?.unwell, { timeout: 30_000 })
      .toBe("The scale is broken. Mend it.");
    await expect.poll(begun, { timeout: 30_000 }).toBeGreaterThan(first);
    rmSync(join(given.folder, "broken"));
    await expect
      .poll(async () => (await company.agents())[0]?.unwell, { timeout: 60_000 })
      .toBeNull();
    given.write("go", "yes");
    expect((await company.settled(started.run)).status).toBe("completed");
  });
});
