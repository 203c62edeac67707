import { fitting } from "../../../core/definition/index.ts";
import type { Preview } from "../../../core/governance/index.ts";
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import type { Tool } from "../../../core/map/index.ts";
import { ownOf } from "../../../core/own.ts";
import { digestOfJson } from "../digest.ts";
import { type Drawer, objectOf, oneOf } from "../drawer.ts";
import { type Answer, type Asked, type Guard, refused } from "../kind.ts";
import type { Performed, Performing, ToolRead, ToolWritten } from "../toolbox.ts";
import { fillValue, plain } from "./fill.ts";
import { afterBy, idOf, underKey } from "./preview-tool.ts";
import { type Trimmed, trimResult } from "./trim-result.ts";
import { verifyTool } from "./verify-tool.ts";
import { timeOf, withinTime } from "./within-time.ts";

/** Ids of rows that stand in the record of a read. */
const IDS_MOST = 100;

/** Performs a call that was judged. */
export async function performTool(
  drawer: Drawer | null,
  call: Performing,
  abort: AbortSignal,
): Promise<Performed> {
  if (drawer === null)
    return failedBy(refused("tool_not_found", `The map has no tool "${call.tool}".`), null);
  const { tool, system, fault } = drawer;
  if (fault !== null) return failedBy(refused("tool_unavailable", fault), tool);
  const time = timeOf(abort, tool.limits.timeoutMs);
  const { args, key } = call;
  const guard = call.isRepeat === true ? null : guardOf(drawer, call);
  const asked: Asked = { tool, operation: tool.operation, args, key, abort: time };
  if (time.aborted) return failedBy(refused("stopped", "It was stopped before it began."), tool);
  const answer =
    tool.writes === null
      ? await withinTime(() => system.look(asked), time)
      : await withinTime(() => system.write(asked, guard), time);
  if (answer.ok) return done(drawer, call, answer);
  if (call.isRepeat !== true) return failedBy(answer, tool);
  const before = await foundDone(drawer, call, abort);
  // One that was not heard now may have been heard before: only a no of the far side says that nothing was done.
  const isUnheard = answer.error.class === "transient";
  return before ?? failedBy(isUnheard ? { ...answer, doubt: true } : answer, tool);
}

/** A repetition finds nothing to do where it was done before: then what it wrote is there. */
async function foundDone(
  drawer: Drawer,
  call: Performing,
  abort: AbortSignal,
): Promise<Performed | null> {
  const after = underKey(call.preview?.after ?? null, call.key);
  if (drawer.tool.writes === null || after === null) return null;
  const verified = await verifyTool(drawer, { ...call, after }, abort);
  if (verified?.ok !== true) return null;
  return done(drawer, call, { ok: true, value: null, after: verified.found, more: DONE_BEFORE });
}

const DONE_BEFORE = "It had been done before under the same key: nothing was done again.";

type Answered = Extract<Answer, { readonly ok: true }>;
type Failing = Extract<Answer, { readonly ok: false }>;

function failedBy({ error, doubt }: Failing, tool: Tool | null): Performed {
  return doubt && tool !== null && tool.writes !== null
    ? { outcome: "unknown", error }
    : { outcome: "failed", error, certain: !doubt };
}

/** What it writes must be as it was judged; where nobody has looked before, as the tool wants it. */
function guardOf({ tool, system }: Drawer, { preview, args }: Performing): Guard | null {
  const operation = tool.preview ?? (system.showsItself === true ? tool.operation : null);
  if (operation === null) return null;
  if (preview !== null)
    return { operation, isSame: (found) => digestOfJson(oneOf(found)) === preview.digest };
  const { precondition } = tool;
  if (precondition === null) return null;
  return {
    operation,
    isSame: (found) =>
      precondition.evaluate({
        action: { tool: tool.name, args },
        record: { before: withoutNulls(oneOf(found)) },
      }).holds === "true",
  };
}

function withoutNulls(value: Json): Json {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null));
}

function done(drawer: Drawer, call: Performing, answer: Answered): Performed {
  const { tool } = drawer;
  const trimmed = trimResult(answer.value, receiptOf(tool, answer.value), call);
  const unfit = trimmed === null ? null : misfit(tool, trimmed.value);
  if (tool.writes === null && (trimmed === null || unfit !== null)) {
    const message =
      unfit ??
      `"${tool.name}" gives only rows of its case, and what came is no row. Let it give records.`;
    return failedBy(refused("invalid_answer", message), tool);
  }
  const { value, dropped, warnings }: Trimmed = trimmed ?? {
    value: null,
    dropped: 0,
    warnings: ["What came is no row of its case, and was left out."],
  };
  return {
    outcome: "ok",
    result: value,
    read: tool.writes === null ? readOf(drawer, value, dropped) : null,
    written: tool.writes === null ? null : writtenOf(tool, call, answer),
    reference: answer.reference ?? null,
    warnings: [...warnings, ...[answer.more, unfit].filter((one) => typeof one === "string")],
  };
}

/** What a write gives may be no record but a word that it was done: then there is no scope to look at. */
function receiptOf(tool: Tool, value: Json): Tool {
  if (tool.writes === null || Array.isArray(value)) return tool;
  const isRecord = Object.keys(tool.scope.rows).some((name) =>
    Object.hasOwn(objectOf(value), name),
  );
  return isRecord ? tool : { ...tool, scope: { ...tool.scope, rows: {} } };
}

/** Of a list each row must be what the tool promises. */
function misfit({ name, returns }: Tool, value: Json): string | null {
  if (returns === null || value === null) return null;
  const fit = fitting(returns);
  if (typeof fit === "string") return `What "${name}" promises is ${fit}.`;
  const rows = Array.isArray(value) && returns["type"] !== "array" ? value : [value];
  const why = rows.map((row: Json) => fit(row)).find((one) => one !== null);
  return why === undefined || why === null
    ? null
    : `"${name}" gave what it does not promise: ${why}.`;
}

function readOf({ tool, now }: Drawer, value: Json, dropped: number): ToolRead {
  const rows = Array.isArray(value) ? value : value === null ? [] : [value];
  const fields = new Set(rows.flatMap((row: Json) => Object.keys(objectOf(row))));
  return {
    system: tool.system,
    entity: tool.reads?.entity ?? tool.name,
    ids: rows.slice(0, IDS_MOST).flatMap((row: Json) => idOfRow(tool, row)),
    fields: [...fields],
    rows: rows.length,
    dropped,
    digest: digestOfJson(value),
    at: now(),
  };
}

/** What the operation says is the id, else `id`, else the first field whose name ends so. */
function idOfRow(tool: Tool, row: Json): readonly string[] {
  const record = objectOf(row);
  const said = tool.operation["id"];
  const names = [...(typeof said === "string" ? [said] : []), "id"];
  const name =
    names.find((one) => Object.hasOwn(record, one)) ??
    Object.keys(record).find((one) => one.endsWith("_id"));
  const id = name === undefined ? null : (ownOf(record, name) ?? null);
  return id === null ? [] : [plain(id)];
}

function writtenOf(tool: Tool, call: Performing, answer: Answered): ToolWritten {
  const { args } = call;
  const before = oneOf(answer.before ?? beforeOf(call.preview));
  const after =
    answer.after === undefined
      ? underKey(call.preview?.after ?? afterBy(tool, args, before), call.key)
      : oneOf(answer.after);
  return {
    system: tool.system,
    entity: tool.writes ?? "",
    id: idOf(tool, args, after ?? before),
    affected: answer.affected ?? null,
    before,
    after,
    undo: undoOf(tool, { args, before, result: answer.value }),
  };
}

function beforeOf(preview: Preview | null): Json {
  return preview?.before ?? null;
}

/** null: the tool names none, or not all that it needs is known. */
function undoOf({ undo }: Tool, from: JsonObject): ToolWritten["undo"] {
  if (undo === null) return null;
  const args = fillValue(undo.args, from);
  return args.ok && isObject(args.value) && !hasGap(undo.args, args.value)
    ? { tool: undo.tool, args: args.value }
    : null;
}

function hasGap(wanted: JsonObject, filled: JsonObject): boolean {
  return Object.keys(wanted).some((name) => !Object.hasOwn(filled, name));
}
