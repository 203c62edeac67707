import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunId } from "../../core/id.ts";
import { defineAgent } from "../agents/index.ts";
import { caseAtRest } from "./cases/case-rest.ts";
import { type Company, openCompany } from "./index.ts";

const MAP = `muster: 1
company: Harbour Retail
systems:
  notes: { kind: file, folder: notes }
tools:
  note.write:
    system: notes
    level: record
    effects: idempotent
    file: "{name}.txt"
    action: write
    content: $args.text
    args: { name: string, text: string, amount: { type: number, currency: HKD } }
    writes: notes
agents:
  clerk: { may: { level: record, tools: [note.write] } }
rules:
  too-much:
    when: { action.tool: note.write, args.amount: "> HKD 500" }
    then: { deny: That is too much. }
    because: Nobody writes down more than HKD 500.
    examples:
      - { name: the limit itself, facts: { action: { tool: note.write, args: { amount: 500 } } }, expect: false }
      - { name: above it, facts: { action: { tool: note.write, args: { amount: 500.01 } } }, expect: true }
      - { name: nobody said how much, facts: { action: { tool: note.write } }, expect: undetermined }
  looked-at:
    when: { action.tool: note.write, args.amount: ">= HKD 400" }
    then: { approve: lead }
    because: Tried out before it is in force.
    shadow: true
approvals:
  lead: { from: { role: lead }, due: 4h, on_timeout: [reject] }
exceptions: { owner: ana }
`;
const FILES: Readonly<Record<string, string>> = {
  "map.yaml": MAP,
  "people.yaml": "people: { ana: { roles: lead }, ben: { roles: lead } }\n",
  "notes/first.txt": "",
  "workflows/write.yaml": `muster: 1
name: write
parameters: { amount: number }
steps:
  - id: note
    agent: clerk
    inputs: { amount: $params.amount }
    outputs: { said: string }
`,
};

let folder = "";
const clerk = defineAgent({
  effects: "pure",
  attempt: async ({ inputs }, tools) => {
    const amount = inputs["amount"] ?? 0;
    const used = await tools.use("note.write", {
      name: `n${JSON.stringify(amount)}`,
      text: "so",
      amount,
    });
    return { outputs: { said: JSON.stringify(used) } };
  },
});
const open = (): Promise<Company> => openCompany(folder, { agents: { clerk } });

function write(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-rules-"));
  for (const [file, text] of Object.entries(FILES)) write(file, text);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("the rules of a company", () => {
  test("are listed with what came of their examples", async () => {
    await using company = await open();
    const { rules, problems } = await company.rules();
    expect(problems).toEqual([]);
    expect(rules.map(({ id, tools, isShadow }) => [id, tools, isShadow])).toEqual([
      ["too-much", ["note.write"], false],
      ["looked-at", ["note.write"], true],
    ]);
    expect(rules[0]?.examples.map(({ name, isMet }) => [name, isMet])).toEqual([
      ["the limit itself", true],
      ["above it", true],
      ["nobody said how much", true],
    ]);
    write("map.yaml", MAP.replace("> HKD 500", "> HKD 50"));
    const [changed] = (await company.rules()).rules;
    expect(changed?.examples.find(({ isMet }) => !isMet)).toMatchObject({
      name: "the limit itself",
      expected: "false",
      got: "true",
      leaves: [expect.any(String), "args.amount > HKD 50 [was HKD 500]: true"],
    });
  });

  test("replay diff stable: past calls are judged by the files as they are, twice the same", async () => {
    await using company = await open();
    for (const amount of [50, 120, 450, 900]) {
      const started = await company.run("write", { amount });
      if (started.run === null) throw new Error(JSON.stringify(started.problems));
      await company.settled(started.run);
    }
    expect(await company.replayRules()).toEqual({
      judged: 4,
      changed: [],
      unclear: 0,
      shadow: [{ rule: "looked-at", held: 2, changed: 1 }],
    });

    write("map.yaml", MAP.replace("> HKD 500", "> HKD 100"));
    const replayed = await company.replayRules();
    expect(await company.replayRules()).toEqual(replayed);
    if (replayed.judged === null) throw new Error(JSON.stringify(replayed.problems));
    const [newest] = company.runs({ most: 1 });
    const archived = await company.archive({ run: newest?.stream as never });
    expect(archived).toMatchObject({ archived: [{ run: newest?.stream }], problems: [] });
    const again = await company.replayRules();
    if (again.judged === null) throw new Error(JSON.stringify(again.problems));
    expect([again.judged, again.changed.length]).toEqual([
      replayed.judged,
      replayed.changed.length,
    ]);
    const changed = replayed.changed.map(({ tool, was, would, rules }) => [
      tool,
      was,
      would,
      rules,
    ]);
    expect(changed).toEqual([
      ["note.write", "allow", "deny", ["too-much"]],
      ["note.write", "allow", "deny", ["too-much"]],
    ]);
    expect(replayed).toMatchObject({ judged: 4, unclear: 0 });
    expect(await company.replayRules({ since: Number.MAX_SAFE_INTEGER })).toMatchObject({
      judged: 0,
    });

    write("map.yaml", MAP.replace("then: { deny: That is too much. }", "then: { approve: lead }"));
    expect(await company.replayRules()).toMatchObject({
      changed: [{ was: "deny", would: "ask", chains: ["lead"] }],
    });
    write("map.yaml", MAP.replace("args.amount:", "args.amont:"));
    const { judged, problems = [] } = await company.replayRules();
    expect(judged).toBeNull();
    expect(problems.map(({ message }) => message).join()).toMatch(/no field "amont"/);
  });

  test("judge a call of a case again with what was known of the case then", async () => {
    const map = MAP.replace(
      "    writes: notes",
      "    scope: { name: case.name }\n    writes: notes",
    )
      .replace('args.amount: "> HKD 500" }', "case.name: n2 }")
      .replace(
        "exceptions:",
        "facts: { case: { tier: string } }\nintake: { form: customer }\nexceptions:",
      )
      .replace(
        "rules:",
        "requests:\n  note: { case: { name: request.name }, workflow: write, owner: ana }\nrules:",
      )
      .replace(/ {4}examples:[^]*?( {2}looked-at:)/, "$1");
    write("map.yaml", map);
    write(
      "workflows/write.yaml",
      "muster: 1\nname: write\nparameters: { amount: { type: number, default: 5 } }\nsteps:\n  - { id: note, agent: clerk, inputs: { amount: $params.amount } }\n",
    );
    const scoped = defineAgent({
      effects: "pure",
      attempt: async (_, tools) => {
        await tools.use("note.write", { text: "so", amount: 5 });
        return { outputs: {} };
      },
    });
    await using company = await openCompany(folder, { agents: { clerk: scoped } });
    const requested = await company.request({
      type: "note",
      requester: "4711",
      channel: "form",
      text: "Write it down.",
      about: { name: "n1" },
    });
    if (requested.case === null) throw new Error(JSON.stringify(requested.problems));
    await caseAtRest(company, requested.case);
    const [run] = company.runs();
    const judged: string[] = [];
    for await (const { type, data } of company.events(run?.stream as RunId))
      if (type === "tool.judged") judged.push(JSON.stringify(data["verdict"]));
    // The name was put in from the case.
    expect(judged).toEqual(['"limit"']);
    expect(await company.replayRules()).toMatchObject({ judged: 1, changed: [], unclear: 0 });
    // The tier is not known: what would refuse does.
    write("map.yaml", map.replace("case.name: n2", "case.tier: gold"));
    expect(await company.replayRules()).toMatchObject({
      changed: [{ was: "limit", would: "deny", rules: ["too-much"] }],
    });
  });
});
