import { normalised, type Preview } from "../../../core/governance/index.ts";
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import type { Tool } from "../../../core/map/index.ts";
import { ownOf } from "../../../core/own.ts";
import { digestOfJson } from "../digest.ts";
import { type Drawer, objectOf, oneOf } from "../drawer.ts";
import type { Asked, Rehearsed } from "../kind.ts";
import type { Looking, ToolFailed } from "../toolbox.ts";
import { fillValue, plain, valueAt } from "./fill.ts";
import { withinCase } from "./trim-result.ts";
import { timeOf, withinTime } from "./within-time.ts";

/** Of what a preview shows, before and after, as JSON. */
const PREVIEW_BYTES_MOST = 65_536;

/** Looks up what a call would write: the record as it is, and as it would be. */
export async function previewTool(
  drawer: Drawer | null,
  call: Looking,
  abort: AbortSignal,
): Promise<Preview | null | ToolFailed> {
  if (drawer === null) return null;
  const { tool, system, fault } = drawer;
  const operation =
    tool.preview ?? (system.showsItself === true && tool.writes !== null ? tool.operation : null);
  if (operation === null) return null;
  const args = argsOf(tool, call);
  if (args === null) return null;
  if (fault !== null) return notDone("tool_unavailable", fault);
  const asked: Asked = {
    tool,
    operation,
    args,
    key: "",
    abort: timeOf(abort, tool.limits.timeoutMs),
  };
  const seen = await lookedUp(drawer, asked, call.bindings);
  if (!seen.ok) return { outcome: "failed", error: seen.error, certain: true };
  const { before, after } = seen;
  const bytes = Buffer.byteLength(JSON.stringify([before, after]));
  if (bytes > PREVIEW_BYTES_MOST)
    return notDone(
      "output_limit",
      `What it writes is ${bytes} bytes to look at, and ${PREVIEW_BYTES_MOST} are the most. Let its preview give fewer fields or rows.`,
    );
  const entity = tool.writes ?? tool.reads?.entity ?? tool.system;
  return { entity, id: idOf(tool, args, before), before, after, digest: digestOfJson(before) };
}

/** A record outside of the case is as if it were not there. */
async function lookedUp(
  drawer: Drawer,
  look: Asked,
  bindings: Looking["bindings"],
): Promise<Rehearsed> {
  const { tool, system } = drawer;
  if (tool.preview === null && tool.writes !== null)
    return await shownByItself(drawer, look, bindings);
  const found = await withinTime(() => system.look(look), look.abort);
  if (!found.ok) return found;
  if (bindings !== undefined && withinCase(found.value, tool, bindings)?.dropped !== 0)
    return { ok: true, before: null, after: null };
  const before = oneOf(found.value);
  if (system.rehearse === undefined || tool.writes === null)
    return { ok: true, before, after: afterBy(tool, look.args, before) };
  return await withinTime(() => rehearse(drawer, look), look.abort);
}

async function shownByItself(
  drawer: Drawer,
  look: Asked,
  bindings: Looking["bindings"],
): Promise<Rehearsed> {
  const seen = await withinTime(() => rehearse(drawer, look), look.abort);
  const isOutside =
    seen.ok &&
    bindings !== undefined &&
    seen.before !== null &&
    withinCase(seen.before, drawer.tool, bindings)?.dropped !== 0;
  return isOutside ? { ok: true, before: null, after: null } : seen;
}

/** Stands for the key in a rehearsal, which leaves nothing behind: nobody knows yet under which it will be done. */
const REHEARSAL = "the key of this call";

/** What a rehearsal left, as the call itself would leave it. */
export function underKey(after: Json, key: string): Json {
  if (after === REHEARSAL) return key;
  if (Array.isArray(after)) return after.map((one: Json) => underKey(one, key));
  if (!isObject(after)) return after;
  return Object.fromEntries(Object.entries(after).map(([name, one]) => [name, underKey(one, key)]));
}

async function rehearse({ tool, system }: Drawer, look: Asked): Promise<Rehearsed> {
  const write = { ...look, operation: tool.operation, key: REHEARSAL };
  const seen = await system.rehearse?.(write, { ...look, key: REHEARSAL });
  if (seen === undefined) return { ok: true, before: null, after: null };
  return seen.ok ? { ...seen, before: oneOf(seen.before), after: oneOf(seen.after) } : seen;
}

function notDone(kind: string, message: string): ToolFailed {
  return { outcome: "failed", error: { class: "transient", kind, message }, certain: true };
}

/** As they will be judged: normalised, with the case's own put in. null: they do not fit, and are refused there. */
function argsOf(tool: Tool, { args, bindings }: Looking): JsonObject | null {
  const forced = Object.entries(tool.scope.args).flatMap(([name, binding]) => {
    const own = ownOf(bindings, binding);
    return Object.hasOwn(args, name) || own === undefined ? [] : [[name, own] as const];
  });
  const fit = normalised(tool, { ...args, ...Object.fromEntries(forced) });
  return "args" in fit ? fit.args : null;
}

/** As its preview says, else what of the record the arguments name. */
export function afterBy(tool: Tool, args: JsonObject, before: Json): Json {
  const said = tool.preview?.["after"];
  if (said !== undefined) {
    const filled = fillValue(said, { args, before });
    if (!filled.ok) return null;
    return isObject(filled.value) ? { ...objectOf(before), ...filled.value } : filled.value;
  }
  if (!isObject(before)) return before;
  const named = Object.entries(args).filter(([name]) => Object.hasOwn(before, name));
  return { ...before, ...Object.fromEntries(named) };
}

/** Which record: what its preview says is the id, else its own `id`, else what the case is about, else the last argument in its address, else the first. */
export function idOf(tool: Tool, args: JsonObject, record: Json): string {
  const named = tool.preview?.["id"] ?? tool.operation["id"];
  const name = typeof named === "string" ? named : "id";
  const { file, path } = tool.operation;
  const address = typeof file === "string" ? file : typeof path === "string" ? path : "";
  // An argument that a decider changes is not what tells one record from another.
  const placed = [...address.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name).toReversed();
  const [first] = [...Object.keys(tool.scope.args), ...placed, ...Object.keys(args)];
  const found = [
    valueAt(record, name),
    ownOf(args, name),
    first === undefined ? undefined : ownOf(args, first),
  ];
  return plain(found.find((one) => one !== undefined && one !== null) ?? "");
}
