import { appendFileSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseSubjectId, type SubjectId } from "../../core/id.ts";
import { isObject, type Json } from "../../core/json.ts";
import { MusterError, type Problem } from "../../core/problem.ts";

/** In the state folder, and under names with this ending in folders outside. */
export const ERASURES_FILE = "erasures.jsonl";
export const ERASURES_ENDING = ".erasures";

/** More are not read; M7. */
const ERASURES_MOST = 1_000_000;

/** Whose key was destroyed, by the id that stands for them, and when: nothing by which anybody is known. */
export type Erased = { readonly subject: SubjectId; readonly at: number };

/**
 * A list of erasures, a line of JSON each: what a copy from before them does not know. A line that was cut
 * off at the end while it was written is left out.
 *
 * @param file as people name it
 */
export function readErasures(text: string, file: string): readonly Erased[] | Problem {
  const lines = text.split("\n");
  const found: Erased[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === "") continue;
    const one = erasedIn(line);
    if (one !== null) found.push(one);
    else if (index < lines.length - 1) return noErasure(file, index + 1);
    if (found.length > ERASURES_MOST) return noErasure(file, index + 1);
  }
  return found;
}

function erasedIn(line: string): Erased | null {
  try {
    const value = JSON.parse(line) as Json;
    if (!isObject(value)) return null;
    const { subject: id, at: text } = value;
    if (typeof id !== "string" || typeof text !== "string") return null;
    const subject = parseSubjectId(id);
    const at = Date.parse(text);
    return subject === null || Number.isNaN(at) ? null : { subject, at };
  } catch {
    return null;
  }
}

/** Those of a file; of one that is not there none. @throws MusterError "corrupt", or what the file system throws */
export function erasuresIn(path: string): readonly Erased[] {
  const found = readErasures(textOf(path), path);
  if ("code" in found) throw new MusterError(found);
  return found;
}

/** Writes those that a file lacks behind the others. On disk when it returns. */
export function addErasures(path: string, erased: readonly Erased[]): void {
  const known = new Set(erasuresIn(path).map(({ subject }) => subject));
  const fresh = erased.filter(({ subject }) => !known.has(subject));
  if (fresh.length === 0) return;
  mkdirSync(dirname(path), { recursive: true });
  const text = textOf(path);
  const lines = fresh.map(
    ({ subject, at }) => `${JSON.stringify({ subject, at: new Date(at).toISOString() })}\n`,
  );
  const descriptor = openSync(path, "a", 0o644);
  try {
    appendFileSync(
      descriptor,
      `${text === "" || text.endsWith("\n") ? "" : "\n"}${lines.join("")}`,
    );
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

function noErasure(file: string, line: number): Problem {
  return {
    code: "bad-input",
    message: `${file}:${line}:1 is no erasure: {"subject":"subj_…","at":"2026-11-20T08:30:00.000Z"}.`,
    mend: `Give the list that the company keeps: .muster/${ERASURES_FILE}, or the one in a folder outside.`,
  };
}
