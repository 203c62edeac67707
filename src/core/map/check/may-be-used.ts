import { ownOf } from "../../own.ts";
import { type Grant, LEVELS, type WorkMap } from "../work-map.ts";

/** Whether a grant lets its agent use a tool for a type of request, null for none, before any rule is asked. */
export function mayBeUsed(
  map: WorkMap,
  grant: Grant,
  { tool, request }: { readonly tool: string; readonly request: string | null },
): boolean {
  const its = ownOf(map.tools, tool);
  if (its === undefined || !grant.tools.includes(tool)) return false;
  if (LEVELS.indexOf(its.level) > LEVELS.indexOf(grant.level)) return false;
  if (grant.requests !== null && (request === null || !grant.requests.includes(request)))
    return false;
  const only = request === null ? null : (ownOf(map.requests, request)?.tools ?? null);
  return only === null || only.includes(tool);
}
