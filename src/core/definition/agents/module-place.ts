import type { Json } from "../../json.ts";
import type { Place } from "../../problem.ts";
import type { ValuePath } from "../reading/place.ts";
import { isMap } from "../steps/draft.ts";

/** Finds where in a module's text a value of what it exports was written. */
export type ModulePlaces = (
  path: ValuePath,
  options: { readonly key?: boolean; readonly offset?: number },
) => Place;

/** Longer texts are not searched: their problems name the path alone. */
const CHARACTERS_SEARCHED_MOST = 1_000_000;
/** What a step or a phase is told by. */
const NAMING_KEYS = ["id", "step", "name", "phase"];

/**
 * Nobody parses a module here. A text or a key that stands in it once is found; else the key in the
 * map of its step, where the step's id stands once; else that step. Comments are passed over.
 *
 * @param module.text null where nobody has it
 * @returns gives the head of the file where no place is sure
 */
export function placesInModule(
  module: { readonly file: string; readonly text: string | null },
  value: Json,
): ModulePlaces {
  const { file, text } = module;
  if (text === null || text.length > CHARACTERS_SEARCHED_MOST)
    return () => ({ file, line: 1, column: 1 });
  const written: Written = { code: blanked(text, "comments"), bare: blanked(text, "texts"), value };
  return (path, { key = false, offset = 0 }) => {
    const found = (key ? null : textAt(written, path, offset)) ?? keyAt(written, path);
    const at = found ?? ownerAt(written, path);
    const before = text.slice(0, at ?? 0).split("\n");
    return { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  };
}

type Written = {
  /** The module without its comments, character for character. */
  readonly code: string;
  /** And without what stands in its texts. */
  readonly bare: string;
  readonly value: Json;
};

const TEXTS_AND_COMMENTS =
  /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\/[^\n]*|\/\*[^]*?\*\//g;

function blanked(text: string, what: "comments" | "texts"): string {
  return text.replace(TEXTS_AND_COMMENTS, (all: string, quoted: string | undefined) => {
    if (quoted !== undefined && what === "comments") return all;
    return all.replace(/[^\n]/g, quoted === undefined ? " " : "_");
  });
}

function textAt({ code, value }: Written, path: ValuePath, offset: number): number | null {
  const here = valueAt(value, path);
  if (typeof here !== "string" || here === "") return null;
  const at = once(code, new RegExp(`(["'\`])${escaped(here)}\\1`, "g"));
  return at === null || offset === 0 ? at : at + 1 + offset;
}

function keyAt(written: Written, path: ValuePath): number | null {
  const { code, bare } = written;
  const key = path.at(-1);
  if (typeof key !== "string") return null;
  const anywhere = once(code, spelled(key));
  if (anywhere !== null) return anywhere;
  const owner = ownerOf(written, path);
  if (owner === null) return null;
  const { start, end } = mapAround(bare, owner.at);
  const depth = path.length - owner.length;
  const own = [...code.slice(start, end).matchAll(spelled(key))].filter(
    ({ index }) => depthOf(bare.slice(start, start + index)) === depth,
  );
  const [only] = own;
  return only === undefined || own.length > 1 ? null : start + only.index;
}

function ownerAt(written: Written, path: ValuePath): number | null {
  return ownerOf(written, path)?.at ?? null;
}

/** The innermost step or phase on the way whose id or name stands in the module once. */
function ownerOf(
  { code, value }: Written,
  path: ValuePath,
): { readonly at: number; readonly length: number } | null {
  for (let length = path.length; length > 0; length -= 1) {
    const here = valueAt(value, path.slice(0, length));
    if (!isMap(here)) continue;
    for (const key of NAMING_KEYS) {
      const name = here[key];
      if (typeof name !== "string" && typeof name !== "number") continue;
      const quoted = `(["'\`])${escaped(String(name))}\\2`;
      const said = typeof name === "string" ? quoted : `${name}(?![\\w.])`;
      const at = once(code, new RegExp(`${spelled(key).source}\\s*${said}`, "g"));
      if (at !== null) return { at, length };
    }
  }
  return null;
}

/** From its brace to its brace. */
function mapAround(bare: string, inside: number): { readonly start: number; readonly end: number } {
  let start = inside;
  for (let open = 0; start > 0 && open < 1; ) {
    start -= 1;
    open += stepOf(bare[start]);
  }
  let end = inside;
  for (let open = 0; end < bare.length && open > -1; end += 1) open += stepOf(bare[end]);
  return { start, end };
}

function depthOf(bare: string): number {
  let depth = 0;
  for (const sign of bare) depth += stepOf(sign);
  return depth;
}

function stepOf(sign: string | undefined): number {
  if (sign === "{" || sign === "[" || sign === "(") return 1;
  return sign === "}" || sign === "]" || sign === ")" ? -1 : 0;
}

function spelled(key: string): RegExp {
  return new RegExp(`(?<![\\w$.])(["']?)${escaped(key)}\\1\\s*:`, "g");
}

function once(code: string, pattern: RegExp): number | null {
  const [first, second] = [...code.matchAll(pattern)];
  return first === undefined || second !== undefined ? null : first.index;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

function valueAt(value: Json, path: ValuePath): Json | undefined {
  let here: Json | undefined = value;
  for (const part of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, part)) return undefined;
    here = (here as { readonly [key: string | number]: Json })[part];
  }
  return here;
}
