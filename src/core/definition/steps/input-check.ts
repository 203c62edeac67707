import { compileTemplate, type Names, suggestion, type Template } from "../../expression/index.ts";
import type { Json, JsonObject } from "../../json.ts";
import { ownOf } from "../../own.ts";
import { shown } from "../reading/shape-problem.ts";
import { isAssignable } from "../types/assignable.ts";
import { isNeeded } from "../types/fit-inputs.ts";
import { typeOfSchema } from "../types/type.ts";
import type { OutputFields, TypeRef } from "../workflow.ts";
import type { Building } from "./building.ts";
import { capital, type Draft } from "./draft.ts";

/** What is handed to whoever has said what it takes: names, and types where both sides are known. */
export function checkInputs(
  given: { readonly [name: string]: Json },
  to: {
    readonly draft: Draft;
    readonly names: Names;
    readonly building: Building;
    readonly fields: OutputFields;
    readonly required?: readonly string[];
    readonly what: string;
    readonly word: string;
  },
): void {
  const { draft, building, fields, what, word } = to;
  const { report } = building;
  const at = [...draft.at, "inputs"];
  for (const [name, value] of Object.entries(given)) {
    const type = Object.hasOwn(fields.fields, name) ? fields.fields[name] : undefined;
    if (type !== undefined) {
      const why = mismatch(value, type, { names: to.names, building });
      if (why !== null) {
        report.add({
          code: "type-mismatch",
          message: `The ${what} takes ${type.text} as "${name}": ${why}.`,
          mend: "Give it a value of that type.",
          path: [...at, name],
        });
      }
    } else if (!fields.open) {
      report.add({
        code: "unknown-param",
        message: `The ${what} takes no "${name}".`,
        mend: suggestion(name, Object.keys(fields.fields), capital(word)),
        path: [...at, name],
        key: true,
      });
    }
  }
  for (const name of to.required ?? []) {
    if (Object.hasOwn(given, name)) continue;
    report.add({
      code: "missing-key",
      message: `The ${what} needs "${name}", and it is not given.`,
      mend: `Write inputs: {${name}: …}.`,
      path: draft.at,
    });
  }
}

type Given = { readonly [name: string]: Json };

/** Why an agent can never take these inputs, as the end of a sentence; null where it can, or nobody knows. */
export function misfitOf(
  given: Given,
  to: {
    readonly names: Names;
    readonly building: Building;
    readonly fields: OutputFields;
  },
): string | null {
  const { names, building, fields } = to;
  for (const [name, value] of Object.entries(given)) {
    const type = Object.hasOwn(fields.fields, name) ? fields.fields[name] : undefined;
    if (type === undefined && !fields.open) return `it takes no "${name}"`;
    const why = type === undefined ? null : mismatch(value, type, { names, building });
    if (why !== null) return `it takes ${type?.text} as "${name}", and ${why}`;
  }
  const missing = neededBy(fields).find((name) => !Object.hasOwn(given, name));
  return missing === undefined ? null : `it needs "${missing}"`;
}

/** What whoever takes these cannot go without. */
export function neededBy({ fields }: OutputFields): readonly string[] {
  return Object.keys(fields).filter((name) => {
    const type = ownOf(fields, name);
    return type !== undefined && isNeeded(type);
  });
}

/** Why a value cannot be of a type, as the end of a sentence; null where it can, or nobody knows. */
function mismatch(
  value: Json,
  type: TypeRef,
  context: { readonly names: Names; readonly building: Building },
): string | null {
  const template = compileTemplate(value, context.names);
  if ("problems" in template) return null; // said when it was read
  if (template.kind === "plain") {
    const result = type.convert(template.value);
    return result.ok ? null : `${shown(template.value)} is none, ${result.why}`;
  }
  const schema = schemaOf(template, context.names);
  if (schema === null) return null;
  const from = typeOfSchema(schema, context.building.types.declared).type;
  const fits = isAssignable(from, type);
  return fits.ok ? null : `${shown(value)} does not fit, ${fits.why}`;
}

/** The type of what a template gives, where it is the reading of one declared name. */
export function schemaOf(template: Template, names: Names): JsonObject | null {
  if (template.kind !== "expression") return null;
  const { text, reads } = template.expression;
  const [read] = reads;
  if (read === undefined || reads.length !== 1) return null;
  const [root, ...rest] = read;
  const written = text.trim().replace(/^\$/, "");
  const spellings = [
    read.join("."),
    ...(root === "steps" ? [rest.join("."), `step${rest.join(".")}`] : []),
  ];
  return spellings.includes(written) ? schemaAt(read, names) : null;
}

function schemaAt(read: readonly string[], names: Names): JsonObject | null {
  const [root, first, second] = read;
  const own = (
    fields: { readonly [name: string]: unknown } | null | undefined,
    name = "",
  ): JsonObject | null => {
    const found = fields && Object.hasOwn(fields, name) ? fields[name] : null;
    return typeof found === "object" && found !== null ? (found as JsonObject) : null;
  };
  const [start, rest] =
    root === "steps"
      ? [own(own(names.steps, first), second), read.slice(3)]
      : root === "params" || root === "outputs"
        ? [own(names[root], first), read.slice(2)]
        : [root === "item" ? (names.item ?? null) : null, read.slice(1)];
  return rest.reduce<JsonObject | null>(
    (schema, name) => own(own(schema ?? {}, "properties"), name),
    start,
  );
}
