import { describe, expect, test } from "vitest";
import { planOf } from "../scripts/plan.ts";
import { formatKeys, lintKeys, testKeys } from "../scripts/reach.ts";
import { digestOf, type Tree, treeOf } from "../scripts/tree.ts";

const FILES: Readonly<Record<string, string>> = {
  "tsconfig.json": "{}",
  "docs/words.md": "# Words",
  "src/far.ts": "export function far(): number {\n  return 1;\n}\n",
  "src/near.ts": 'export { far } from "./far.ts";\n',
  "src/shape.ts": "export type Shape = number;\n",
  "src/near.test.ts":
    'import type { Shape } from "./shape.ts";\nimport { far } from "./near.ts";\n',
  "src/open.ts": 'import { readFileSync } from "node:fs";\n',
  "src/open.test.ts": 'import "./open.ts";\n',
  "src/other.alone.test.ts": 'import "./far.ts";\n',
};
const TESTS = ["src/near.test.ts", "src/open.test.ts"];
const LINTED = Object.keys(FILES).filter((path) => path.startsWith("src/"));
const COMMANDS = new Map([
  ["format", ["biome", "check", "."]],
  ["lint", ["oxlint", "--deny", "src", "test"]],
  ["unused", ["knip"]],
  ["types", ["tsc"]],
] as const);

function tree(changes: Readonly<Record<string, string>> = {}, around = "v24"): Tree {
  const files: Readonly<Record<string, string>> = { ...FILES, ...changes };
  const digests = Object.entries(files).map(([path, text]) => [path, digestOf([text])] as const);
  return treeOf(new Map(digests), (path) => files[path] ?? "", [around]);
}

/** Of which of them the name is another one than it is for the files above. */
function changed(keys: (tree: Tree) => ReadonlyMap<string, string>, to: Tree): readonly string[] {
  const before = keys(tree());
  return [...keys(to)].filter(([path, key]) => before.get(path) !== key).map(([path]) => path);
}

const tests = (of: Tree): ReadonlyMap<string, string> => testKeys(of, TESTS, []);
const lint = (of: Tree): ReadonlyMap<string, string> => lintKeys(of, LINTED);

describe("a unit test is asked again", () => {
  test("when something has changed that it imports, however far", () => {
    const to = tree({ "src/far.ts": "export function far(): number {\n  return 2;\n}\n" });
    expect(changed(tests, to)).toContain("src/near.test.ts");
  });

  test("when anything has changed at all, where it can reach more than it imports", () => {
    expect(changed(tests, tree({ "docs/words.md": "# Other words" }))).toEqual([
      "src/open.test.ts",
    ]);
    expect(changed(tests, tree({ "docs/more.md": "" }))).toEqual(["src/open.test.ts"]);
  });

  test("when settings, the lock file, Node or the environment are others", () => {
    expect(changed(tests, tree({ "tsconfig.json": '{ "strict": true }' }))).toEqual(TESTS);
    expect(changed(tests, tree({ "package-lock.json": "{}" }))).toEqual(TESTS);
    expect(changed(tests, tree({}, "v26"))).toEqual(TESTS);
  });

  test("when what is run before each test has changed", () => {
    const keys = (of: Tree): ReadonlyMap<string, string> =>
      testKeys(of, ["src/near.test.ts"], ["src/shape.ts"]);
    expect(changed(keys, tree({ "src/shape.ts": "// other" }))).toEqual(["src/near.test.ts"]);
  });

  test("not when only a type has changed, which is gone before it runs", () => {
    expect(changed(tests, tree({ "src/shape.ts": "export type Shape = string;\n" }))).toEqual([
      "src/open.test.ts",
    ]);
  });

  test.each([
    ["loads what no import names", "await import(name);"],
    ["requires", 'const fs = require("node:fs");'],
    ["has a package that is not known", 'import "pg";'],
    ["imports what is not in the tree", 'import "../elsewhere.ts";'],
  ])("when anything has changed, where it %s", (_what, line) => {
    const given = { "src/near.ts": `${line}\n` };
    const before = tests(tree(given)).get("src/near.test.ts");
    const after = tests(tree({ ...given, "docs/words.md": "" })).get("src/near.test.ts");
    expect(after).not.toBe(before);
  });
});

describe("a file is linted again", () => {
  test("when its text has changed, or what a file declares that it imports, however far", () => {
    const to = tree({ "src/far.ts": "export function far(): string {\n  return '';\n}\n" });
    expect(changed(lint, to)).toEqual([
      "src/far.ts",
      "src/near.ts",
      "src/near.test.ts",
      "src/other.alone.test.ts",
    ]);
  });

  test("not when what it imports does the same in another way", () => {
    const to = tree({ "src/far.ts": "export function far(): number {\n  return 2;\n}\n" });
    expect(changed(lint, to)).toEqual(["src/far.ts"]);
  });
});

test("a file is looked at for its format when its text has changed, or a setting", () => {
  const format = (of: Tree): ReadonlyMap<string, string> => formatKeys(of, LINTED);
  expect(changed(format, tree({ "src/far.ts": "" }))).toEqual(["src/far.ts"]);
  expect(changed(format, tree({ "biome.json": "{}" }))).toEqual(LINTED);
});

describe("the quick gate", () => {
  test("asks everything where nothing is known, and of what passed nothing", () => {
    const first = planOf(tree(), new Map(), COMMANDS);
    expect(first.tests).toEqual(TESTS);
    expect([...first.commands.keys()]).toEqual(["format", "lint", "unused", "types"]);
    const passed = first.passes([], new Map([["src/near.test.ts", 3]]));
    const second = planOf(tree(), passed, COMMANDS);
    expect(second).toMatchObject({ tests: ["src/open.test.ts"], passedBefore: 3 });
    expect([...second.commands]).toEqual([]);
  });

  test("asks again what failed, and names the files that are left", () => {
    const first = planOf(tree(), new Map(), COMMANDS);
    const failed = planOf(tree(), first.passes(["lint"], new Map()), COMMANDS);
    expect([...failed.commands.keys()]).toEqual(["lint"]);
    const to = tree({ "src/far.ts": "export function far(): number {\n  return 2;\n}\n" });
    const left = planOf(to, first.passes([], new Map()), COMMANDS).commands;
    expect(left.get("lint")).toEqual(["oxlint", "--deny", "src/far.ts"]);
    expect(left.get("format")?.slice(0, 2)).toEqual(["biome", "check"]);
    expect(left.get("format")?.at(-1)).toBe("src/far.ts");
    expect(left.get("types")).toEqual(["tsc"]);
  });
});
