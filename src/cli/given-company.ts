import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { MusterError, openCompany } from "../index.ts";
import { exitOfProblem } from "./exit.ts";
import type { Keys } from "./keys.ts";
import { program } from "./program.ts";
import type { Surroundings } from "./surroundings.ts";

export type Told = { readonly code: number; readonly out: string; readonly err: string };

/** A company's folder of a test, and the command line in it, in this process. */
export type Given = Disposable & {
  readonly folder: string;
  readonly write: (file: string, text: string) => void;
  readonly muster: (...words: readonly string[]) => Promise<Told>;
  /** The same for a person at a keyboard. */
  readonly press: (pressed: readonly string[], ...words: readonly string[]) => Promise<Told>;
};

/** @param files their texts by path; those of the folder are the agents and workflows of the company */
export function givenCompany(
  files: Readonly<Record<string, string>>,
  now: () => number = Date.now,
): Given {
  const folder = mkdtempSync(join(tmpdir(), "muster-given-"));
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text.trimStart());
  };
  for (const [file, text] of Object.entries(files)) write(file, text);
  return {
    folder,
    write,
    muster: (...words) => told(folder, words, { now, keys: null }),
    press: (pressed, ...words) => told(folder, words, { now, keys: keysOf(pressed) }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What a person presses, and the lines they write, one after another; then they end. */
function keysOf(pressed: readonly string[]): Keys {
  const left = [...pressed];
  const next = async (): Promise<string> => left.shift() ?? "escape";
  return { key: next, line: next, close: () => undefined };
}

async function told(
  folder: string,
  words: readonly string[],
  { now, keys }: { readonly now: () => number; readonly keys: Keys | null },
): Promise<Told> {
  const out: string[] = [];
  const err: string[] = [];
  const surroundings: Surroundings = {
    cwd: folder,
    env: { NO_COLOR: "1" },
    person: "ana",
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    now,
    openCompany,
    onInterrupt: () => () => undefined,
    keys: () => keys,
    packs: join(folder, "no-packs"),
  };
  const code = await program(words, surroundings).catch((error: unknown) => {
    if (!(error instanceof MusterError)) throw error;
    err.push(`error: ${error.message}\n`);
    return exitOfProblem(error.code);
  });
  return { code, out: out.join(""), err: err.join("") };
}
