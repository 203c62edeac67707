import type { Problem } from "../../src/index.ts";

/** Says against what holds for every problem: it tells what, where, and the mend. */
export type Judged = {
  /** The files of definitions, by the name problems give them; null where they stand in no file. */
  readonly files: ReadonlyMap<string, string> | null;
};

const MESSAGE_CHARACTERS_MOST = 4_000;

/** What our own faults look like when they reach a message. */
const INTERNAL =
  /Cannot read propert|is not a function|is not iterable|Maximum call stack|This case cannot be|\[object |undefined is|of undefined|Unexpected token|circular structure|serialize a BigInt|invalid array length/i;

export function judge(problem: Problem, { files }: Judged): readonly string[] {
  const complaints: string[] = [];
  const { code, message, where, mend } = problem;
  const tell = (what: string): void => {
    const at = where === undefined ? "" : ` at ${where.line}:${where.column}`;
    complaints.push(`the problem ${code}${at} ${what}: ${message?.slice(0, 300)}`);
  };
  if (code === "bug") tell("is a fault of ours");
  if (typeof message !== "string" || message.trim() === "") tell("says nothing");
  if (message.length > MESSAGE_CHARACTERS_MOST) tell(`takes ${message.length} characters`);
  if (INTERNAL.test(message)) tell("speaks of our own code");
  if (mend !== undefined && mend.trim() === "") tell("has an empty mend");
  if (files === null) return complaints;
  if (mend === undefined && problem.severity !== "warning" && code !== "bad-expression")
    tell("names no mend");
  if (where === undefined) tell("names no place");
  else if (!isPlace(where, files))
    tell(`names ${where.file}:${where.line}:${where.column}, no place`);
  return complaints;
}

function isPlace(
  where: NonNullable<Problem["where"]>,
  files: ReadonlyMap<string, string>,
): boolean {
  const text = files.get(where.file);
  if (text === undefined) return false;
  const lines = text.split("\n");
  const line = lines[where.line - 1];
  return Number.isInteger(where.column) && where.column >= 1 && line !== undefined
    ? where.column <= line.length + 2
    : where.line === lines.length + 1;
}
