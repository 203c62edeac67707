import type { Range } from "./problem.ts";

/** A part of an expression as the author wrote it, with its brackets whole, on one line, without `$`. */
export function sourceOf(text: string, range: Range): string {
  let { start, end } = range;
  const slice = text.slice(start, end);
  let open = 0;
  let lacking = 0;
  for (const sign of slice.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, "")) {
    if (sign === "(") open++;
    if (sign === ")" && open-- === 0) {
      lacking++;
      open = 0;
    }
  }
  while (lacking > 0 && start > 0) if (text[--start] === "(") lacking--;
  while (open > 0 && end < text.length) if (text[end++] === ")") open--;
  return text
    .slice(start, end)
    .replace(/\$(?=[A-Za-z_])/g, "")
    .replace(/\s+/g, " ")
    .trim();
}
