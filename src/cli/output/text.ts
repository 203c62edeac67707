import { stripVTControlCharacters } from "node:util";

/**
 * A text from outside (a name in a file, an agent's message) as one plain line: it can neither
 * colour nor clear the terminal, nor begin a line that looks like ours.
 */
export function plain(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, "")
    .trim();
}

/** At most so many columns wide; what is cut off is shown by "…". */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let width = 1;
  let kept = "";
  for (const character of text) {
    width += widthOf(character);
    if (width > columns) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

/** Filled up with spaces to so many columns. */
export function pad(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - widthOf(text)));
}

/** Chinese, Japanese and Korean characters and emoji take two columns. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += WIDE.test(character) ? 2 : 1;
  return width;
}

/** "1 step", "2 steps". */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

const HANGING = "  ";

/** A number stays with its unit, an amount with its currency: "9 h", "HKD 640.50". */
const BETWEEN_WORDS = / (?!(?:ms|s|min|h|d)(?!\w))(?!(?<=\b[A-Z]{3} )\d)/;

/** In lines of at most so many columns, broken between words; the second and later ones hang. */
export function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(BETWEEN_WORDS)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (widthOf(longer) <= columns || line.trim() === "") line = longer;
    else {
      lines.push(line.trimEnd());
      line = HANGING + word;
    }
  }
  return [...lines, line];
}

/** The same for a line that is set in: what hangs is set in as far, and a little more. */
export function hanging(line: string, columns: number): readonly string[] {
  const indent = /^ */.exec(line)?.[0] ?? "";
  return wrapped(line.slice(indent.length), columns - indent.length - HANGING.length).map(
    (one) => `${indent}${one}`,
  );
}
