import { readdir, stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import type { System, Tool } from "../../../core/map/index.ts";
import { ownOf } from "../../../core/own.ts";
import type { Secrets } from "../../outside/index.ts";
import {
  type Answer,
  type Asked,
  type Guard,
  type OpenSystem,
  type Refused,
  type Rehearsed,
  refused,
} from "../kind.ts";
import type { ToolSetting } from "../setting.ts";
import { fillText, fillValue, plain } from "../using/fill.ts";
import { contentOf, csvOf, replaceFile, rowsIn, textOf, valueIn } from "./file-content.ts";
import { type FilePlace, placeOf } from "./file-place.ts";

const ACTIONS = ["read", "list", "search", "write", "append"] as const;
type Action = (typeof ACTIONS)[number];

/** Files that are looked through for one search, and lines that it gives. */
const FILES_SEARCHED_MOST = 1_000;
const HITS_MOST = 500;
const LINE_CHARACTERS_MOST = 500;

/**
 * A folder: JSON, CSV and documents are read, looked through, written and added to. A file is replaced
 * as a whole, so that nobody sees half of it. In a CSV file a tool with `id` reads and changes one row.
 * Nothing leads out of the folder.
 */
export function openFiles(
  { name, settings }: System,
  { secrets, ...setting }: ToolSetting & { readonly secrets: Secrets },
): OpenSystem {
  const said = settings["folder"];
  const folder = resolve(setting.folder, typeof said === "string" ? secrets.fill(said) : ".");
  const alone = oneAfterAnother();
  return {
    showsItself: true,
    look: (asked) => guarded(() => look(folder, asked)),
    write: (asked, guard) => alone(() => guarded(() => write(folder, asked, guard))),
    rehearse: async (asked) => {
      const made = await guarded<Made | Refused>(() => make(folder, asked));
      if ("text" in made) return { ok: true, before: made.before, after: made.after };
      return made as Rehearsed;
    },
    health: async () =>
      (await stat(folder).catch(() => null))?.isDirectory() === true
        ? null
        : `The folder of "${name}" is not there: ${folder}.`,
    faultOf,
    close: async () => {},
  };
}

function actionOf({ action }: JsonObject): Action | null {
  return ACTIONS.find((one) => one === (action ?? "read")) ?? null;
}

function faultOf({ operation, writes }: Tool): string | null {
  const action = actionOf(operation);
  if (action === null) return `It does not say what is done. Write action: ${ACTIONS.join(", ")}.`;
  if (typeof operation["file"] !== "string") return "It names no file. Write file: PATH.";
  const isWriting = action === "write" || action === "append";
  if (isWriting && writes === null)
    return "It writes a file, and its tool does not say so. Write writes: NAME.";
  return !isWriting && writes !== null
    ? `It writes "${writes}", and its action is ${action}.`
    : null;
}

/** What the disk throws is a failure; nothing was done, since a file is replaced as a whole. */
async function guarded<Given>(work: () => Promise<Given>): Promise<Given | Refused> {
  try {
    return await work();
  } catch (thrown) {
    return refused("tool_failed", thrown instanceof Error ? thrown.message : String(thrown));
  }
}

async function look(folder: string, asked: Asked): Promise<Answer> {
  const { operation, args, abort } = asked;
  const place = placeOf(folder, plain(operation["file"] ?? ""), args);
  if ("wrong" in place) return misplaced(place);
  const action = actionOf(operation);
  if (action === "list") return { ok: true, value: await filesIn(place.file, abort) };
  if (action === "search")
    return { ok: true, value: await search(place.file, searched(operation, args), abort) };
  const text = await textOf(place.file);
  return { ok: true, value: text === null ? null : chosen(valueIn(place.file, text), asked) };
}

function misplaced({ wrong, isLost }: Extract<FilePlace, { readonly wrong: string }>): Refused {
  return refused(isLost === true ? "tool_unavailable" : "invalid_input_data", wrong);
}

/** Of rows those whose fields are the arguments of the same names; with an id, the one row. */
function chosen(value: Json, { operation, args }: Asked): Json {
  if (!Array.isArray(value)) return value;
  const { id } = operation;
  const rows = value.filter(
    (row: Json) =>
      isObject(row) &&
      (typeof id === "string" ? [id] : Object.keys(args)).every(
        (name) =>
          !Object.hasOwn(row, name) || args[name] === undefined || isSame(row[name], args[name]),
      ),
  );
  return typeof id === "string" ? (rows[0] ?? null) : rows;
}

function isSame(one: Json | undefined, other: Json | undefined): boolean {
  return plain(one ?? null) === plain(other ?? null);
}

function searched({ text }: JsonObject, args: JsonObject): string {
  const filled = fillText(typeof text === "string" ? text : "{query}", args);
  return filled.ok ? filled.value : "";
}

type Entry = { readonly file: string; readonly bytes: number };

async function filesIn(folder: string, abort: AbortSignal): Promise<readonly Entry[]> {
  const found: Entry[] = [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (abort.aborted || found.length >= FILES_SEARCHED_MOST) break;
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.push({ file: relative(folder, path), bytes: (await stat(path)).size });
  }
  return found.toSorted((one, other) => (one.file < other.file ? -1 : 1));
}

async function search(folder: string, words: string, abort: AbortSignal): Promise<Json> {
  const hits: JsonObject[] = [];
  if (words === "") return hits;
  const wanted = words.toLowerCase();
  for (const { file } of await filesIn(folder, abort)) {
    const text = await textOf(join(folder, file)).catch(() => null);
    for (const [at, line] of (text ?? "").split("\n").entries()) {
      if (!line.toLowerCase().includes(wanted)) continue;
      hits.push({ file, line: at + 1, text: line.trim().slice(0, LINE_CHARACTERS_MOST) });
      if (hits.length >= HITS_MOST) return hits;
    }
  }
  return hits;
}

/** What a write would make of a file. */
type Made = {
  readonly file: string;
  readonly text: string;
  readonly before: Json;
  readonly after: Json;
};

async function write(folder: string, asked: Asked, guard: Guard | null): Promise<Answer> {
  const made = await make(folder, asked);
  if (!("text" in made)) return made;
  if (guard !== null && !guard.isSame(await seenBy(guard, made, { folder, asked })))
    return refused(
      "stale",
      "What it writes is no longer as it was when this was judged. It is to be judged again.",
    );
  if (asked.abort.aborted) return refused("stopped", "It was stopped before it wrote.");
  await replaceFile(made.file, made.text);
  const { before, after } = made;
  const reference = relative(folder, made.file);
  return { ok: true, value: { file: reference }, affected: 1, reference, before, after };
}

type Seeing = { readonly folder: string; readonly asked: Asked };

/** Its own preview may look at it another way than it is written. */
async function seenBy(guard: Guard, made: Made, { folder, asked }: Seeing): Promise<Json> {
  if (guard.operation === asked.operation) return made.before;
  const found = await look(folder, { ...asked, operation: guard.operation });
  return found.ok ? found.value : null;
}

async function make(folder: string, asked: Asked): Promise<Made | Refused> {
  const { operation, args } = asked;
  const place = placeOf(folder, plain(operation["file"] ?? ""), args);
  if ("wrong" in place) return misplaced(place);
  const old = await textOf(place.file);
  return /\.csv$/i.test(place.file) && operation["content"] === undefined
    ? row(place.file, old ?? "", asked)
    : document(place.file, old, asked);
}

function document(file: string, old: string | null, { operation, args }: Asked): Made | Refused {
  const said = fillValue(operation["content"] ?? "$args.content", { args });
  if (!said.ok) return refused("invalid_input_data", `It needs ${said.missing.join(", ")}.`);
  const content = typeof said.value === "string" ? inText(said.value, args) : said.value;
  const text = contentOf(file, content);
  return actionOf(operation) === "write"
    ? { file, text, before: old, after: text }
    : { file, text: ended(old ?? "") + ended(text), before: null, after: text };
}

/** With the end of its last line. */
function ended(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

function inText(text: string, args: JsonObject): string {
  const filled = fillText(text, args);
  return filled.ok ? filled.value : text;
}

/** One row of a CSV file: added, or changed where its id is the argument's. */
function row(file: string, old: string, { operation, args }: Asked): Made | Refused {
  const rows = rowsIn(old);
  const names = Object.keys(rows[0] ?? args);
  const unknown = Object.keys(args).find((name) => !names.includes(name));
  if (unknown !== undefined)
    return refused(
      "invalid_input_data",
      `The file has no column "${unknown}". It has: ${names.join(", ")}.`,
    );
  const cells = Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, plain(value)]),
  );
  if (actionOf(operation) === "append") {
    const added = { ...Object.fromEntries(names.map((name) => [name, ""])), ...cells };
    return { file, text: csvOf([...rows, added], names), before: null, after: added };
  }
  const id = typeof operation["id"] === "string" ? operation["id"] : "id";
  const at = rows.findIndex((one) => isSame(ownOf(one, id), ownOf(args, id)));
  const before = rows[at];
  if (before === undefined)
    return refused(
      "conflict",
      `The file has no row whose ${id} is ${plain(ownOf(args, id) ?? null)}.`,
    );
  const after = { ...before, ...cells };
  return { file, text: csvOf(rows.with(at, after), names), before, after };
}

/** Two writes of one folder do not come between each other. */
function oneAfterAnother(): <Given>(work: () => Promise<Given>) => Promise<Given> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => {});
    return next;
  };
}
