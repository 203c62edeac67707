import { canonical } from "../../../core/audit/index.ts";
import { isObject, type Json } from "../../../core/json.ts";
import { type Drawer, objectOf, oneOf } from "../drawer.ts";
import type { Verified, Verifying } from "../toolbox.ts";
import { timeOf, withinTime } from "./within-time.ts";

/**
 * Looks again: by the tool's own `verify`, or by its preview. A record with a field `ok` says by it
 * whether all is well; else there must be a record, and what it has in common with what was written
 * must be the same.
 */
export async function verifyTool(
  drawer: Drawer | null,
  call: Verifying,
  abort: AbortSignal,
): Promise<Verified | null> {
  const operation = drawer?.tool.verify ?? drawer?.tool.preview ?? null;
  if (drawer === null || operation === null) return null;
  const { tool, system, fault } = drawer;
  if (fault !== null) return { ok: false, found: null, why: fault };
  const time = timeOf(abort, tool.limits.timeoutMs);
  const asked = { tool, operation, args: call.args, key: call.key, abort: time };
  const looked = await withinTime(() => system.look(asked), time);
  if (!looked.ok) return { ok: false, found: null, why: looked.error.message };
  const found = oneOf(looked.value);
  const why = whatIsWrong(found, call.after, tool.verify !== null);
  return { ok: why === null, found, why };
}

function whatIsWrong(found: Json, after: Json, isOwn: boolean): string | null {
  if (found === null) return after === null && !isOwn ? null : "There is no such record.";
  if (isObject(found) && typeof found["ok"] === "boolean" && isOwn)
    return found["ok"] ? null : "Its own check says that it is not so.";
  const other = differing(found, after);
  return other.length === 0 ? null : `It is not as it was written: ${other.join(", ")}.`;
}

/** Names of what both have and is not the same in both. */
function differing(found: Json, after: Json): readonly string[] {
  if (after === null) return [];
  if (!isObject(found) || !isObject(after))
    return canonical(found) === canonical(after) ? [] : ["the rows"];
  const wanted = objectOf(after);
  return Object.entries(found)
    .filter(([name, value]) => {
      const want = Object.hasOwn(wanted, name) ? wanted[name] : undefined;
      return want !== undefined && canonical(want) !== canonical(value);
    })
    .map(([name]) => name);
}
