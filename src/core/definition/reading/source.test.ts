import { describe, expect, test } from "vitest";
import type { Problem } from "../../problem.ts";
import { FILE_CHARACTERS_MOST, NESTING_MOST, readSource, type Source } from "./source.ts";

function read(text: string): {
  readonly source: Source | null;
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const source = readSource({ file: "a.yaml", text }, (problem) => problems.push(problem));
  return { source, problems };
}

function said(text: string): readonly string[] {
  return read(text).problems.map(
    ({ code, message, where }) => `${where?.line}:${where?.column} ${code} ${message}`,
  );
}

describe("a source", () => {
  test("gives the place of a value, of a key and of a character in a text", () => {
    const { source } = read(`one:\n  two: [a, "$x + y"]\n  three: |\n    first\n    second\n`);
    const at = (...path: readonly (string | number)[]) => source?.placeOf(path);
    expect(at("one", "two", 1)).toEqual({ file: "a.yaml", line: 2, column: 12 });
    expect(source?.placeOf(["one", "two"], { key: true })).toMatchObject({ line: 2, column: 3 });
    expect(source?.placeOf(["one", "two", 1], { offset: 5 })).toMatchObject({
      line: 2,
      column: 18,
    });
    expect(source?.placeOf(["one", "three"], { offset: 8 })).toMatchObject({ line: 5, column: 7 });
    expect(at("one", "nowhere")).toMatchObject({ line: 1, column: 1 });
  });

  test("finds a word behind escapes and in folded lines, and else says where its text begins", () => {
    const { source } = read(
      `a: >\n  one\n  two three\nb: "x \\u00e9 word"\nc: plain\n  goes on\nd: "n \\n n"\n`,
    );
    const at = (key: string, word: string, value: string): unknown =>
      source?.placeOf([key], { offset: value.indexOf(word) });
    expect(at("a", "three", "one two three\n")).toMatchObject({ line: 3, column: 7 });
    expect(at("b", "word", "x é word")).toMatchObject({ line: 4, column: 14 });
    expect(at("c", "on", "plain goes on")).toMatchObject({ line: 6, column: 8 });
    expect(source?.placeOf(["d"], { offset: 4 })).toMatchObject({ line: 7, column: 4 });
  });

  test("keeps a number as its author wrote it", () => {
    const { source } = read("version: 2.10\nid: 01\n");
    expect(source?.wordOf(["version"])).toBe("2.10");
    expect(source?.wordOf(["id"])).toBe("01");
  });

  test("with faults of YAML says where and what usually helps", () => {
    expect(said("a: [1, 2\nb: 3\n")[0]).toMatch(/^\d+:\d+ syntax This is not YAML/);
    expect(said("a: {b: $c[0].d, e: {f: 1}, g: [h]}\nx: y\n")).toHaveLength(1);
    expect(read("a:\n\t- b\n").problems[0]?.mend).toMatch(/spaces/);
    expect(read("a: b\n---\nc: d\n").problems[0]?.mend).toMatch(/One file holds one definition/);
  });

  test("with a key twice says so, at the second", () => {
    expect(said("a: 1\nb: 2\na: 3\n")).toEqual([`3:1 duplicate The key "a" stands here twice.`]);
  });

  test("follows aliases and merges, and finds their places", () => {
    const { source, problems } = read("base: &b {x: 1, y: 2}\nnext:\n  <<: *b\n  y: 3\nsame: *b\n");
    expect(problems).toEqual([]);
    expect(source?.value).toEqual({
      base: { x: 1, y: 2 },
      next: { x: 1, y: 3 },
      same: { x: 1, y: 2 },
    });
    expect(source?.placeOf(["next", "x"])).toMatchObject({ line: 1, column: 14 });
    expect(source?.placeOf(["same", "y"])).toMatchObject({ line: 1, column: 20 });
  });

  test("refuses aliases that grow without end, or stand inside what they stand for", () => {
    const bomb = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 9; level++) {
      bomb.push(`a${level}: &a${level} [${`*a${level - 1}, `.repeat(10)}]`);
    }
    expect(said(bomb.join("\n"))).toEqual([
      expect.stringMatching(/limit The file holds more than/),
    ]);
    expect(said("a: &a [*a]\n")[0]).toMatch(/what it is inside of/);
    expect(said("a: *b\n")[0]).toMatch(/syntax/);
  });

  test("refuses what is too large, or nested too deep", () => {
    expect(said("x".repeat(FILE_CHARACTERS_MOST + 1))[0]).toMatch(/1:1 limit The file has/);
    const deep = "[".repeat(NESTING_MOST + 2) + "]".repeat(NESTING_MOST + 2);
    expect(said(deep)[0]).toMatch(/nested deeper than/);
    expect(said("[".repeat(20_000))[0]).toMatch(/limit|syntax/);
    expect(said(`a: ${"{a: ".repeat(3_000)}`).join("\n")).not.toMatch(/call stack/);
  });

  test("gives the line of a fault, whatever the parser lost before it", () => {
    const text = ["steps:", "  - {", "  time", "ut: 2d },", "  }", "  - { id: x }", ""].join("\n");
    const { problems } = read(text);
    expect(problems.length).toBeGreaterThan(0);
    for (const { where } of problems) {
      const line = text.split("\n")[(where?.line ?? 0) - 1] ?? "";
      expect(where?.column).toBeLessThanOrEqual(line.length + 1);
    }
  });

  test("refuses numbers that would be changed, and keys that would do harm", () => {
    expect(said("n: 12345678901234567890\n")[0]).toMatch(/1:4 wrong-value 12345678901234567890/);
    expect(said("n: .nan\n")[0]).toMatch(/wrong-value/);
    expect(said("__proto__: {x: 1}\n")[0]).toMatch(/1:1 unknown-key/);
  });
});
