import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openCompany } from "../index.ts";

let folder = "";
const MAP = `muster: 1
company: Harbour
systems: { shop: { kind: sql, url: $env.SHOP } }
tools: { order.read: { system: shop, level: reference, sql: "select 1 from orders" } }
agents: { clerk: { may: { level: reference, tools: [order.read] } } }
exceptions: { owner: ana }
`;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-maps-"));
  writeFileSync(join(folder, "map.yaml"), MAP);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("a map that is published", () => {
  test("is a version with who and why, the same files again are the same, and it is there after reopening", async () => {
    const agents = { clerk: { attempt: async () => ({ outputs: {} }) } };
    {
      await using company = await openCompany(folder, { agents });
      expect(await company.check()).toEqual([]);
      expect(await company.mapVersions()).toEqual([]);
      const first = await company.publishMap({ why: "The first.", by: "ana" });
      expect(first).toMatchObject({
        version: { version: 1, by: "ana", why: "The first." },
        again: false,
      });
      expect(await company.publishMap({ why: "Once more." })).toMatchObject({ again: true });
      writeFileSync(join(folder, "map.yaml"), MAP.replace("from orders", "from old_orders"));
      expect((await company.mapDifferences()).differences).toMatchObject([
        { part: "tool", name: "order.read", kind: "changed" },
        { part: "tool", name: "order.read" },
      ]);
      await company.publishMap({ why: "Old orders." });
    }
    await using company = await openCompany(folder, { agents, perform: false });
    expect((await company.mapVersions()).map(({ version, why }) => `${version} ${why}`)).toEqual([
      "1 The first.",
      "2 Old orders.",
    ]);
    expect((await company.mapDifferences(1, 2)).differences).toHaveLength(2);
    expect(await company.mapDifferences(1, 7)).toMatchObject({ problems: [{ code: "not-found" }] });
    expect(await company.publishMap({ why: "No." })).toMatchObject({
      version: null,
      problems: [{ code: "not-allowed" }],
    });
  });

  test("by itself, by the first run that needs it, is told with what could be better", async () => {
    mkdirSync(join(folder, "templates"));
    writeFileSync(join(folder, "templates", "sorry.md"), "");
    const agents = { clerk: { attempt: async () => ({ outputs: {} }) } };
    const workflows = { go: { steps: [{ id: "a", agent: "clerk" }] } };
    const told: string[] = [];
    const trouble = ({ message }: { readonly message: string }): number => told.push(message);
    await using company = await openCompany(folder, { agents, workflows, trouble, memory: true });
    const before = (await company.check("map.yaml")).map(({ message }) => message);
    expect(before).toEqual([expect.stringContaining("templates/sorry.md is empty")]);
    expect(await company.run("go")).not.toMatchObject({ run: null });
    expect(told).toEqual(before);
    expect(await company.run("go")).not.toMatchObject({ run: null });
    expect(told).toEqual(before);
  });

  test("is none where something is wrong with its files, and says what", async () => {
    writeFileSync(
      join(folder, "map.yaml"),
      MAP.replace("level: reference, sql", "level: far, sql"),
    );
    await using company = await openCompany(folder, { memory: true });
    const told = await company.publishMap({ why: "It is new." });
    expect(told.version).toBeNull();
    expect(told.problems[0]).toMatchObject({
      code: "wrong-value",
      where: { file: "map.yaml", line: 4 },
    });
    expect(await company.publishMap({ why: " " })).toMatchObject({
      problems: [{ code: "bad-input" }],
    });
    expect(await company.mapVersions()).toEqual([]);
  });

  test("names a workflow that is not there; one whose file is broken is told once, at its file", async () => {
    const request =
      "requests: { look: { examples: [Where is it?], workflow: look, owner: ana } }\nintake: { desk: staff }\n";
    writeFileSync(join(folder, "map.yaml"), `${MAP}${request}`);
    const errors = async (file?: string): Promise<readonly string[]> => {
      await using company = await openCompany(folder, { memory: true });
      const problems = await company.check(file);
      const told = problems.filter(({ severity }) => severity !== "warning");
      return told.map(({ where, message }) => `${where?.file}:${where?.line} ${message}`);
    };
    expect(await errors()).toEqual(['map.yaml:7 There is no workflow "look".']);
    mkdirSync(join(folder, "workflows"));
    writeFileSync(
      join(folder, "workflows/find.yaml"),
      "name: look\nsteps: [{ id: a, agnet: clerk }]\n",
    );
    const own = await errors();
    expect(own.filter((one) => one.startsWith("map.yaml"))).toEqual([]);
    expect(own.some((one) => one.startsWith("workflows/find.yaml:2"))).toBe(true);
    expect(await errors("map.yaml")).toEqual([
      'map.yaml:7 Something is wrong with the workflow "look".',
    ]);
    await using company = await openCompany(folder, { memory: true });
    expect(await company.publishMap({ why: "It is new." })).toMatchObject({ version: null });
  });

  test("is published by those alone whom the one in force names, and in force when the second has", async () => {
    const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);
    write(
      "people.yaml",
      "people: { mei: { roles: director }, wing: { roles: director }, ana: {} }\n",
    );
    const ruled = `${MAP}publishing: { roles: director, approvals: 2 }\n`;
    write("map.yaml", ruled);
    await using company = await openCompany(folder, { memory: true });
    // No map in force says otherwise: whoever is first may.
    expect(await company.publishMap({ why: "The first.", by: "ana" })).toMatchObject({
      version: { version: 1 },
    });
    write("map.yaml", MAP);
    // Not even somebody who takes the rule out, or gives themselves the role.
    write("people.yaml", "people: { ana: { roles: director }, wing: { roles: director } }\n");
    const refused = await company.publishMap({ why: "Anybody may.", by: "ana" });
    expect(refused).toMatchObject({
      version: null,
      problems: [
        {
          code: "not-allowed",
          message:
            '"ana" may not publish the map; director may, as publishing says in the map in force.',
        },
      ],
    });
    expect(await company.mapProposed()).toBeNull();
    const first = await company.publishMap({ why: "Anybody may.", by: "mei" });
    expect(first).toMatchObject({ version: null, proposed: { by: ["mei"] } });
    expect(await company.publishMap({ why: "Again.", by: "mei" })).toMatchObject({
      proposed: { by: ["mei"] },
    });
    expect(await company.mapProposed()).toMatchObject({ by: ["mei"], why: "Anybody may." });
    expect(await company.mapVersions()).toHaveLength(1);
    const second = await company.publishMap({ why: "I looked at it.", by: "wing" });
    expect(second).toMatchObject({
      version: { version: 2, by: "wing", with: ["mei"] },
      again: false,
    });
    expect(await company.mapProposed()).toBeNull();
    // The one in force names nobody: anybody may.
    write("map.yaml", ruled);
    expect(await company.publishMap({ why: "Two again.", by: "ana" })).toMatchObject({
      version: { version: 3 },
    });
  });

  test("that nobody could publish again is a fault of it", async () => {
    writeFileSync(join(folder, "people.yaml"), "people: { mei: { roles: director }, ana: {} }\n");
    writeFileSync(
      join(folder, "map.yaml"),
      `${MAP}publishing: { roles: [director, chief], approvals: 2 }\n`,
    );
    await using company = await openCompany(folder, { memory: true });
    const { problems } = await company.publishMap({ why: "It is new." });
    const errors = problems.filter(({ severity }) => severity !== "warning");
    expect(errors.map(({ message, where }) => `${where?.line}: ${message}`)).toEqual([
      '7: Nobody is called "chief" in people.yaml.',
      "7: 2 people are to publish the map, and only mei may: it could never be changed.",
    ]);
  });
});
