import { plain } from "./output/index.ts";

/** A line in which nothing can play tricks on a terminal, with the spaces that stand it in its columns. */
export function plainLine(line: string): string {
  return line
    .split(/( {2,})/)
    .map((part) => (/^ *$/.test(part) ? part : plain(part)))
    .join("");
}
