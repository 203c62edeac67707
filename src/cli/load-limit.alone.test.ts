import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LOAD_MS_MOST } from "../engine/import-module.ts";
import { tryLoading } from "../engine/load-limit.ts";
import { givenCompany } from "./given-company.ts";

test("a workflow module that loops forever is told of by check, and the others are checked", async () => {
  using given = givenCompany({
    "workflows/endless.ts": "for (;;);\nexport const workflow = {};\n",
    "workflows/fine.ts":
      'export const workflow = { name: "fine", steps: [{ id: "a", wait: "1s" }] };\n',
  });
  const { code, out, err } = await given.muster("check");
  expect(code).not.toBe(0);
  expect(`${out}${err}`).toContain(
    `endless.ts has not ended its own loading within ${LOAD_MS_MOST / 1_000} seconds`,
  );
  expect(`${out}${err}`).toContain("Define things at the top of the module");
  expect(`${out}${err}`).not.toContain("fine.ts");
}, 60_000);

test("an agent whose module waits for ever, is wrong or is not there is told of by check", async () => {
  const agent = (more = "") => `muster: 1\nkind: function\neffects: pure\nmodule: ./agents/${more}`;
  using given = givenCompany({
    "agents/waits.yaml": agent("waits.ts"),
    "agents/waits.ts":
      "await new Promise(() => {});\nexport const attempt = () => ({ outputs: {} });\n",
    "agents/apart.yaml": agent("waits.ts\nisolate: true"),
    "agents/wrong.yaml": agent("wrong.ts"),
    "agents/wrong.ts": "export function attempt( {\n",
    "agents/gone.yaml": agent("gone.ts"),
    "agents/fine.yaml": agent("fine.ts"),
    "agents/fine.ts": "export const attempt = () => ({ outputs: {} });\n",
  });
  const { code, out } = await given.muster("check");
  expect(code).toBe(2);
  expect(out).toMatch(/agents\/waits\.yaml:1:1 .*waits\.ts has not ended its own loading within/);
  expect(out).toMatch(/agents\/apart\.yaml:1:1 .*was not loaded within/);
  expect(out).toMatch(/agents\/wrong\.yaml:1:1 .*wrong\.ts cannot be loaded: /);
  expect(out).toMatch(/agents\/gone\.yaml:1:1 .*gone\.ts is not there/);
  expect(out.match(/mend: Mend the module, or name another one/g)).toHaveLength(4);
  expect(out).toContain("4 errors, 0 warnings");
}, 90_000);

test("what was loaded before is not tried again until it is edited, also in a later process", async () => {
  const folder = mkdtempSync(join(tmpdir(), "muster-load-"));
  const file = join(folder, "one.ts");
  const count = join(folder, "count");
  const text = `import { appendFileSync } from "node:fs";\nappendFileSync(${JSON.stringify(count)}, "x");\n`;
  try {
    writeFileSync(count, "");
    writeFileSync(file, text);
    for (let times = 0; times < 3; times += 1) await tryLoading(file, folder);
    expect(sizeOf(count)).toBe(1);
    writeFileSync(file, `${text}// edited\n`);
    await tryLoading(file, folder);
    expect(sizeOf(count)).toBe(2);
    expect(
      Object.keys(JSON.parse(readFileSync(join(folder, "loaded.json"), "utf8")) as object),
    ).toEqual([file]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function sizeOf(file: string): number {
  return readFileSync(file).length;
}
