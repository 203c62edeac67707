import { type ExpressionProblem, problemAt, type Range } from "./problem.ts";

/** The engine's complaint, and the text it is about. */
export type Complaint = { readonly text: string; readonly range: Range; readonly summary: string };

/** Words and signs of other languages, and what CEL writes for them. */
const INSTEAD: readonly (readonly [RegExp, (found: string) => string])[] = [
  [/\band\b/i, (found) => `Write && instead of "${found}".`],
  [/\bor\b/i, (found) => `Write || instead of "${found}".`],
  [/\bnot\b/i, (found) => `Write ! instead of "${found}": !(a == b).`],
  [/===/, () => "Write == to compare."],
  [/!==/, () => "Write != to compare."],
  [/<>/, () => "Write != instead of <>."],
  [/=</, () => "Write <= instead of =<."],
  [/=>/, () => "Write >= instead of =>."],
  [/(?<![=!<>])=(?!=)/, () => "Write == to compare; an expression cannot set anything."],
  [/(?<!&)&(?!&)/, () => "Write && for and."],
  [/(?<!\|)\|(?!\|)/, () => "Write || for or."],
  [/[“”‘’„]/, () => 'Write plain quotes: "text".'],
  [/\$\{/, () => "Write the expression without ${ }: the whole value is an expression here."],
  [
    /\b\d{1,3}(?:,\d{3})+\b/,
    (found) => `Write ${found.replaceAll(",", "")}: a number has no commas.`,
  ],
  [/\b\d+(?:\.\d+)?\s*%\s*(?:$|[)\]&|<>=])/, () => "A share is written as a number: 0.1 for 10%."],
  [/\bis\b/i, (found) => `Write == instead of "${found}".`],
  [/\b(?:if|then|else)\b/i, () => "Write condition ? this : that."],
];

/** Two words, or a word and a number, side by side: text that lacks its quotes. */
const SIDE_BY_SIDE = /\b(?!in\b)[A-Za-z_]\w*(?:[ \t]+(?!in\b)[\w.]+)+/;
const QUOTED = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\/[^\n]*/g;

/**
 * What the author probably meant. The engine says "Unexpected character"; people who do not program
 * write `and`, `=` and `1,000`.
 */
export function diagnose(spelled: string, complaint: Complaint): ExpressionProblem {
  const { text, range } = complaint;
  const bare = spelled.replace(QUOTED, (quoted) => "\u0000".repeat(quoted.length));
  for (const [pattern, mend] of INSTEAD) {
    const found = pattern.exec(bare);
    if (found)
      return problemAt(rangeOf(found), {
        message: `"${found[0].trim()}" is not CEL.`,
        mend: mend(found[0]),
      });
  }
  const open = /["']/.exec(bare);
  if (open)
    return problemAt(
      { start: open.index, end: text.length },
      { message: "The text that begins here has no end.", mend: `Close it with ${open[0]}.` },
    );
  const words = SIDE_BY_SIDE.exec(bare);
  if (words)
    return problemAt(rangeOf(words), {
      message: `"${words[0]}" is no name and no number.`,
      mend: `A text stands in quotes: "${words[0]}".`,
    });
  return problemAt(range, unbalanced(bare) ?? unexpected(text, complaint));
}

function rangeOf(found: RegExpExecArray): Range {
  return { start: found.index, end: found.index + found[0].length };
}

function unbalanced(bare: string): { readonly message: string; readonly mend: string } | null {
  const count = (sign: string): number => bare.split(sign).length - 1;
  for (const [open, close] of ["()", "[]", "{}"] as const) {
    const more = count(open ?? "") - count(close ?? "");
    if (more === 0) continue;
    const lacking = more > 0 ? close : open;
    return { message: `A ${lacking} is missing.`, mend: `Each ${open} needs its ${close}.` };
  }
  return null;
}

function unexpected(
  text: string,
  { range, summary }: Complaint,
): { message: string; mend: string } {
  const there = text.slice(range.start, Math.max(range.end, range.start + 1));
  return {
    message: there === "" ? "The expression ends too early." : `"${there}" cannot stand here.`,
    mend: `The grammar says: ${summary}.`,
  };
}
