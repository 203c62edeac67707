import { isObject, type Json } from "../json.ts";

/** A shorter text is found in too many sentences: it must be a value of its own. */
export const TEXT_LENGTH_LEAST = 3;
const AROUND = /^[\s("'“‘[{<$€£¥]+|[\s)"'”’\]}>.,;:!?]+$/gu;

/**
 * Whether everything in a value was said in the trusted request: as a value of its own, or in its text as
 * a whole. "13" is not said by "2026-11-13", nor "ann@x.example" by "joann@x.example".
 */
export function wasSaid(value: Json, trusted: readonly Json[]): boolean {
  return leavesOf(value).every((leaf) => trusted.some((said) => says(said, leaf)));
}

function says(said: Json, leaf: Json): boolean {
  if (Array.isArray(said)) return said.some((one: Json) => says(one, leaf));
  if (isObject(said)) return Object.values(said).some((one) => says(one, leaf));
  if (typeof said !== "string") return said === leaf;
  if (typeof leaf === "string") return said === leaf || hasWhole(said, leaf);
  return typeof leaf === "number" && hasNumber(said, leaf);
}

/** As words of the text, with nothing of a word directly before or behind. */
function hasWhole(text: string, part: string): boolean {
  const [from, what] = [text.toLowerCase(), part.trim().toLowerCase()];
  if (what.length < TEXT_LENGTH_LEAST) return false;
  for (let at = from.indexOf(what); at >= 0; at = from.indexOf(what, at + 1)) {
    const before = from.slice(0, at).at(-1) ?? " ";
    const behind = from.slice(at + what.length);
    if (!JOINS.test(before) && !JOINS_BEHIND.test(behind)) return true;
  }
  return false;
}

/** What makes one word of what it stands between. A full stop does, where the word goes on behind it. */
const JOINS = /[\p{L}\p{N}@._%+\-/\\#]/u;
const JOINS_BEHIND = /^(?:[\p{L}\p{N}@_%+\-/\\#]|\.[\p{L}\p{N}])/u;

function hasNumber(text: string, number: number): boolean {
  return text
    .split(/\s+/u)
    .map((word) => word.replaceAll(AROUND, "").replace(/^[A-Z]{3}(?=\d)/u, ""))
    .some(
      (word) =>
        /^[+-]?\d{1,3}(,\d{3})*(\.\d+)?$|^[+-]?\d+(\.\d+)?$/u.test(word) &&
        numberOf(word) === number,
    );
}

function numberOf(word: string): number {
  return Number(word.replaceAll(",", ""));
}

function leavesOf(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value.flatMap((one: Json) => leavesOf(one));
  return isObject(value) ? Object.values(value).flatMap((one) => leavesOf(one)) : [value];
}
