import { describe, expect, test } from "vitest";
import type { Digest } from "../../id.ts";
import { readPeople, readWorkflow } from "../index.ts";

const PEOPLE = `
muster: 1
people:
  ana: { name: Ana Lima, email: ana@harbour.example, teams: [operations], roles: refund-manager }
  bo: { teams: operations }
  cy: {}
`;

const read = (text: string) => readPeople({ file: "people.yaml", text });
const digest = (): Digest => `sha256:${"0".repeat(64)}` as Digest;

describe("a company's people", () => {
  test("are meant by their names, their teams and their roles", () => {
    const { people, problems } = read(PEOPLE);
    expect(problems).toEqual([]);
    expect(people?.meant("ana")).toEqual(["ana"]);
    expect(people?.meant("operations")).toEqual(["ana", "bo"]);
    expect(people?.meant("refund-manager")).toEqual(["ana"]);
    expect(people?.meant("nobody")).toEqual([]);
    expect(people?.names).toEqual(["ana", "bo", "cy", "operations", "refund-manager"]);
    expect(people?.people["ana"]).toMatchObject({ email: "ana@harbour.example" });
  });

  test("are told what is wrong in their file, with its place and the mend", () => {
    const said = (text: string) =>
      read(text).problems.map(({ code, where }) => `${where?.line} ${code}`);
    expect(said("- ana")).toEqual(["1 wrong-type"]);
    expect(said("people:\n  ana: { nmae: Ana }")).toEqual(["2 unknown-key"]);
    expect(said("people:\n  ana: { teams: bo }\n  bo: {}")).toEqual(["2 duplicate"]);
    expect(read("people:\n  ana: { teams: bo }\n  bo: {}").people).toBeNull();
  });

  test("are those that a gate names; whom nobody knows is told of", () => {
    const gate = (from: string) => {
      const text = `steps: [{ id: may, gate: { ask: Go?, from: ${from}, need: 2 } }]`;
      const { people } = read(PEOPLE);
      return readWorkflow(
        { file: "a.yaml", text },
        { agents: {}, workflows: {}, digest, people },
      ).problems.map(({ severity, message, mend }) => `${severity ?? "error"} ${message} ${mend}`);
    };
    expect(gate("operations")).toEqual([]);
    expect(gate("[ana, cy]")).toEqual([]);
    expect(gate("[ana, operation]")).toEqual([
      expect.stringMatching(
        /^warning Nobody is called "operation" in people\.yaml\. Did you mean "operations"\?/,
      ),
    ]);
    expect(gate("refund-manager")).toEqual([
      expect.stringContaining("2 people must allow it, and only 1 may decide."),
    ]);
  });
});
