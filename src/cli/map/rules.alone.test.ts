import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { givenCompany } from "../given-company.ts";

const MAP = `
muster: 1
company: Harbour Retail
systems: { notes: { kind: file, folder: notes } }
tools:
  note.write:
    system: notes
    level: record
    effects: idempotent
    file: "{name}.txt"
    action: write
    content: $args.name
    args: { name: string, amount: { type: number, currency: HKD } }
    writes: notes
agents: { clerk: { may: { level: record, tools: [note.write] } } }
rules:
  too-much:
    when: { action.tool: note.write, args.amount: "> HKD 500" }
    then: { deny: That is too much. }
    because: Nobody writes down more than HKD 500.
    examples:
      - { name: the limit itself, facts: { action: { tool: note.write, args: { amount: 500 } } }, expect: false }
exceptions: { owner: ana }
`;
const FILES = {
  "map.yaml": MAP,
  "people.yaml": "people: { ana: {} }\n",
  "agents/clerk.yaml": "kind: function\nmodule: ./agents/clerk.ts\neffects: pure\n",
  "agents/clerk.ts": `export const attempt = async ({ inputs }, tools) => {
  await tools.use("note.write", { name: "n", amount: inputs.amount });
  return { outputs: {} };
};
`,
  "notes/first.txt": "",
  "workflows/write.yaml":
    "muster: 1\nname: write\nparameters: { amount: number }\nsteps: [{ id: note, agent: clerk, inputs: { amount: $params.amount } }]\n",
};

describe("muster rules", () => {
  test("lists them, runs their examples, and judges again what was done", async () => {
    using given = givenCompany(FILES);
    const list = await given.muster("rules", "list");
    expect(list.code).toBe(0);
    expect(list.out).toMatch(/too-much +deny +note\.write +1\/1 +Nobody writes down/);
    const show = await given.muster("rules", "show", "too-much");
    expect(show.out).toMatch(/the agent is told: That is too much\./);
    expect(await given.muster("rules", "show", "too-muhc")).toMatchObject({ code: 3 });
    expect(await given.muster("rules", "test")).toMatchObject({
      code: 0,
      out: "1 of 1 examples are as expected.\n",
    });
    await given.muster("run", "write", "amount=450");

    given.write("map.yaml", MAP.replace("> HKD 500", "> HKD 400"));
    const tested = await given.muster("rules", "test");
    expect(tested.code).toBe(1);
    expect(tested.out).toMatch(
      /^map\.yaml:\d+:3 {2}too-much, the limit itself: false is expected, and it is true\.\n/,
    );
    expect(tested.out).toMatch(/ {2}args\.amount > HKD 400 \[was HKD 500\]: true\n/);
    const replayed = await given.muster("rules", "replay", "--since", "7d");
    expect(replayed.code).toBe(0);
    expect(replayed.out).toMatch(/note\.write: allow → deny {2}by too-much\n/);
    expect(replayed.out).toMatch(/\n1 of 1 calls would be decided otherwise\.\n$/);
    expect(JSON.parse((await given.muster("rules", "replay", "--json")).out)).toMatchObject({
      judged: 1,
      changed: [{ tool: "note.write", was: "allow", would: "deny" }],
    });
    expect(await given.muster("rules", "replay", "--since", "long")).toMatchObject({ code: 2 });
  });

  test("says what is wrong with the map, where it cannot be read", async () => {
    using given = givenCompany({
      ...FILES,
      "map.yaml": MAP.replace("args.amount:", "args.amont:"),
    });
    const { code, err } = await given.muster("rules", "list");
    expect(code).toBe(2);
    expect(err).toMatch(/map\.yaml:\d+:\d+ .*args has no field "amont"/);
  });

  test("gives a table to a spreadsheet, and takes it back", async () => {
    const table = {
      muster: 1,
      table: "route",
      hit: "first",
      inputs: { amount: "args.amount" },
      outputs: ["route"],
      rows: [
        { id: "large", amount: "> HKD 500", route: "lead" },
        { id: "else", route: "auto" },
      ],
    };
    using given = givenCompany({ ...FILES, "tables/route.yaml": JSON.stringify(table) });
    for (const [form, file] of [
      ["csv", "route.csv"],
      ["markdown", "route.md"],
    ] as const) {
      const { out, err, code } = await given.muster("rules", "export", "route", "--as", form);
      expect({ err, code }).toEqual({ err: "", code: 0 });
      given.write(file, out);
      const imported = await given.muster("rules", "import", file);
      expect(parse(imported.out)).toEqual(table);
    }
    given.write("wrong.csv", "route,amount = args.amount\n");
    expect(await given.muster("rules", "import", "wrong.csv")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/wrong\.csv:1:1 .*does not name the table/),
    });
    expect(await given.muster("rules", "export", "rout")).toMatchObject({ code: 3 });
  });

  test("take no sheet that is not there, is no text, or names a column or a row twice", async () => {
    using given = givenCompany(FILES);
    const head = "x (first),amount = args.amount,→ to\n";
    given.write("columns.csv", "x (first),a = args.a,a = args.b,→ to\nR1,1,2,b\n");
    given.write("rows.csv", `${head}R1,> 5,a\nR2,-,b\nR1,-,c\n`);
    given.write("program.csv", "x\0");
    for (const [file, said] of [
      ["none.csv", "There is no file none.csv."],
      ["agents", "agents:1:1  agents is a folder, and a file is wanted."],
      ["program.csv", "program.csv:1:2  program.csv is no text: a byte of it is zero."],
      ["columns.csv", 'columns.csv:1:1  There are two columns "a".'],
      ["rows.csv", 'rows.csv:4:1  There are two rows "R1".'],
    ] as const) {
      const told = await given.muster("rules", "import", file);
      expect(told).toMatchObject({ out: "", err: expect.stringContaining(said) as string });
      expect(told.err).toContain("mend:");
      expect(told.code).not.toBe(0);
    }
  });

  test("say of one that is only tried what it said while the work went on", async () => {
    const tried = "    then: { deny: That is too much. }\n    shadow: true\n";
    const map = MAP.replace("    then: { deny: That is too much. }\n", tried);
    using given = givenCompany({ ...FILES, "map.yaml": map });
    const never = await given.muster("rules", "list");
    expect(never.out).toMatch(/too-much +deny \(shadow\) +note\.write/);
    for (const amount of [40, 600, 900])
      expect(await given.muster("run", "write", `amount=${amount}`)).toMatchObject({
        code: 0,
      });
    const list = await given.muster("rules", "list");
    expect(list.out).toContain("deny (shadow: held 2 of 3, would change 2)");
    const { out } = await given.muster("rules", "list", "--json");
    expect(JSON.parse(out)).toMatchObject({
      rules: [{ id: "too-much", watched: { asked: 3, held: 2, undetermined: 0, changed: 2 } }],
    });
    // Another text is another rule.
    given.write("map.yaml", map.replace("> HKD 500", "> HKD 700"));
    const show = await given.muster("rules", "show", "too-much");
    expect(show.out).toContain("as it is written it was never asked yet");
  });
});
