import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { givenCompany } from "../given-company.ts";

const FILES = {
  "workflows/add.yaml": `
name: add
parameters: { n: 1 }
steps:
  - { id: once, agent: adder, inputs: { n: $params.n }, outputs: { n: number } }
  - { id: twice, agent: adder, inputs: { n: $once.n }, outputs: { n: number } }
  - { id: thrice, agent: adder, inputs: { n: $twice.n }, outputs: { n: number } }
`,
  "agents/adder.yaml":
    "muster: 1\nkind: function\nmodule: ./agents/adder.ts\neffects: pure\ntimeout: 5s\n",
  "agents/adder.ts": "export const attempt = ({ inputs }) => ({ outputs: { n: inputs.n + 1 } });\n",
};

type Looked = { readonly id: string; readonly state: string; readonly mend: string | null };
type Examined = {
  readonly id: string;
  readonly area: string;
  readonly severity: string;
  readonly where: { readonly file: string; readonly line: number };
  readonly remedy: string;
  readonly effort: string;
};

describe("doctor", () => {
  test("looks at folder, disk, versions, agents, queues, artifacts, commit time and event loop, each with its state", async () => {
    using given = givenCompany(FILES);
    await given.muster("run", "add");
    const { code, out } = await given.muster("doctor", "--json");
    const { well, looked } = JSON.parse(out) as { well: boolean; looked: readonly Looked[] };
    expect(looked.map(({ id }) => id)).toEqual([
      "folder",
      "disk",
      "versions",
      "agents",
      "queues",
      "artifacts",
      "commits",
      "event-loop",
    ]);
    for (const { state, mend } of looked) expect(mend === null).toBe(state === "well");
    expect(code).toBe(well ? 0 : 1);
  });

  test("of a folder that others can read exits with 1 and names the mend", async () => {
    using given = givenCompany(FILES);
    await given.muster("run", "add");
    chmodSync(join(given.folder, ".muster"), 0o755);
    const open = await given.muster("doctor");
    expect(open.code).toBe(1);
    expect(open.out).toContain("✗ folder");
    expect(open.out).toContain("mend: chmod 700");
  });

  test("of a folder that has a file in the place of its state says so", async () => {
    using given = givenCompany(FILES);
    writeFileSync(join(given.folder, ".muster"), "x");
    const { code, out } = await given.muster("doctor");
    expect([code, out]).toEqual([1, expect.stringContaining("Nothing can be written in")]);
  });

  test("of a company whose agent is broken exits with 1 and names it", async () => {
    using given = givenCompany({ ...FILES, "agents/adder.ts": "throw new Error('no');\n" });
    const { code, out } = await given.muster("doctor");
    expect([code, out]).toEqual([1, expect.stringContaining('✗ agents: The agent "adder"')]);
  });
});

describe("doctor --company", () => {
  async function findings(files: Readonly<Record<string, string>>): Promise<readonly Examined[]> {
    using given = givenCompany({ ...FILES, ...files });
    const { out } = await given.muster("doctor", "--company", "--json");
    return (JSON.parse(out) as { findings: readonly Examined[] }).findings;
  }

  test("names findings on security, reliability and cost with severity, place, remedy and effort", async () => {
    const found = await findings({
      "agents/caller.yaml": `muster: 1\nkind: command\ncommand: [cat]\nenv: []\n# password: hunter2222\n`,
    });
    const of = (id: string): Examined | undefined => found.find((one) => one.id === id);
    expect(of("secret-in-file")).toMatchObject({
      area: "security",
      severity: "high",
      where: { file: "agents/caller.yaml", line: 5 },
    });
    expect(of("undeclared-effects")).toMatchObject({
      area: "reliability",
      where: { file: "agents/caller.yaml" },
    });
    expect(found.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        "no-agent-timeout",
        "no-memory-limit",
        "no-escalation",
        "no-monitoring",
      ]),
    );
    for (const { remedy, effort } of found) expect([remedy, effort]).not.toContain("");
    expect(found[0]?.severity).toBe("high");
  });

  test("finds a file that anybody can write, and exits with 1", async () => {
    using given = givenCompany({ ...FILES, "map.yaml": "muster: 1\n" });
    chmodSync(join(given.folder, "map.yaml"), 0o666);
    const { code, out } = await given.muster("doctor", "--company");
    expect(code).toBe(1);
    expect(out).toContain("high security map.yaml:1:1");
  });

  test("names a variable that the map wants and nobody has set, at its place", async () => {
    const system = "systems: { shop: { kind: sql, url: $env.MUSTER_NO_SUCH_SHOP } }";
    const found = await findings({ "map.yaml": `muster: 1\n${system} # $env.NOT_THIS\n` });
    expect(found.filter(({ id }) => id === "secret-not-set")).toMatchObject([
      {
        message:
          "MUSTER_NO_SUCH_SHOP is not set in the environment: what wants it here cannot be reached.",
        where: { file: "map.yaml", line: 2, column: 36 },
      },
    ]);
  });

  test("says nothing of what the author has declared", async () => {
    const found = await findings({});
    expect(found.map(({ id }) => id)).not.toContain("undeclared-effects");
    expect(found.map(({ id }) => id)).not.toContain("secret-in-file");
  });
});

describe("runs diff", () => {
  test("shows where two runs are not the same: params, definition, steps, outputs, durations", async () => {
    using given = givenCompany(FILES);
    const runs: string[] = [];
    for (const n of [1, 1, 5]) {
      const { out } = await given.muster("run", "add", `n=${n}`, "--json");
      runs.push((JSON.parse(out) as { readonly workflow_id: string }).workflow_id);
    }
    const [one = "", two = "", three = ""] = runs;
    const alike = await given.muster("runs", "diff", one, two, "--json");
    expect(JSON.parse(alike.out)).toMatchObject({ alike: true, steps: [], params: [] });
    const other = JSON.parse(
      (await given.muster("runs", "diff", one, three, "--json")).out,
    ) as object;
    expect(other).toMatchObject({
      alike: false,
      params: [{ name: "n", a: 1, b: 5 }],
      outputs: [{ name: "n", a: 4, b: 8 }],
    });
    given.write(
      "workflows/add.yaml",
      FILES["workflows/add.yaml"].replace("name: add", "name: add\nversion: 2.0.0"),
    );
    await given.muster("run", "add", "n=1");
    const { code, out } = await given.muster("runs", "diff", one, "last");
    expect(code).toBe(0);
    expect(out).toMatch(/^definition: /m);
    expect(out).toMatch(/^took: .* \| /m);
  });
});
