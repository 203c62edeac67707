import { instantOf } from "../instant.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Level } from "../map/index.ts";
import type { CaseFacts, Labels, ToolCall } from "./judgement.ts";

type Read = {
  readonly level: Level;
  readonly writes: string | null;
  readonly audience: string | null;
  readonly args: JsonObject;
  readonly case: CaseFacts | null;
  readonly labels: Labels;
  /** Milliseconds since 1970. */
  readonly now: number;
};

/**
 * What a rule reads: `action` (tool, args, agent, level, what it writes, and the audience, where there
 * is one), `case` (its id, its bindings, its facts), `request` (its type, who made it, where it came
 * from, what came beside its text), `record` (before
 * and after, where the tool has a preview), `data` (whether it is untrusted, whether it is about
 * persons) and `now`. What is not known is not there.
 */
export function readByRules(
  call: ToolCall,
  { level, writes, audience, args, labels, now, ...of }: Read,
): JsonObject {
  const given: JsonObject = {
    action: withoutNulls({ tool: call.tool, args, agent: call.agent, level, writes, audience }),
    request: withoutNulls({
      ...of.case?.about,
      type: of.case?.request ?? null,
      // As the case has them: a run in a customer's name goes by a name that says nothing.
      requester: of.case === null ? call.requester : of.case.requester,
      source: of.case?.source ?? null,
    }),
    now: instantOf(now),
    data: { untrusted: labels.untrusted.length > 0, personal: labels.personal.length > 0 },
  };
  const { preview } = call;
  const record =
    preview === null ? null : withoutNulls({ before: preview.before, after: preview.after });
  const caseRead =
    of.case && withoutNulls({ ...of.case.facts, ...of.case.bindings, id: of.case.id });
  return { ...given, ...(caseRead && { case: caseRead }), ...(record && { record }) };
}

/** null is "not there": a rule is undetermined on it, and the stricter way is taken. */
function withoutNulls(value: { readonly [name: string]: Json }): JsonObject {
  const kept = Object.entries(value).flatMap(([name, one]): [string, Json][] =>
    one === null ? [] : [[name, isObject(one) ? withoutNulls(one) : one]],
  );
  return Object.fromEntries(kept);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
