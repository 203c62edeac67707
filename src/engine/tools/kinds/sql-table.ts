const NAME = String.raw`("?[A-Za-z_][\w$]*"?(?:\."?[A-Za-z_][\w$]*"?)?)`;
const WRITTEN = new RegExp(
  String.raw`^\s*(?:insert(?:\s+or\s+\w+)?\s+into|replace\s+into|update(?:\s+or\s+\w+)?|delete\s+from|merge\s+into)\s+(?:only\s+)?${NAME}`,
  "i",
);
const READ = new RegExp(String.raw`\bfrom\s+(?:only\s+)?${NAME}`, "i");

/**
 * The table whose rows a statement is about: the one that it writes, or the first that it reads. What
 * stands in brackets is about something else: a row counted beside it, a part of a date.
 *
 * @returns as it is written; null where there is none
 */
export function tableOfStatement(sql: string): string | null {
  let text = sql.replace(/'(?:[^']|'')*'/g, "''");
  for (let before = ""; before !== text; ) {
    before = text;
    text = text.replace(/\([^()]*\)/g, " § ");
  }
  return (WRITTEN.exec(text) ?? READ.exec(text))?.[1] ?? null;
}
