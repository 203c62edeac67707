import { ownOf } from "../../own.ts";
import { type Fields, isRoot, type Names, schemaOfRoot, stepNamed } from "./names.ts";

/**
 * The author's spelling made into what the engine can read, in a text of the same length, so that
 * every offset stays true:
 *
 * - a `$` before a name becomes a space;
 * - a name that is no identifier (`create-tenants`, the `1` of `steps.1`) or is a word of the
 *   engine's own becomes an identifier of the same length, and `names` has the real one by offset.
 *
 * A dash belongs to a name where the longer name is one: with a step `create-tenants`,
 * `create-tenants.ids` are its ids; without it, it is a subtraction.
 */
export type Spelled = { readonly text: string; readonly names: ReadonlyMap<number, string> };

/** What the name after the next dot may be. */
type Next = {
  readonly known: (word: string) => boolean;
  /** An unknown one keeps its dashes. */
  readonly whole: boolean;
  readonly after: (word: string) => Next;
};

/** Texts in quotes and comments, where nothing is a name. */
const QUOTED =
  /[rRbB]{0,2}(?:"""(?:\\[^]|[^\\])*?"""|'''(?:\\[^]|[^\\])*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\/\/[^\n]*/y;
const NUMBER = /(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)[uU]?/y;
const HEAD = /\$?[A-Za-z_][\w-]*/y;
const FIELD = /[\w-]+/y;
/** Words the engine keeps to itself, before or after a dot. */
const RESERVED = new Set(
  `as break const continue else for function if import let loop package namespace return var void
  while __proto__ prototype in true false null`.split(/\s+/),
);
/** Of those, the ones that mean something where a value stands. */
const MEANING = new Set(["in", "true", "false", "null"]);
const ANY: Next = { known: () => false, whole: false, after: () => ANY };

export function spell(text: string, names: Names): Spelled {
  const spelled = new Map<number, string>();
  let out = " ".repeat(/^\s*\$(?![A-Za-z_{$])/.exec(text)?.[0].length ?? 0);
  let next = ANY;
  while (out.length < text.length) {
    const piece = pieceAt(text, out.length, { names, next, isField: out.endsWith(".") });
    out += spelling(piece, out.length, spelled);
    next = piece.next;
  }
  return { text: out, names: spelled };
}

/** What stands at one place: a name, or anything else, which is left as it is. */
type Piece = {
  readonly text: string;
  /** Of a name: whether a `$` stands before it, and whether the engine cannot read it. */
  readonly name?: { readonly dollar: boolean; readonly isReserved: boolean };
  readonly next: Next;
};

function pieceAt(
  text: string,
  at: number,
  {
    names,
    next,
    isField,
  }: { readonly names: Names; readonly next: Next; readonly isField: boolean },
): Piece {
  const field = isField ? match(FIELD, text, at) : null;
  if (field !== null) {
    const name = cut(field, next) || field;
    const isReserved = RESERVED.has(name);
    return { text: name, name: { dollar: false, isReserved }, next: next.after(name) };
  }
  const plain = match(QUOTED, text, at) ?? match(NUMBER, text, at);
  if (plain !== null) return { text: plain, next: ANY };
  const head = match(HEAD, text, at);
  if (head === null) return { text: text[at] ?? "", next: text[at] === "." ? next : ANY };
  const dollar = head.startsWith("$");
  const name = headOf(dollar ? head.slice(1) : head, names, dollar);
  const isReserved = RESERVED.has(name) && (dollar || isStep(names, name));
  return { text: name, name: { dollar, isReserved }, next: afterHead(names, name) };
}

function headOf(greedy: string, names: Names, dollar: boolean): string {
  const known = (word: string): boolean =>
    word === "steps" ||
    (names.facts ? schemaOfRoot(names, word) !== null : isRoot(word)) ||
    stepNamed(names, word) !== null;
  return cut(greedy, { known, whole: dollar, after: () => ANY });
}

function isStep(names: Names, word: string): boolean {
  return stepNamed(names, word) !== null && !MEANING.has(word);
}

function afterHead(names: Names, head: string): Next {
  if (head === "steps")
    return {
      known: (word) => stepNamed(names, word) !== null,
      whole: true,
      after: (word) => anyOf(outputsOf(names, word)),
    };
  if (head === "params" || head === "outputs" || head === "context") return anyOf(names[head]);
  return isRoot(head) ? ANY : anyOf(outputsOf(names, head));
}

function anyOf(fields: Fields | null | undefined): Next {
  if (!fields) return ANY;
  return { known: (word) => Object.hasOwn(fields, word), whole: false, after: () => ANY };
}

function outputsOf(names: Names, word: string): Fields | null {
  const id = stepNamed(names, word);
  return id === null ? null : (ownOf(names.steps, id) ?? null);
}

/** The longest beginning, cut at dashes, that is known; else all of it or up to the first dash. */
function cut(greedy: string, next: Next): string {
  const all = greedy.replace(/-+$/, "");
  for (let word = all; word.includes("-"); word = word.slice(0, word.lastIndexOf("-")))
    if (next.known(word)) return word;
  const first = all.split("-")[0] ?? "";
  return next.whole && !next.known(first) ? all : first;
}

function spelling({ text, name }: Piece, at: number, spelled: Map<number, string>): string {
  if (!name) return text;
  const before = name.dollar ? " " : "";
  if (/^[A-Za-z_]\w*$/.test(text) && !name.isReserved) return before + text;
  spelled.set(at + before.length, text);
  return `${before}_${text.slice(1).replace(/\W/g, "_")}`;
}

function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}
