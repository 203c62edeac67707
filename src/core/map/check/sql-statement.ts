/** A statement as it was read: what it does, and the names of what is bound to it. Nothing is ever pasted into it. */
export type SqlStatement = {
  readonly verb: SqlVerb;
  /** Names after a colon, each once, in the order in which they come first. */
  readonly params: readonly string[];
  /** Between the params: one more piece than there are places. */
  readonly pieces: readonly string[];
  /** The param of each place. */
  readonly places: readonly string[];
};

export type SqlVerb = "read" | "write";

const READS = ["select", "with", "values", "table"];
const WRITES = ["insert", "update", "delete", "replace", "merge"];
/** `replace(…)` is no write of its own; whoever names a column so puts it in quotes. */
const CHANGES = new Set(["insert", "update", "delete", "merge", "into"]);
/** In one statement, to keep what is checked readable. */
const CHARACTERS_MOST = 65_536;

/**
 * Reads a tool's statement: one, that reads or writes rows, and nothing else. A word that changes
 * something makes it a write, wherever it stands: `with gone as (delete …) select …`.
 *
 * @returns the statement, or what is wrong with it and the mend; never throws
 */
export function readStatement(
  text: string,
): SqlStatement | { readonly wrong: string; readonly mend: string } {
  if (text.length > CHARACTERS_MOST)
    return {
      wrong: `The statement is ${text.length} characters long; at most ${CHARACTERS_MOST} are taken.`,
      mend: "Put a view or a function into the database, and name it here.",
    };
  const tokens = tokensOf(text);
  if (typeof tokens === "string")
    return { wrong: tokens, mend: "Close it, or write it another way." };
  const words = tokens.flatMap(({ kind, text: word }) =>
    kind === "word" ? [word.toLowerCase()] : [],
  );
  const end = tokens.findIndex(({ kind }) => kind === "end");
  if (end >= 0 && end < tokens.length - 1)
    return {
      wrong: "There is more than one statement.",
      mend: "Write one statement a tool; what belongs together goes into a function of the database.",
    };
  const [first = ""] = words;
  if (!READS.includes(first) && !WRITES.includes(first))
    return {
      wrong:
        first === ""
          ? "There is no statement."
          : `A tool does not ${first.toUpperCase()} anything.`,
      mend: "Write SELECT, INSERT, UPDATE or DELETE.",
    };
  const places = tokens.flatMap(({ kind, text: name }) => (kind === "param" ? [name] : []));
  return {
    verb: WRITES.includes(first) || words.some((word) => CHANGES.has(word)) ? "write" : "read",
    params: [...new Set(places)],
    pieces: piecesOf(text, tokens),
    places,
  };
}

type Token = {
  readonly kind: "word" | "param" | "end" | "opens" | "closes";
  readonly text: string;
  readonly from: number;
  readonly to: number;
};

function piecesOf(text: string, tokens: readonly Token[]): readonly string[] {
  const pieces: string[] = [];
  let at = 0;
  for (const { kind, from, to } of tokens) {
    if (kind === "end") {
      pieces.push(text.slice(at, from));
      return pieces;
    }
    if (kind !== "param") continue;
    pieces.push(text.slice(at, from));
    at = to;
  }
  pieces.push(text.slice(at));
  return pieces;
}

/** In order, what matters of the text: past quoted texts and names, comments, casts. */
const PARTS =
  /(?<skip>'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|\/\*[^]*?\*\/|\$(?<tag>\w*)\$[^]*?\$\k<tag>\$|::|\d[\w.]*)|:(?<param>[A-Za-z_]\w*)|(?<end>;)|(?<word>[A-Za-z_][\w$]*)|(?<open>'|"|`|\/\*)|(?<opens>\()|(?<closes>\))/g;

/** @returns the tokens, or what is left open */
function tokensOf(text: string): readonly Token[] | string {
  const tokens: Token[] = [];
  for (const match of text.matchAll(PARTS)) {
    const { param, end, word, open, opens, closes } = match.groups ?? {};
    if (open !== undefined) return `A ${open} is opened in the statement and never closed.`;
    const place = { from: match.index, to: match.index + match[0].length };
    if (param !== undefined) tokens.push({ kind: "param", text: param, ...place });
    else if (word !== undefined) tokens.push({ kind: "word", text: word, ...place });
    else if (end !== undefined) tokens.push({ kind: "end", text: end, ...place });
    else if (opens !== undefined) tokens.push({ kind: "opens", text: opens, ...place });
    else if (closes !== undefined) tokens.push({ kind: "closes", text: closes, ...place });
  }
  return unbalanced(tokens) ?? tokens;
}

function unbalanced(tokens: readonly Token[]): string | null {
  let open = 0;
  for (const { kind } of tokens) {
    if (kind === "opens") open += 1;
    if (kind === "closes") open -= 1;
    if (open < 0) return "A ) of the statement closes nothing.";
  }
  return open === 0 ? null : "A ( is opened in the statement and never closed.";
}
