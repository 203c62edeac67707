import { relative } from "node:path";
import type { Advice } from "../../core/foresight/index.ts";
import type { Problem } from "../../core/problem.ts";
import type { Terminal } from "./terminal.ts";
import { plain } from "./text.ts";

/**
 * Says on stderr what is wrong, where, and the mend. With `--json` the last line is one object
 * `{error: {code, message, where, mend}}`; where there are several, `problems` has them all.
 */
export function complain(terminal: Terminal, problems: readonly Problem[], cwd: string): void {
  const errors = problems.filter((problem) => problem.severity !== "warning");
  const [first] = errors.length > 0 ? errors : problems;
  if (!first) return;
  if (!terminal.json) {
    for (const problem of problems)
      terminal.side.line(complaint(terminal.side.paint, problem, cwd));
    return;
  }
  const more = problems.length > 1 ? { problems: problems.map(problemJson) } : {};
  terminal.side.line(JSON.stringify({ error: { ...problemJson(first), ...more } }));
}

/** Two lines: `error: file:line:column  what is wrong`, and the mend. */
export function complaint(paint: Terminal["side"]["paint"], problem: Problem, cwd: string): string {
  const { where, mend, severity = "error" } = problem;
  const label = paint(severity === "error" ? "red" : "yellow", `${severity}:`);
  const at = where ? `${shortPath(where.file, cwd)}:${where.line}:${where.column}  ` : "";
  return `${label} ${at}${plain(problem.message)}${mend ? `\n  mend: ${plain(mend)}` : ""}`;
}

/** Likewise what could be better, with the name under which it is silenced. */
export function hint(paint: Terminal["side"]["paint"], advice: Advice, cwd: string): string {
  const { id, message, mend, where } = advice;
  const at = `${shortPath(where.file, cwd)}:${where.line}:${where.column}`;
  return `${paint("dim", "advice:")} ${at}  ${plain(message)} (${id})\n  mend: ${plain(mend)}`;
}

export function problemJson(problem: Problem): {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly where: Problem["where"] | null;
  readonly mend: string | null;
} {
  const { code, severity = "error", message, where = null, mend = null } = problem;
  return { code, severity, message, where, mend };
}

/** Relative to where the person stands, when that is shorter to read. */
function shortPath(file: string, cwd: string): string {
  const near = relative(cwd, file);
  return near !== "" && !near.startsWith("..") ? near : file;
}
