/**
 * What the guide and README.md say is so: the files of its pages are written in a folder of their own, its
 * commands are run there in their order, and they say what stands under them.
 */
import { spawnSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { bareEnvironment } from "../given/bare-environment.ts";

const PAGES = ["README.md", ...readdirSync("docs/guide").map((name) => `docs/guide/${name}`)];
const root = mkdtempSync(join(tmpdir(), "muster-guide-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

type Block =
  | { readonly kind: "file"; readonly path: string; readonly text: string }
  | { readonly kind: "console"; readonly text: string };

/** A fenced block is a file when its first line is a comment with a path, and commands when it is `console`. */
function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(
    ([, language = "", text = ""]): readonly Block[] => {
      const path = /^(?:#|\/\/|--) ([\w./-]+\.\w+)\n/.exec(text)?.[1];
      if (path !== undefined) return [{ kind: "file", path, text }];
      return language === "console" ? [{ kind: "console", text }] : [];
    },
  );
}

type Command = { readonly line: string; readonly says: readonly string[] };

function commandsIn(text: string): readonly Command[] {
  const commands: { line: string; says: string[] }[] = [];
  for (const line of text.split("\n"))
    if (line.startsWith("$ ")) commands.push({ line: line.slice(2), says: [] });
    else if (line.trim() !== "") commands.at(-1)?.says.push(line);
  return commands;
}

function open(page: string): string {
  const folder = join(root, basename(page, ".md"));
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  // A clone has no package of its own name: the doors are given as the package gives them.
  const library = join(root, "muster");
  mkdirSync(library, { recursive: true });
  const doors = { ".": "./index.ts", "./testing": "./testing.ts" };
  writeFileSync(
    join(library, "package.json"),
    JSON.stringify({ name: "muster", type: "module", exports: doors }),
  );
  writeFileSync(join(library, "index.ts"), `export * from "${resolve("src/index.ts")}";\n`);
  writeFileSync(
    join(library, "testing.ts"),
    `export * from "${resolve("src/testing/index.ts")}";\n`,
  );
  spawnSync("ln", ["-s", library, join(folder, "node_modules", "muster")]);
  return folder;
}

/** @returns what it said, stdout and stderr as they came */
function run(folder: string, line: string): string {
  const said = join(root, "said.txt");
  const out = openSync(said, "w");
  const muster = `muster() { "${process.execPath}" "${resolve("src/cli/main.ts")}" "$@"; }`;
  spawnSync("sh", ["-c", `${muster}\nnode() { "${process.execPath}" "$@"; }\n${line}`], {
    cwd: folder,
    env: bareEnvironment({ HOME: folder, TMPDIR: root, MUSTER_PERSON: "ana" }),
    stdio: ["ignore", out, out],
    timeout: 60_000,
  });
  closeSync(out);
  return readFileSync(said, "utf8");
}

/** Each line that is to be said, in its order; "…" stands for anything. @returns the first that was not */
function missing(says: readonly string[], said: string): string | null {
  const spaced = (line: string): string => line.trim().replaceAll(/\s+/g, " ");
  const lines = said.split("\n").map(spaced);
  let at = 0;
  for (const line of says) {
    if (line.trim() === "…") continue;
    const escaped = spaced(line).replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const pattern = new RegExp(`^${escaped.replaceAll("…", ".*")}$`);
    const found = lines.findIndex((one, row) => row >= at && pattern.test(one));
    if (found < 0) return line;
    at = found + 1;
  }
  return null;
}

describe("the guide", () => {
  for (const page of PAGES) {
    test(`${page}: its files and commands do what it says`, () => {
      const folder = open(page);
      for (const block of blocksOf(readFileSync(page, "utf8"))) {
        if (block.kind === "file") {
          mkdirSync(dirname(join(folder, block.path)), { recursive: true });
          writeFileSync(join(folder, block.path), block.text);
          continue;
        }
        for (const { line, says } of commandsIn(block.text)) {
          const said = run(folder, line);
          const lacking = missing(says, said);
          expect(lacking, `$ ${line}\nsaid:\n${said}\nnot: ${lacking}`).toBeNull();
        }
      }
    });
  }
});
