import { readFileSync, statSync } from "node:fs";
import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import {
  NO_OVERLAY,
  type Overlay,
  type Read,
  readWorkflow,
  readWorkflowValue,
  type Surroundings,
  textOfValue,
} from "../../../core/definition/index.ts";
import type { Digest } from "../../../core/id.ts";
import { isObject, type Json } from "../../../core/json.ts";
import { MusterError, type Problem } from "../../../core/problem.ts";
import { textAt } from "../../file-text.ts";
import { importModule } from "../../import-module.ts";
import { tryLoading } from "../../load-limit.ts";
import { digestOf } from "../../runtime/index.ts";

/** A workflow's file as it was last read. A run is pinned to `content`: the file may change. */
export type WorkflowFile = Read & {
  readonly file: string;
  readonly content: readonly [Digest, string] | null;
  /** It stands in no company: its agents cannot be known. */
  readonly isLone?: true;
};

/** What stands in a workflow's file, before it is checked against anything. */
export type WorkflowText =
  | { readonly file: string; readonly text: string }
  | { readonly file: string; readonly value: unknown; readonly written?: string }
  | { readonly file: string; readonly problem: Problem };

export const WORKFLOW_EXTENSIONS: readonly string[] = [
  ".yaml",
  ".yml",
  ".json",
  ".ts",
  ".mts",
  ".js",
  ".mjs",
];
const TEXTS: readonly string[] = [".yaml", ".yml", ".json"];

/**
 * Takes a file in. A module is imported, anew when it has changed since.
 *
 * @param path absolute
 * @param file as problems name it
 * @param state the company's state folder, where a module that was loaded before is remembered
 */
export async function takeIn(
  path: string,
  file: string,
  state: string | null = null,
): Promise<WorkflowText> {
  // What is no module is not imported: that would run it.
  if (!WORKFLOW_EXTENSIONS.includes(extname(path))) return { file, problem: otherFile(file) };
  try {
    if (TEXTS.includes(extname(path))) {
      const { text, fault } = textAt(path, file) ?? { text: "", fault: noFile(file) };
      return fault === undefined ? { file, text } : { file, problem: fault };
    }
    const { mtimeMs } = statSync(path);
    await tryLoading(path, state);
    const module: unknown = await importModule(path, String(mtimeMs));
    const value = exportedBy(module);
    return value === undefined
      ? { file, problem: noExport(file) }
      : { file, value, written: readFileSync(path, "utf8") };
  } catch (error) {
    return { file, problem: unread({ file, path }, error) };
  }
}

/** What a definition is checked against, and what is laid over it before. */
export type Around = Pick<Surroundings, "agents" | "workflows" | "people"> & {
  /** What the company and the run add to it. */
  readonly overlay: Overlay;
};

/** Checks what was taken in, against the agents and workflows it may name. */
export function check(taken: WorkflowText, { overlay, ...around }: Around): WorkflowFile {
  const { file } = taken;
  if ("problem" in taken) return { file, workflow: null, problems: [taken.problem], content: null };
  const stored = (text: string): string => contentOf({ file, text, overlay });
  const surroundings = { ...around, digest: (text: string) => digestOf(stored(text)) };
  const read =
    "text" in taken
      ? readWorkflow({ ...taken, overlay }, surroundings)
      : readWorkflowValue(taken.value, { ...taken, overlay }, surroundings);
  const text = "text" in taken ? taken.text : textOfValue(taken.value, taken).text;
  const { workflow } = read;
  const isStored = workflow !== null && text !== null;
  return { ...read, file, content: isStored ? [workflow.digest, stored(text)] : null };
}

/** A file as it was taken in before, out of the content that its runs are pinned to. */
export function takenOf(content: string): Stored | null {
  const stored = JSON.parse(content) as Json;
  const file = isObject(stored) ? stored["file"] : null;
  const text = isObject(stored) ? stored["text"] : null;
  if (!isObject(stored) || typeof file !== "string" || typeof text !== "string") return null;
  const overlay = stored["overlay"] as Overlay | undefined;
  return { file, text, overlay: overlay ?? NO_OVERLAY };
}

type Stored = { readonly file: string; readonly text: string; readonly overlay: Overlay };

/** The workflow behind a content of the store; null where this version cannot read it. */
export function recall(content: string): Read["workflow"] {
  const stored = takenOf(content);
  if (stored === null) return null;
  const { overlay, ...taken } = stored;
  return check(taken, { agents: null, workflows: null, overlay }).workflow;
}

/** The file's name goes with its text: a workflow without a name is called after it. */
function contentOf({ file, text, overlay }: Stored): string {
  const isPlain = overlay.settings.length === 0 && overlay.bound.length === 0;
  return JSON.stringify(isPlain ? { file, text } : { file, text, overlay });
}

function exportedBy(module: unknown): unknown {
  if (typeof module !== "object" || module === null) return undefined;
  if ("workflow" in module) return module.workflow;
  return "default" in module ? module.default : undefined;
}

function noExport(file: string): Problem {
  return {
    code: "missing-key",
    message: `${file} exports no workflow.`,
    mend: "Write: export const workflow = defineWorkflow({ … });",
    where: { file, line: 1, column: 1 },
  };
}

function otherFile(file: string): Problem {
  return {
    code: "wrong-type",
    message: `${file} is no workflow by its name: one ends in ${WORKFLOW_EXTENSIONS.join(", ")}.`,
    mend: "Name a workflow's file, or give this one the ending of what stands in it.",
    where: { file, line: 1, column: 1 },
  };
}

function noFile(file: string): Problem {
  const where = { file, line: 1, column: 1 };
  return {
    code: "not-found",
    message: `There is no file ${file}.`,
    mend: "Check the path.",
    where,
  };
}

function unread(
  { file, path }: { readonly file: string; readonly path: string },
  error: unknown,
): Problem {
  const where = { file, line: 1, column: 1 };
  const mend = "Mend the module, or what it imports.";
  if (error instanceof MusterError)
    return { code: error.code, message: error.message, mend: error.mend ?? mend, where };
  const why = error instanceof Error ? error.message : String(error);
  const problem = { code: "syntax", message: `${file} cannot be read: ${why}` } as const;
  if (!(error instanceof Error)) return { ...problem, mend, where };
  const code = "code" in error ? error.code : null;
  if (code === "ENOENT") return noFile(file);
  if (code === "ERR_MODULE_NOT_FOUND")
    return { ...problem, mend: "Install the package, or mend the path of the import.", where };
  if ("syscall" in error) return { ...problem, mend: "Let this user read the file.", where };
  return { ...problem, mend, where: { ...where, ...placeThrown(path, error) } };
}

/** The line that a stack names: of what cannot be parsed, or of what threw while it was imported. */
function placeThrown(path: string, { stack }: Error): { line: number; column: number } | null {
  const ends = [path, pathToFileURL(path).pathname];
  const lines = stack?.split("\n") ?? [];
  for (const [at, line] of lines.entries()) {
    const found = /^(.*?)(?:\?at=[\d.]+)?:(\d+)(?::(\d+))?\)?$/.exec(line);
    if (found !== null && ends.some((end) => found[1]?.endsWith(end)))
      return { line: Number(found[2]), column: Number(found[3] ?? underlined(lines[at + 2])) };
  }
  return null;
}

/** The column that a line of carets below the code points at. */
function underlined(line: string | undefined): number {
  return line !== undefined && /^\s*\^+\s*$/.test(line) ? line.indexOf("^") + 1 : 1;
}
