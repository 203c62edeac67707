import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { givenCompany } from "../given-company.ts";

const FILES = {
  "map.yaml": `
muster: 1
company: Harbour
systems:
  desk: { kind: file, folder: ./desk }
tools:
  note.read: { system: desk, level: reference, file: "{name}.md" }
  note.write:
    { system: desk, level: record, effects: idempotent, action: write, file: "{name}.md", content: $args.text, args: { name: string, text: string }, writes: notes }
agents: { clerk: { may: { level: record, tools: [note.read, note.write] } } }
exceptions: { owner: ana }
`,
  "people.yaml": "muster: 1\npeople:\n  ana: {}\n",
  "workflows/copy.yaml": `
name: copy
steps:
  - { id: look, tool: note.read, as: clerk, inputs: { name: one }, outputs: { result: string } }
  - { id: note, tool: note.write, as: clerk, inputs: { name: two, text: $look.result } }
  - { id: ok, gate: Is it good? }
`,
  "desk/one.md": "One.\n",
};

test("a dry run goes through steps that use tools, and uses none", async () => {
  using it = givenCompany(FILES);
  const { code, out } = await it.muster("dry-run", "copy");
  expect(code).toBe(0);
  for (const step of ["(look)", "(note)", "ok"]) expect(out).toContain(step);
  expect(existsSync(join(it.folder, "desk", "two.md"))).toBe(false);
  await it.muster("run", "copy");
  await it.muster("inbox", "approve", "last");
  const again = JSON.parse((await it.muster("dry-run", "copy", "--json")).out) as object;
  expect(again).toMatchObject({ runs: 1, outcomes: { completed: expect.any(Number) } });
});
