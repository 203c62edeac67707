import { z } from "zod";
import { agentKinds, agentShapes } from "./agents/agent-shape.ts";
import { peopleKeys, peopleShape, personKeys } from "./settings/read-people.ts";
import { settingMeanings } from "./settings/setting-keys.ts";
import { stepKinds, stepShapes } from "./steps/step-shape.ts";
import { conversionsReference } from "./types/conversions-reference.ts";
import { phaseKeys, phaseShape, workflowKeys, workflowShape } from "./workflow-shape.ts";

/** A file made from the schemas, which nobody edits. */
export type MadeFile = { readonly path: string; readonly text: string };

/** The JSON Schemas that editors read, and the references of keys and of conversions. */
export function madeFiles(): readonly MadeFile[] {
  return [
    { path: "schema/workflow.schema.json", text: schemaText(workflowSchema()) },
    { path: "schema/people.schema.json", text: schemaText(peopleSchema()) },
    { path: "schema/agent.schema.json", text: schemaText(agentSchema()) },
    { path: "docs/reference/keys.md", text: keysReference() },
    { path: "docs/reference/conversions.md", text: conversionsReference() },
  ];
}

export function schemaText(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

export const DRAFT = "https://json-schema.org/draft/2020-12/schema";

/** A step or a phase inside is a reference, as each is checked by itself. */
export function schemaOf(shape: z.ZodType): Readonly<Record<string, unknown>> {
  const made = z.toJSONSchema(shape, {
    io: "input",
    reused: "inline",
    override: ({ zodSchema, jsonSchema }) => {
      const id = z.globalRegistry.get(zodSchema)?.id;
      if (id === undefined) return;
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key as keyof typeof jsonSchema];
      jsonSchema.$ref = `#/$defs/${id}`;
    },
  });
  const { $schema: _, $defs: __, ...rest } = made;
  return references(rest) as Readonly<Record<string, unknown>>;
}

/** zod puts what has an id under `$defs` of its own; all of them are in the one of the file. */
function references(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(references);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !(key === "id" && typeof inner === "string"))
      .map(([key, inner]) => [key, references(inner)]),
  );
}

function workflowSchema(): object {
  const kinds = Object.entries(stepShapes).map(
    ([kind, shape]) => [`${kind}-step`, schemaOf(shape)] as const,
  );
  return {
    $schema: DRAFT,
    title: "A workflow of Muster",
    ...schemaOf(workflowShape),
    $defs: {
      step: { anyOf: kinds.map(([name]) => ({ $ref: `#/$defs/${name}` })) },
      phase: schemaOf(phaseShape),
      ...Object.fromEntries(kinds),
    },
  };
}

function agentSchema(): object {
  return {
    $schema: DRAFT,
    title: "An agent of Muster",
    anyOf: Object.values(agentShapes).map((shape) => schemaOf(shape)),
  };
}

function peopleSchema(): object {
  return { $schema: DRAFT, title: "The people of a company of Muster", ...schemaOf(peopleShape) };
}

function keysReference(): string {
  const phase = { phase: phaseKeys };
  return [
    "# Keys",
    "",
    "Made from the schemas by `npm run schemas`; do not edit.",
    "",
    "## Which kind of step takes which key",
    "",
    "One key tells the kind: `agent` or `needs` (task), `gate`, `choose`, `wait`, `workflow`, `steps`",
    "(block). `each` and `repeat` go around any of them.",
    "",
    ...table({ ...stepKinds, ...phase }),
    "",
    "## What they mean",
    "",
    ...meanings({ ...stepKinds, ...phase }),
    "",
    "## A workflow",
    "",
    ...meanings({ workflow: workflowKeys }),
    "",
    "## Settings",
    "",
    "The blocks of a workflow, which are also the `defaults` of a company's map. `[]` is each of a list,",
    "`*` any name. A short word behind `--config` is the last key, where only one setting has it.",
    "",
    ...settingsReference(),
    "",
    "## A company's map",
    "",
    "`map.yaml` in the company's folder: [map.md](map.md) says what stands in it.",
    "",
    "## People",
    "",
    "`people.yaml` in the company's folder; gates, approvals and agents of the kind person name them.",
    "",
    ...meanings({ people: peopleKeys }),
    ...meanings({ person: personKeys }),
    "",
    "## An agent",
    "",
    ...table(agentKinds),
    "",
    ...meanings(agentKinds),
    "",
  ].join("\n");
}

function settingsReference(): readonly string[] {
  return settingMeanings().map(
    ({ key, means }) => `- \`${key}\`${means === "" ? "" : `: ${means}`}`,
  );
}

type Kinds = Readonly<Record<string, Readonly<Record<string, z.ZodType>>>>;

function table(kinds: Kinds): readonly string[] {
  const names = Object.keys(kinds);
  const rows = keysOf(kinds).map((key) => {
    const takes = names.map((name) => (Object.hasOwn(kinds[name] ?? {}, key) ? "✓" : " "));
    return `| \`${key}\` | ${takes.join(" | ")} |`;
  });
  return [`| key | ${names.join(" | ")} |`, `|${" --- |".repeat(names.length + 1)}`, ...rows];
}

/** A key that means different things to different kinds is told for each. */
export function meanings(kinds: Kinds): readonly string[] {
  return keysOf(kinds).flatMap((key) => {
    const told = new Map<string, string[]>();
    for (const [kind, keys] of Object.entries(kinds)) {
      const shape = Object.hasOwn(keys, key) ? keys[key] : undefined;
      if (shape === undefined) continue;
      const words = shape.description ?? "";
      told.set(words, [...(told.get(words) ?? []), kind]);
    }
    return [...told].map(([words, of]) =>
      told.size > 1 ? `- \`${key}\` (${of.join(", ")}): ${words}` : `- \`${key}\`: ${words}`,
    );
  });
}

function keysOf(kinds: Kinds): readonly string[] {
  return [...new Set(Object.values(kinds).flatMap((keys) => Object.keys(keys)))];
}
