import {
  compile,
  compileTemplate,
  type Expression,
  type ExpressionProblem,
  isProblem,
  type Names,
  type Template,
} from "../../expression/index.ts";
import type { Json } from "../../json.ts";
import type { ValuePath } from "../reading/place.ts";
import type { Report } from "../reading/report.ts";
import type { Source } from "../reading/source.ts";
import type { Settings } from "../settings/settings.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Types } from "../types/declared-type.ts";
import type { OutputFields } from "../workflow.ts";
import type { Draft } from "./draft.ts";
import type { Reading, Siblings } from "./order.ts";

/** What the building of one file's steps carries along. */
export type Building = {
  readonly source: Source;
  readonly report: Report;
  readonly settings: Settings;
  readonly types: Types;
  readonly surroundings: Surroundings;
  readonly resources: readonly string[];
  readonly outputs: ReadonlyMap<Draft, OutputFields>;
  /** Filled when all readings are known; the steps that were built hold the same lists. */
  readonly siblings: ReadonlyMap<Draft, Siblings>;
  readonly readings: Reading[];
  /** Who puts what into `$context`. */
  readonly publishers: ReadonlyMap<string, readonly Draft[]>;
};

/** Where an expression stands: whose it is, and what it may name. */
export type Spot = {
  readonly by: Draft;
  readonly names: Names;
  readonly at: ValuePath;
  readonly inside?: boolean;
  /** It was made of what stands there: no character of it is one of the file. */
  readonly isBare?: boolean;
};

/** An expression that gives true or false, as `when` and `until` hold them. */
export function conditionAt(
  value: string | boolean | undefined,
  spot: Spot,
  building: Building,
): Expression | null {
  if (value === undefined) return null;
  const text = String(value);
  const expression = compile(text, spot.names, "bool");
  if (isProblem(expression)) {
    reportProblem(expression, spot.at, building);
    return null;
  }
  note(expression, spot, building);
  return expression;
}

/** A value as written; what is wrong in it is reported, and nothing stands for it. */
export function templateAt(
  value: Json,
  spot: Spot & { readonly expected?: "list" | "duration" },
  building: Building,
): Template {
  const template = compileTemplate(value, spot.names, spot.expected ?? "any");
  if ("problems" in template) {
    for (const problem of template.problems) {
      const said = spot.isBare ? { ...problem, offset: 0 } : problem;
      reportProblem(said, [...spot.at, ...problem.path], building);
    }
    return NOTHING;
  }
  noteAll(template, spot, building);
  return template;
}

export function templatesAt(
  values: { readonly [name: string]: Json } | undefined,
  spot: Spot,
  building: Building,
): Readonly<Record<string, Template>> {
  const entries = Object.entries(values ?? {});
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      templateAt(value, { ...spot, at: [...spot.at, name] }, building),
    ]),
  );
}

const NOTHING: Template = { kind: "plain", value: null };

function reportProblem(problem: ExpressionProblem, path: ValuePath, building: Building): void {
  const { code, message, mend, offset } = problem;
  building.report.add({ code, message, ...(mend === undefined ? {} : { mend }), path, offset });
}

function noteAll(template: Template, spot: Spot, building: Building): void {
  switch (template.kind) {
    case "expression":
      return note(template.expression, spot, building);
    case "text":
      for (const part of template.parts) {
        if (typeof part !== "string") note(part, spot, building);
      }
      return;
    case "list":
      template.items.forEach((item, index) => {
        noteAll(item, { ...spot, at: [...spot.at, index] }, building);
      });
      return;
    case "object":
      for (const [name, field] of Object.entries(template.fields)) {
        noteAll(field, { ...spot, at: [...spot.at, name] }, building);
      }
      return;
    case "plain":
      return;
  }
}

function note(expression: Expression, spot: Spot, building: Building): void {
  for (const [root, id] of expression.reads) {
    const { by, at, inside = false } = spot;
    if (root === "context") noteContext(id, spot, building);
    if (root !== "steps" || id === undefined) continue;
    building.readings.push({ by, id, how: "reads", inside, at });
  }
}

/** Who reads what is published comes after who publishes it. */
function noteContext(name: string | undefined, spot: Spot, building: Building): void {
  const { by, at, inside = false } = spot;
  if (name === undefined)
    building.report.add({
      code: "bad-expression",
      message: "All of the context at once would be another thing at each moment.",
      mend: "Read one value of it: $context.NAME. Agents are given all of it in any case.",
      path: at,
    });
  for (const { id } of building.publishers.get(name ?? "") ?? [])
    building.readings.push({ by, id, how: "context", inside, at });
}
