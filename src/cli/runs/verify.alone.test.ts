/** What is said of runs after the fact: their state, the completion checklist, what is wrong with them. */

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { type Given, givenCompany } from "../given-company.ts";

const FILES = {
  "workflows/two.yaml": `
name: two
parameters: { fails: 0 }
phases:
  - name: Preparation
    steps:
      - { id: load, name: Load customer data, agent: loader, inputs: { fails: $params.fails }, outputs: { rows: "integer[]" }, retry: { initial_delay: 1ms } }
  - name: Setup
    steps:
      - { id: make, name: Create accounts, agent: loader, each: $load.rows, inputs: { row: $item }, outputs: { id: string } }
`,
  "agents/loader.yaml": "muster: 1\nkind: function\nmodule: ./agents/loader.ts\neffects: pure\n",
  "agents/loader.ts": `
export function attempt({ inputs, attempt }) {
  if (attempt <= (inputs.fails ?? 0))
    return { error: { class: "transient", kind: "network_timeout", message: "no answer" } };
  if (inputs.row !== undefined) return { outputs: { id: "id-" + inputs.row } };
  return { outputs: { rows: [1, 2, 3] }, usage: { tokens: 100, calls: 2 } };
}
`,
};

async function ran(given: Given, ...params: readonly string[]): Promise<void> {
  const { code, err } = await given.muster("run", "two", ...params);
  if (code > 1) throw new Error(err);
}

type Checked = {
  readonly sound: boolean;
  readonly hash: string | null;
  readonly checklist: readonly { readonly id: string; readonly answer: string }[];
  readonly findings: readonly { readonly id: string }[];
};

describe("runs verify", () => {
  test("answers the eleven points of the completion checklist from the log, with the hash chain", async () => {
    using given = givenCompany(FILES);
    await ran(given, "fails=1");
    const { code, out } = await given.muster("runs", "verify", "last", "--json");
    const checked = JSON.parse(out) as Checked;
    expect(code).toBe(0);
    expect(checked.hash).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(checked.checklist).toHaveLength(11);
    expect(checked.checklist.find(({ id }) => id === "error-handling")?.answer).toBe("true");
    expect(checked.checklist.find(({ id }) => id === "data-flow")?.answer).toBe("true");
  });

  test("ends with 1 where something is not true, and runs show and runs list say what is wrong", async () => {
    using given = givenCompany(FILES);
    await ran(given, "fails=9");
    const verified = await given.muster("runs", "verify", "last");
    expect(verified.code).toBe(1);
    expect(verified.out).toContain("✗ All phases completed successfully: not true");
    expect(verified.out).toContain("Critical step failure without recovery (preparation/load)");
    expect((await given.muster("runs", "show", "last")).out).toContain("Wrong:");
    expect((await given.muster("runs", "list")).out).toContain("✗ step-unrecovered");
    const listed = JSON.parse((await given.muster("runs", "list", "--json")).out) as readonly {
      readonly findings: readonly string[];
      readonly work_done: number;
    }[];
    expect(listed[0]).toMatchObject({ findings: ["step-unrecovered"], work_done: 0 });
  });

  test("names the event that was changed in the log behind Muster's back", async () => {
    using given = givenCompany(FILES);
    await ran(given);
    const log = new DatabaseSync(join(given.folder, ".muster", "log.db"));
    log.exec("drop trigger decisions_stay");
    log.exec(`update decisions set body = replace(body, '"tokens":100', '"tokens":999')`);
    log.close();
    const { code, out } = await given.muster("runs", "verify", "last");
    expect(code).toBe(1);
    expect(out).toContain("State corruption");
    expect(out).toMatch(/Event \d+ does not give the hash that was written with it: modified/);
  });

  test("of a log whose text is damaged still answers", async () => {
    using given = givenCompany(FILES);
    await ran(given);
    const log = new DatabaseSync(join(given.folder, ".muster", "log.db"));
    log.exec("drop trigger decisions_stay");
    log.exec("update decisions set body = 'no json' where fence > 4");
    log.close();
    const { code, out } = await given.muster("runs", "verify", "last");
    expect(code).toBe(1);
    expect(out).toContain("State corruption");
    expect((await given.muster("runs", "list")).out).toContain("✗ state-corrupt");
  });
});

describe("runs show --json", () => {
  test("has for an each what its items gave, in their order", async () => {
    using given = givenCompany(FILES);
    await ran(given);
    const { out } = await given.muster("runs", "show", "last", "--json");
    const done = { status: "completed" };
    expect(JSON.parse(out)).toMatchObject({
      status: "completed",
      resource_usage: { tokens_used: 100, api_calls: 2 },
      phases: [
        {},
        { steps: [{ outputs: { id: ["id-1", "id-2", "id-3"], items: [done, done, done] } }] },
      ],
      findings: [],
    });
  });
});
