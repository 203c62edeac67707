import type { Json, JsonObject } from "../json.ts";
import type { Case, CaseRequest } from "./case.ts";
import { caseReadable } from "./judged.ts";

/**
 * The params that a workflow is started with for a request: those it declares and that can be told. By
 * the same name: what came beside the text, what the case is bound to, what is known of it; and `case`,
 * `case_id`, `request`, `text`, `requester`, `channel`.
 */
export function caseParams(
  declared: readonly string[],
  now: Case,
  request: CaseRequest,
): JsonObject {
  const { request: asked = null, ...readable } = caseReadable({ ...now, requests: [request] });
  const { text, requester, channel } = request;
  const facts = Object.entries(now.facts).map(([name, { value }]) => [name, value]);
  const known: Readonly<Record<string, Json>> = {
    case: readable,
    case_id: now.id,
    request: asked,
    text,
    requester,
    channel,
    ...Object.fromEntries(facts),
    ...request.about,
    // As text: what a param's type wants of it is read from that.
    ...now.bindings,
  };
  const names = declared.filter((name) => Object.hasOwn(known, name));
  return Object.fromEntries(names.map((name) => [name, known[name] ?? null]));
}
