import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { lettersWorkflow } from "../../../test/given/checked.ts";
import type { Param } from "../../core/definition/index.ts";
import { paramsOf } from "./params.ts";

const cwd = mkdtempSync(join(tmpdir(), "muster-params-"));
afterAll(() => rmSync(cwd, { recursive: true }));
writeFileSync(join(cwd, "letter.txt"), "Dear all,\n");
writeFileSync(join(cwd, "given.yaml"), "size: 7\ntags: [a]\n");
writeFileSync(join(cwd, "list.yaml"), "- a\n");

const WORKFLOW = lettersWorkflow({
  size: param("integer", (value) => typeof value === "number"),
  text: param("string", (value) => typeof value === "string"),
  tags: param("array"),
  deep: param("object"),
});

function param(type: string, fits: (value: unknown) => boolean = () => true): Param {
  const convert: Param["type"]["convert"] = (value) =>
    fits(value)
      ? { ok: true, value }
      : { ok: false, why: `${JSON.stringify(value)} is no ${type}.` };
  return { type: { text: type, schema: { type }, convert }, required: false };
}

function read(pairs: readonly string[], file: string | null = null): ReturnType<typeof paramsOf> {
  return paramsOf(WORKFLOW, { pairs, file, cwd });
}

describe("params on the command line", () => {
  test("are read as their types are declared", () => {
    const pairs = ["size=50", "text=50", "tags=a, b,3", 'deep={"x": [1]}'];
    expect(read(pairs)).toMatchObject({
      params: { size: 50, text: "50", tags: ["a", "b", 3], deep: { x: [1] } },
    });
  });

  test("may hold an equals sign, and a list may be JSON", () => {
    expect(read(["text=a=b", 'tags=["a,b"]'])).toMatchObject({
      params: { text: "a=b", tags: ["a,b"] },
    });
  });

  test("may come from a file, by @ or all at once, and a pair beats the file", () => {
    expect(read(["text=@letter.txt", "size=8"], "given.yaml")).toEqual({
      params: { size: 8, tags: ["a"], text: "Dear all,\n" },
      origin: { size: "given", tags: "file", text: "given" },
    });
    expect(read(["text=@@home"])).toMatchObject({ params: { text: "@home" } });
  });

  test("of a list of objects are one of them or a CSV, which commas do not part", () => {
    const rows: Param = {
      type: {
        text: "object[]",
        schema: { type: "array", items: { type: "object" } },
        convert: (value) => ({ ok: true, value }),
      },
      required: true,
    };
    const workflow = lettersWorkflow({ rows });
    const given = (text: string) =>
      paramsOf(workflow, { pairs: [`rows=${text}`], file: null, cwd });
    expect(given('{"a": 1, "b": 2}')).toMatchObject({ params: { rows: { a: 1, b: 2 } } });
    expect(given("a,b\n1,2")).toMatchObject({ params: { rows: "a,b\n1,2" } });
  });

  test("are shown as they would be typed, a list of objects and a choice too", () => {
    const refuses: Param["type"]["convert"] = () => ({ ok: false, why: "no." });
    const of = (schema: Param["type"]["schema"]): Param => ({
      type: { text: "it", schema, convert: refuses },
      required: true,
    });
    const workflow = lettersWorkflow({
      rows: of({ type: "array", items: { type: "object" } }),
      level: of({ enum: ["a b", "c"] }),
    });
    expect(paramsOf(workflow, { pairs: ["rows=1", "level=d"], file: null, cwd })).toMatchObject({
      problems: [
        { mend: `Write it as: rows='[{"key": "value"}]'` },
        { mend: "Write it as: level='a b'" },
      ],
    });
  });

  test("keep every digit of a whole number, on the line and in a file", () => {
    const long = "12345678901234567890";
    writeFileSync(join(cwd, "long.yaml"), `deep: { x: ${long}, y: 7, z: 1.5 }\n`);
    expect(read([`deep={"x": [${long}]}`])).toMatchObject({ params: { deep: { x: [long] } } });
    expect(read([], "long.yaml")).toMatchObject({ params: { deep: { x: long, y: 7, z: 1.5 } } });
    expect(read([`size=${long}`])).toMatchObject({
      problems: [{ message: expect.stringContaining(`"${long}" is no integer`) }],
    });
  });

  test("of a name that every object has are unknown like any other", () => {
    for (const name of ["__proto__", "constructor", "toString"])
      expect(read([`${name}=1`])).toMatchObject({
        problems: [{ code: "unknown-param", message: expect.stringContaining(`"${name}"`) }],
      });
  });

  test("are read from text in UTF-8 only, and without the mark that it may begin with", () => {
    writeFileSync(join(cwd, "latin.yaml"), Buffer.from("text: M\xfcller\n", "latin1"));
    const no = {
      message: expect.stringMatching(/latin\.yaml cannot be read: it is no text in UTF-8/),
    };
    expect(read([], "latin.yaml")).toMatchObject({ problems: [no] });
    expect(read(["text=@latin.yaml"])).toMatchObject({ problems: [no] });
    writeFileSync(join(cwd, "marked.txt"), "\ufeffMüller");
    expect(read(["text=@marked.txt"])).toMatchObject({ params: { text: "Müller" } });
  });

  test("that are wrong are each named with a mend", () => {
    expect(read(["size=many", "tgas=a", "text=@none.txt"])).toMatchObject({
      problems: [
        { message: expect.stringMatching(/none\.txt cannot be read: there is no such file/) },
        { code: "unknown-param", mend: 'Did you mean "tags"? Its params: size, text, tags, deep.' },
        {
          message: 'The param "size" is to be of type integer: "many" is no integer.',
          mend: "Write it as: size=50",
        },
      ],
    });
    expect(read([], "list.yaml")).toMatchObject({
      problems: [{ message: "list.yaml holds no object." }],
    });
  });
});
