import { lstatSync, readFileSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "../core/problem.ts";

/** A file as text; or why it is none: then `text` is "" and nothing may be made of it. */
export type FileText = {
  readonly file: string;
  readonly text: string;
  readonly fault?: Problem;
};

/** Four bytes for each of the characters that a file may have, which are counted when it is read. */
export const FILE_BYTES_MOST = 4_000_000;

/**
 * A file of a company, read whole. A folder of that name, a pipe, a link to nothing or to itself, a file that
 * may not be read, is too large or no text: each is one problem, so that whoever reads goes on to the rest.
 *
 * @param file its path from the folder, as problems name it
 * @param as `bytes`: what is no text is taken all the same, its odd bytes replaced
 * @returns null where there is nothing of that name
 */
export function textOfFile(
  folder: string,
  file: string,
  options: { readonly as?: "text" | "bytes" } = {},
): FileText | null {
  return textAt(join(folder, file), file, options);
}

/** The same of a file that may stand elsewhere; problems call it `file`. */
export function textAt(
  path: string,
  file: string,
  { as = "text" }: { readonly as?: "text" | "bytes" } = {},
): FileText | null {
  const fault = ([code, is, mend, line = 1, column = 1]: Why): FileText => {
    const message = `${file} ${is}.`;
    return { file, text: "", fault: { code, message, mend, where: { file, line, column } } };
  };
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return isLink(path) ? fault(NOWHERE) : null;
    const odd = whyNoFile(found, as);
    if (odd !== null) return fault(odd);
    const bytes = readFileSync(path);
    if (as === "bytes") return { file, text: bytes.toString("utf8") };
    const why = whyNoText(bytes);
    return why === null ? { file, text: new TextDecoder().decode(bytes) } : fault(why);
  } catch (error) {
    const why = refusalIn(error);
    return why === null ? null : fault(why);
  }
}

function whyNoFile(found: Stats, as: "text" | "bytes"): Why | null {
  if (found.isDirectory()) return FOLDER;
  if (!found.isFile()) return NO_FILE;
  return found.size > FILE_BYTES_MOST && as === "text" ? tooLarge(found.size) : null;
}

/** What the system says of it; null: there is nothing of that name. */
function refusalIn(error: unknown): Why | null {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) throw error;
  const code = String(error.code);
  if (code === "ENOENT" || code === "ENOTDIR") return null;
  const other: Why = ["io", `cannot be read: ${code}`, "Look at the disk, and at the file."];
  return REFUSED[code] ?? other;
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

type Why = readonly [
  code: Problem["code"],
  is: string,
  mend: string,
  line?: number,
  column?: number,
];

const FOLDER: Why = [
  "wrong-type",
  "is a folder, and a file is wanted",
  "Give the folder another name, and write the file.",
];
const NO_FILE: Why = [
  "wrong-type",
  "is a pipe or a device, and a file is wanted",
  "Put a plain file in its place.",
];
const NOWHERE: Why = [
  "not-found",
  "is a link to a file that is not there",
  "Mend the link, or put the file in its place.",
];
const REFUSED: Readonly<Record<string, Why>> = {
  EACCES: ["io", "may not be read by this user", "Let this user read it: chmod u+r, or its owner."],
  EPERM: ["io", "may not be read by this user", "Let this user read it: chmod u+r, or its owner."],
  ELOOP: ["wrong-value", "is a link that leads back to itself", "Put a plain file in its place."],
};

function tooLarge(bytes: number): Why {
  const is = `has ${bytes} bytes; the most is ${FILE_BYTES_MOST}`;
  return ["limit", is, "Take out what does not belong there: data is kept in the systems."];
}

const SAVE = "Save it as UTF-8 text.";

/** Where the first byte stands that is of no text in UTF-8; null: it is one. */
function whyNoText(bytes: Buffer): Why | null {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return ["syntax", "is written in UTF-16, and UTF-8 is read here", SAVE];
  const zero = bytes.indexOf(0);
  if (zero >= 0)
    return ["syntax", "is no text: a byte of it is zero", SAVE, ...placeOf(bytes, zero)];
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return null;
  } catch {
    const at = firstOdd(bytes);
    return ["syntax", "is no text in UTF-8: a byte of it is of none", SAVE, ...placeOf(bytes, at)];
  }
}

/** The first byte that the text with its odd bytes replaced does not give back. */
function firstOdd(bytes: Buffer): number {
  const again = Buffer.from(bytes.toString("utf8"), "utf8");
  const at = bytes.findIndex((byte, index) => byte !== again[index]);
  return Math.max(0, at);
}

function placeOf(bytes: Buffer, at: number): readonly [line: number, column: number] {
  const before = bytes.subarray(0, at).toString("utf8").split("\n");
  return [before.length, (before.at(-1) ?? "").length + 1];
}
