import type { Json } from "../../json.ts";
import { unreachable } from "../../unreachable.ts";
import type { Expression, Outcome, Scope, Template } from "../expression.ts";
import { textOfJson } from "../reading/insert.ts";

/**
 * What a template stands for now. Undetermined if any part is, with all that is missing; a fault in
 * any part is the fault of the whole. A plain value is given as it is.
 */
export function evaluateTemplate(template: Template, scope: Scope): Outcome {
  switch (template.kind) {
    case "plain":
      return { kind: "value", value: template.value };
    case "expression":
      return template.expression.evaluate(scope);
    case "text":
      return gathered(
        template.parts.map((part) => textPart(part, scope)),
        (values) => values.filter((value) => typeof value === "string").join(""),
      );
    case "list":
      return gathered(
        template.items.map((item) => evaluateTemplate(item, scope)),
        (values) => values,
      );
    case "object": {
      const keys = Object.keys(template.fields);
      return gathered(
        Object.values(template.fields).map((field) => evaluateTemplate(field, scope)),
        (values) => Object.fromEntries(keys.map((key, at) => [key, values[at] ?? null])),
      );
    }
    default:
      return unreachable(template);
  }
}

/** Every path that a template reads, once: ["steps", "load", "rows"], ["params", "size"], ["item"]. */
export function readsOf(template: Template): readonly (readonly string[])[] {
  const found = new Map<string, readonly string[]>();
  for (const { reads } of expressionsIn(template))
    for (const read of reads) found.set(JSON.stringify(read), read);
  return [...found.values()];
}

function expressionsIn(template: Template): readonly Expression[] {
  switch (template.kind) {
    case "plain":
      return [];
    case "expression":
      return [template.expression];
    case "text":
      return template.parts.filter((part) => typeof part !== "string");
    case "list":
      return template.items.flatMap(expressionsIn);
    case "object":
      return Object.values(template.fields).flatMap(expressionsIn);
    default:
      return unreachable(template);
  }
}

/** A null inserts nothing sensible: it is as good as absent. */
function textPart(part: string | Expression, scope: Scope): Outcome {
  if (typeof part === "string") return { kind: "value", value: part };
  const outcome = part.evaluate(scope);
  if (outcome.kind !== "value") return outcome;
  return outcome.value === null
    ? { kind: "undetermined", missing: [part.text] }
    : textOfJson(outcome.value);
}

function gathered(outcomes: readonly Outcome[], join: (values: readonly Json[]) => Json): Outcome {
  const values: Json[] = [];
  const missing = new Set<string>();
  for (const outcome of outcomes) {
    if (outcome.kind === "fault") return outcome;
    if (outcome.kind === "undetermined") for (const name of outcome.missing) missing.add(name);
    else values.push(outcome.value);
  }
  return missing.size > 0
    ? { kind: "undetermined", missing: [...missing] }
    : { kind: "value", value: join(values) };
}
