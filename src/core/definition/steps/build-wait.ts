import {
  evaluateTemplate,
  type Names,
  type Outcome,
  readsOf,
  type Scope,
  type Template,
} from "../../expression/index.ts";
import type { ValuePath } from "../reading/place.ts";
import { NOTHING_DECLARED } from "../types/declared-type.ts";
import { parseDuration } from "../types/duration.ts";
import { durationMs } from "../types/duration-value.ts";
import { kindOfSchema, type TypeKind } from "../types/type-kind.ts";
import type { Common, Wait } from "../workflow.ts";
import { type Building, templateAt } from "./building.ts";
import type { Draft } from "./draft.ts";
import { schemaOf } from "./input-check.ts";
import type { WaitEventSource } from "./step-source.ts";

type WaitDraft = Extract<Draft, { kind: "wait" }>;
type Context = {
  readonly head: Common;
  readonly names: Names;
  readonly building: Building;
};

/** A wait for an event, or until a time has passed. */
export function buildWait(draft: WaitDraft, context: Context): Wait {
  const { head, building } = context;
  const said = draft.source.wait ?? 0;
  const outputs = building.outputs.get(draft) ?? NOTHING_DECLARED;
  if (typeof said === "object")
    return { ...head, kind: "wait", until: eventOf(said, draft, context), outputs };
  const at = [...draft.at, "wait"];
  const ms: Template =
    typeof said === "string" && said.trim().startsWith("$")
      ? reckonedMs(said, { draft, context, at })
      : { kind: "plain", value: durationMs(said, { path: at, report: building.report }) ?? 0 };
  return { ...head, kind: "wait", until: { kind: "time", ms }, outputs };
}

function eventOf(said: WaitEventSource, draft: WaitDraft, context: Context): Wait["until"] {
  const { names, building } = context;
  const at = [...draft.at, "wait"];
  const timeoutMs = durationMs(said.timeout, {
    path: [...at, "timeout"],
    report: building.report,
    leastMs: 1,
  });
  const key =
    said.key === undefined
      ? null
      : templateAt(said.key, { by: draft, names, at: [...at, "key"] }, building);
  return { kind: "event", event: said.event, key, timeoutMs };
}

function reckonedMs(
  said: string,
  where: { readonly draft: WaitDraft; readonly context: Context; readonly at: ValuePath },
): Template {
  const { draft, context, at } = where;
  const { names, building } = context;
  const template = templateAt(said, { by: draft, names, at, expected: "duration" }, building);
  if (template.kind === "plain") {
    // A template that was wrong stands as nothing, and was reported.
    if (typeof template.value === "string")
      durationMs(template.value, { path: at, report: building.report });
    return template;
  }
  const schema = schemaOf(template, names);
  const kind = schema === null ? "any" : kindOfSchema(schema);
  if (NO_DURATION.has(kind)) {
    building.report.add({
      code: "type-mismatch",
      message: `This gives ${kind}, and no ${kind} is a duration.`,
      mend: "Write an expression that gives a number of seconds, or a text such as 5m or 2 hours.",
      path: at,
    });
  }
  return inMilliseconds(said, template);
}

/** Texts with a form that is never a duration's; what is no text at all, the expression's check says. */
const NO_DURATION = new Set<TypeKind>(["date", "timestamp", "URL", "UUID", "email"]);

/** What it gives is a duration as it may be written: a number is seconds, a text has units. */
function inMilliseconds(text: string, template: Template): Template {
  const evaluate = (scope: Scope): Outcome => {
    const outcome = evaluateTemplate(template, scope);
    if (outcome.kind !== "value") return outcome;
    const { value } = outcome;
    if (typeof value !== "number" && typeof value !== "string") {
      return { kind: "fault", message: `${text} gives no duration` };
    }
    const parsed = parseDuration(value);
    return parsed.ok
      ? { kind: "value", value: parsed.ms }
      : { kind: "fault", message: `${text} gives no duration: ${parsed.why}` };
  };
  const own =
    template.kind === "expression" ? template.expression : { text, reads: readsOf(template) };
  return { kind: "expression", expression: { ...own, evaluate } };
}
