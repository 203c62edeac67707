import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { settingKeys } from "../src/core/definition/index.ts";
import { errors } from "./keys/errors.ts";
import { execution } from "./keys/execution.ts";
import { resources } from "./keys/resources.ts";
import { type Row, seen, wrongWith } from "./keys/row.ts";
import { REFUSED, SHOWN } from "./keys/shown.ts";

const ROWS: readonly Row[] = [...execution, ...errors, ...resources];

/**
 * Keys whose effect nothing shows yet, by the room that is to act on them. It must become empty: a key
 * that nobody acts on is refused when the definition is read.
 */
const PENDING: Readonly<Record<string, RegExp>> = {};

const KEYS = settingKeys();
const PROVED = new Set([...ROWS, ...SHOWN, ...REFUSED].map(({ key }) => key));
const isPending = (key: string): boolean =>
  Object.values(PENDING).some((pattern) => pattern.test(key));

describe("every key of the settings", () => {
  test("acts, and a test shows it", () => {
    expect(KEYS.filter((key) => !PROVED.has(key) && !isPending(key))).toEqual([]);
  });

  test("that a test shows is there", () => {
    expect([...PROVED].filter((key) => !KEYS.includes(key))).toEqual([]);
  });

  test("that is shown is not pending any more", () => {
    expect([...PROVED].filter(isPending)).toEqual([]);
    for (const [room, pattern] of Object.entries(PENDING))
      expect(KEYS.some((key) => pattern.test(key)) ? room : `take ${room} out`).toBe(room);
  });

  test.each(SHOWN)("$key is shown by a test that is there", ({ file, test: name }) => {
    expect(readFileSync(file, "utf8")).toContain(`test("${name}"`);
  });
});

describe("a run with the key goes another way than one without", () => {
  test.each(ROWS.map((row) => [row.about ? `${row.key}: ${row.about}` : row.key, row] as const))(
    "%s",
    (_, row) => {
      const { gives, without = {} } = row;
      expect({ with: seen(row, row.with), without: seen(row, without) }).toEqual(gives);
      expect(gives.with).not.toEqual(gives.without);
    },
  );
});

describe("what nobody would act on is refused when it is read", () => {
  test.each(REFUSED)("$key", ({ settings, why }) => {
    expect(wrongWith(settings)).toMatch(why);
  });

  test("a key that there is none of", () => {
    for (const block of new Set(KEYS.map((key) => key.split(".")[0] ?? "")))
      expect(wrongWith({ [block]: { nobody_heeds_this: 1 } })).toMatch(/There is no key|wants/);
  });
});
