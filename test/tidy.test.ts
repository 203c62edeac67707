/** The house rules that no other tool knows. Each complaint says where, what and the mend. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { describe, expect, test } from "vitest";

/** Which ring may import which. Imports point inward. `index.ts` is the package's door, `src/index.ts`. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  core: ["core"],
  engine: ["core", "engine"],
  testing: ["core", "engine", "testing"],
  server: ["core", "engine", "server"],
  "index.ts": ["core", "engine", "server", "testing"],
  cli: ["core", "engine", "server", "cli", "index.ts"],
};
/** Packages that reach nothing outside: all that the core may build on. */
const PURE = ["@marcbachmann/cel-js", "ajv", "csv-parse", "re2js", "yaml", "zod"];
const IMPURE =
  /\b(async|await|Promise|Date|performance|console|process|fetch|set(?:Timeout|Interval|Immediate)|Math\.random)\b/;
/** Rings whose folders are rooms with doors of their own; files at the root of the ring are common ground. */
const RINGS_WITH_ROOMS = ["core", "engine"];

const VAGUE =
  /(^|-)(utils?|helpers?|managers?|services?|common|misc|base|impl)(-|\.|$)|^(types|constants)\.ts$/;
const CODE_LINES_MOST = 300;
const TEST_LINES_MOST = 600;
const README_LINES_MOST = 100;
// Spelled apart, so that this file does not complain of itself.
const MARKER = new RegExp(
  `\\b(${["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"].join("|")})\\b`,
);
const MACHINE =
  /(?<![\w.])\/(work|root|home|Users)\/\w|\bregistry\.(npmjs|yarnpkg)\b|\bnpmjs\.(org|com)\b/i;

const TEXT = [
  ".ts",
  ".mjs",
  ".cjs",
  ".js",
  ".json",
  ".jsonl",
  ".md",
  ".yaml",
  ".yml",
  ".sql",
  ".csv",
  "",
];
const files = trackedFiles().filter(({ path }) => TEXT.includes(extname(path)));
const code = files.filter(({ path }) => /\.(ts|mjs|cjs|sql)$/.test(path));
const source = code.filter(({ path }) => path.startsWith("src/"));
const documents = files.filter(({ path }) => path.endsWith(".md"));

describe("imports", () => {
  test("point inward", () => {
    const outward = importsInto("src/")
      .filter(({ path, target }) => path.startsWith("src/") && !mayImport(path, target))
      .map(({ path, target }) => {
        const from = ringOf(path);
        const may = MAY[from]?.join(", ") ?? "nothing until test/tidy.test.ts names it";
        return `${path} imports ${target}; ${from} may import only ${may}`;
      });
    expect(outward).toEqual([]);
  });

  test("between folders pass through the door", () => {
    const through = importsInto("src/")
      .filter(({ path, target }) => !isDoor(target) && roomOf(path) !== roomOf(target))
      .map(
        ({ path, target }) =>
          `${path} imports ${target}; import ${roomOf(target)}/index.ts, and name there what is needed`,
      );
    expect(through).toEqual([]);
  });

  test("M5 of the core reach only itself and packages that reach nothing", () => {
    const reaching = coreWithoutTests().flatMap(({ path, text }) =>
      [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["']([^."'][^"']*)["']/g)]
        .filter(
          ([, name = ""]) => !PURE.some((pure) => name === pure || name.startsWith(`${pure}/`)),
        )
        .map(([, name]) => `${path} imports ${name}; take what you need as an argument`),
    );
    expect(reaching).toEqual([]);
  });

  test("find names at a door, never a star", () => {
    const stars = code
      .filter(({ path, text }) => path.endsWith(".ts") && /^export \*/m.test(text))
      .map(({ path }) => `${path}: "export *" hides what is exported; name each thing`);
    expect(stars).toEqual([]);
  });
});

describe("files", () => {
  test("are named for what they hold", () => {
    const vague = code
      .filter(({ path }) => path.split("/").some((part) => VAGUE.test(part)))
      .map(({ path }) => `${path}: name it for the one thing it holds`);
    expect(vague).toEqual([]);
  });

  test("are short enough to read", () => {
    const long = code.flatMap(({ path, text }) => {
      const most = /\.(test|contract)\.ts$/.test(path) ? TEST_LINES_MOST : CODE_LINES_MOST;
      const lines = linesOfCode(text);
      return lines > most
        ? [`${path}: ${lines} lines of code, at most ${most}; give a part of it a file`]
        : [];
    });
    expect(long).toEqual([]);
  });

  test("hold no class but the one error", () => {
    const classes = source.flatMap(({ path, text }) =>
      [...text.matchAll(/^\s*(?:export )?(?:abstract )?class (\w+)/gm)]
        .filter(([, name]) => name !== "MusterError")
        .map(([, name]) => `${path}: class ${name}; write a function that returns an object`),
    );
    expect(classes).toEqual([]);
  });

  test("M5 of the core have no clock, chance, waiting or environment", () => {
    const impure = coreWithoutTests().flatMap(({ path, text }) =>
      linesWith({ path, text: withoutComments(text) }, IMPURE).map(
        (where) => `${where}: take it as an argument, or owe an effect`,
      ),
    );
    expect(impure).toEqual([]);
  });

  test("leave nothing half done", () => {
    const left = files.flatMap((file) =>
      linesWith(file, MARKER).map(
        (where) => `${where}: do it now, or say in a sentence why it is so`,
      ),
    );
    expect(left).toEqual([]);
  });

  test("know nothing of the machine they were written on", () => {
    const local = files.flatMap((file) =>
      linesWith(file, MACHINE).map(
        (where) => `${where}: a path or host of one machine; use a relative path or none`,
      ),
    );
    expect(local).toEqual([]);
  });
});

describe("words", () => {
  const refused = refusedWords();

  test("of the list each replace at least one other", () => {
    const rows = textOf("docs/words.md").match(/^\|\s*\*\*/gm) ?? [];
    expect(rows.length).toBeGreaterThan(0);
    expect(new Set(refused.map(({ say }) => say)).size).toBe(rows.length);
  });

  test("one thing has one word", () => {
    const spoken = [...source.filter(({ path }) => !path.endsWith(".test.ts")), ...documents];
    const strays = spoken
      .filter(({ path }) => path !== "docs/words.md")
      .flatMap(({ path, text }) => {
        const plain = text.replaceAll(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
        return refused
          .filter(({ pattern }) => pattern.test(plain))
          .map(({ word, say }) => `${path} says "${word}"; say "${say}" (docs/words.md)`);
      });
    expect(strays).toEqual([]);
  });
});

describe("promises", () => {
  const tests = code
    .filter(({ path }) => path.endsWith(".test.ts"))
    .map(({ text }) => text)
    .join("\n");

  test("that are numbered in ARCHITECTURE.md or at the head of a file are each cited by a test", () => {
    const numbered = [
      ...numbersIn("ARCHITECTURE.md", /^- \*\*([A-Z]\d+)\*\* (?!\(later\))/gm),
      ...source.flatMap(({ path }) => numbersIn(path, /^ \* ([A-Z]\d+) {2}/gm)),
    ];
    expect(numbered.length).toBeGreaterThan(0);
    const uncited = numbered
      .filter(({ number }) => !citationOf(number).test(tests))
      .map(
        ({ path, number }) =>
          `${path}: no test names ${number}; begin the name of the test that proves it with "${number} "`,
      );
    expect(uncited).toEqual([]);
  });
});

describe("documents", () => {
  test("begin with a README that is read in two minutes", () => {
    expect(textOf("README.md").split("\n").length).toBeLessThan(README_LINES_MOST);
  });

  test("lead only to what is there", () => {
    const broken = documents.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)]
        .filter(([, target = ""]) => !existsSync(join(dirname(path), target)))
        .map(([, target]) => `${path} leads to ${target}, which is not there; mend the link`),
    );
    expect(broken).toEqual([]);
  });
});

type File = { readonly path: string; readonly text: string };

/** What version control holds or is about to hold, and so neither node_modules nor dist. */
function trackedFiles(): readonly File[] {
  const listed = execFileSync("git", [
    "ls-files",
    "-z",
    "--cached",
    "--others",
    "--exclude-standard",
  ]);
  return listed
    .toString()
    .split("\0")
    .filter((path) => path !== "" && path !== "package-lock.json")
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
    .map((path) => ({ path, text: readFileSync(path, "utf8") }));
}

function textOf(path: string): string {
  return files.find((file) => file.path === path)?.text ?? "";
}

/** Every import of a file under `folder`, static or dynamic, of a type or of a value. */
function importsInto(
  folder: string,
): readonly { readonly path: string; readonly target: string }[] {
  return code.flatMap(({ path, text }) =>
    [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"']*)["']/g)]
      .map(([, written = ""]) => ({ path, target: join(dirname(path), written) }))
      .filter(({ target }) => target.startsWith(folder)),
  );
}

/** "core" of src/core/machine/run.ts; "index.ts" of src/index.ts. */
function ringOf(path: string): string {
  return path.split("/")[1] ?? "";
}

/** A test in src may also use what we export for tests. */
function mayImport(path: string, target: string): boolean {
  const may = MAY[ringOf(path)] ?? [];
  return (
    may.includes(ringOf(target)) || (path.endsWith(".test.ts") && ringOf(target) === "testing")
  );
}

/** "src/core/machine" of src/core/machine/steps/each.ts, "src/cli" of src/cli/verbs/run.ts, else the first folder. */
function roomOf(path: string): string {
  const parts = path.split("/");
  if (parts[0] !== "src") return parts[0] ?? "";
  return parts.slice(0, RINGS_WITH_ROOMS.includes(ringOf(path)) ? 3 : 2).join("/");
}

/** Common ground counts as a door: src/core/json.ts. */
function isDoor(target: string): boolean {
  const parts = target.split("/");
  if (target.endsWith(".ts") && RINGS_WITH_ROOMS.includes(ringOf(target)) && parts.length === 3)
    return true;
  return target === "src/index.ts" || target === `${roomOf(target)}/index.ts`;
}

function coreWithoutTests(): readonly File[] {
  return source.filter(({ path }) => path.startsWith("src/core/") && !path.endsWith(".test.ts"));
}

/** Keeps the lines, so that their numbers stay; what follows code on its line stays too. */
function withoutComments(text: string): string {
  return text
    .replaceAll(/^\s*\/\*[\s\S]*?\*\//gm, (comment) => comment.replaceAll(/[^\n]/g, ""))
    .replaceAll(/^\s*(\/\/|--).*$/gm, "");
}

function linesOfCode(text: string): number {
  return withoutComments(text)
    .split("\n")
    .filter((line) => line.trim() !== "").length;
}

function linesWith({ path, text }: File, pattern: RegExp): readonly string[] {
  return text.split("\n").flatMap((line, index) => {
    const found = pattern.exec(line);
    return found ? [`${path}:${index + 1} "${found[0]}"`] : [];
  });
}

/** In the name of a `test(…)`, a `test.each(…)(…)` or a `describe(…)`. */
function citationOf(number: string): RegExp {
  return new RegExp(
    `(?:\\b(?:test|it|describe)(?:\\.\\w+)*|\\))\\(\\s*["'\`][^"'\`\n]*\\b${number}\\b`,
  );
}

function numbersIn(
  path: string,
  pattern: RegExp,
): readonly { readonly path: string; readonly number: string }[] {
  return [...textOf(path).matchAll(pattern)].map(([, number = ""]) => ({ path, number }));
}

/** The third column of docs/words.md. A hyphen, a space, an underscore or none between words is all one, and so is a plural. */
function refusedWords(): readonly {
  readonly word: string;
  readonly say: string;
  readonly pattern: RegExp;
}[] {
  return [
    ...textOf("docs/words.md").matchAll(/^\|\s*\*\*([^*]+)\*\*\s*\|.*\|([^|]*)\|$/gm),
  ].flatMap(([, say = "", synonyms = ""]) =>
    [...synonyms.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => ({
      word,
      say,
      pattern: new RegExp(`\\b${word.split(/[\s-]/).join("[\\s_-]*")}s?\\b`),
    })),
  );
}
