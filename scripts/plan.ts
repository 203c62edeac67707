/** What the quick gate has to ask: all that did not pass before with the same content of what it rests on. */
import { readFileSync } from "node:fs";
import { matchesGlob } from "node:path";
import type { Passed } from "./passed.ts";
import { formatKeys, lintKeys, testKeys } from "./reach.ts";
import { digestOf, type Tree } from "./tree.ts";
import { SETUP, UNIT } from "./unit-files.ts";

/** In the order in which they are told. */
export const CHECKS = ["format", "lint", "unused", "types"] as const;
export type Check = (typeof CHECKS)[number];
/** Each check that is to be run, as the words of a command. */
export type Commands = ReadonlyMap<Check, readonly string[]>;

export type Plan = {
  readonly commands: Commands;
  /** The files of unit tests that are left. */
  readonly tests: readonly string[];
  /** How many tests passed before. */
  readonly passedBefore: number;
  /**
   * What may be remembered.
   *
   * @param failed the checks that did not pass
   * @param ran    the files of tests of which all passed, each with how many those are
   */
  readonly passes: (failed: readonly Check[], ran: ReadonlyMap<string, number>) => Passed;
};

/** More than these are not named in a command: all are asked. */
const NAMED_MOST = 400;
const CODE = /\.(?:ts|mjs|cjs|js)$/;
const DATA = /\.jsonc?$/;
const LINTED = /^(?:src|test|packs|bench|scripts)\//;

/** What package.json says that each check is. */
export function wholeCommands(): Commands {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
    readonly scripts: Readonly<Record<Check, string>>;
  };
  return new Map(CHECKS.map((check) => [check, (scripts[check] ?? "").split(" ")]));
}

export function planOf(tree: Tree, passed: Passed, whole: Commands): Plan {
  const paths = [...tree.files.keys()];
  const code = paths.filter((path) => CODE.test(path));
  const typed = paths.filter((path) => CODE.test(path) || DATA.test(path));
  const lines = typed.toSorted().map((path) => `${path} ${tree.files.get(path)}`);
  const keys: Readonly<Record<Check, ReadonlyMap<string, string>>> = {
    format: formatKeys(tree, typed),
    lint: lintKeys(
      tree,
      code.filter((path) => LINTED.test(path)),
    ),
    unused: new Map([["", digestOf(["unused", tree.ground, ...lines])]]),
    types: new Map([["", digestOf(["types", tree.ground, ...lines])]]),
  };
  const tests = testKeys(tree, code.filter(isUnit), SETUP);
  const left = [...tests].filter(([, key]) => !passed.has(key)).map(([path]) => path);
  const commands = CHECKS.flatMap((check) => {
    const words = narrowed(whole.get(check) ?? [], {
      check,
      paths: [...keys[check]].filter(([, key]) => !passed.has(key)).map(([path]) => path),
    });
    return words === null ? [] : [[check, words] as const];
  });
  return {
    commands: new Map(commands),
    tests: left,
    passedBefore: [...tests.values()].reduce((sum, key) => sum + (passed.get(key) ?? 0), 0),
    passes: (failed, ran) =>
      new Map([
        ...CHECKS.filter((check) => !failed.includes(check)).flatMap((check) =>
          [...keys[check].values()].map((key) => [key, 0] as const),
        ),
        ...[...ran].flatMap(([path, count]) => {
          const key = tests.get(path);
          return key === undefined ? [] : [[key, count] as const];
        }),
      ]),
  };
}

type Left = { readonly check: Check; readonly paths: readonly string[] };

/** The command for these paths alone; null where nothing is left. */
function narrowed(words: readonly string[], { check, paths }: Left): readonly string[] | null {
  if (paths.length === 0) return null;
  // Its own store goes by the time and the size of a file; the whole gate does without.
  if (check === "unused") return [...words, "--cache"];
  if (check === "types" || paths.length > NAMED_MOST) return words;
  const flags = check === "format" ? ["--no-errors-on-unmatched"] : [];
  return [...words.filter((word) => !isPlace(word)), ...flags, ...paths];
}

function isPlace(word: string): boolean {
  return word === "." || LINTED.test(`${word}/`);
}

function isUnit(path: string): boolean {
  const fits = (glob: string): boolean => matchesGlob(path, glob);
  return UNIT.include.some(fits) && !UNIT.exclude.some(fits);
}
