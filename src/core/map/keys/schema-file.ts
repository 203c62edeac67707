import { z } from "zod";
import {
  anyMap,
  anything,
  closed,
  DRAFT,
  either,
  type Keys,
  listOf,
  longText,
  type MadeFile,
  mapKeys,
  meanings,
  musterShape,
  named,
  oneOf,
  schemaOf,
  schemaText,
  truth,
  word,
} from "../../definition/index.ts";
import type { Json, JsonObject } from "../../json.ts";
import { calendarKeys, calendarShape, hoursKeys } from "../read/calendar.ts";
import { chainKeys, chainShape, stageKeys } from "./chains.ts";
import {
  exceptionsShape,
  factsKeys,
  factsShape,
  grantKeys,
  grantShape,
  intakeShape,
  mayKeys,
  publishingShape,
  requestKeys,
  requestShape,
} from "./map.ts";
import { SYSTEM_KINDS, systemKinds, systemShapeOf } from "./systems.ts";
import { toolKeys, toolShape } from "./tools.ts";

/** The JSON Schemas of a map's files, and the reference of their keys. */
export function madeMapFiles(): readonly MadeFile[] {
  return [
    { path: "schema/map.schema.json", text: schema("A company's work command map", mapShape()) },
    { path: "schema/calendar.schema.json", text: schema("When a company works", calendarShape) },
    { path: "schema/table.schema.json", text: schema("A decision table", closed(tableKeys)) },
    { path: "docs/reference/map.md", text: reference() },
  ];
}

function schema(title: string, shape: z.ZodType): string {
  return schemaText({ $schema: DRAFT, title, ...schemaOf(shape) });
}

/** Of rules and tables the shape only, for editors: what stands in them is read by core/rules. */
type RuleSource = {
  readonly when: Json;
  readonly then: Json;
  readonly because: string;
  readonly shadow?: boolean;
  readonly examples?: readonly JsonObject[];
};

const ruleKeys: Keys<RuleSource> = {
  when: either([longText(), truth(), anyMap("a map of names to cells")], "a condition").describe(
    'When it holds: an expression, or a map in which all lines must hold: {action.tool: refund.pay, args.amount: "> HKD 500"}.',
  ) as z.ZodType<Json>,
  // oxlint-disable-next-line no-thenable -- so it is written in a map
  then: either(
    [oneOf(["allow", "permit", "deny"]), anyMap("what follows")],
    "allow, permit, deny, or a map",
  ).describe(
    "What follows: allow; permit (something external, without a person); deny, or {deny: what the agent is told}; {approve: CHAIN}; {limit: {ARG: {most: 500}, redact: [FIELD]}}.",
  ) as z.ZodType<Json>,
  because: longText().describe("Why it is there, in one sentence for people."),
  shadow: truth().describe("true: it is asked and recorded, and nothing follows."),
  examples: listOf(anyMap("an example"), "a list of examples").describe(
    "Cases with what is expected: {name, facts, expect: true}.",
  ),
};

type TableSource = {
  readonly muster?: 1;
  readonly table?: string;
  readonly description?: string;
  readonly hit?: "first" | "unique" | "collect";
  readonly inputs: JsonObject;
  readonly outputs: Json;
  readonly rows: readonly JsonObject[];
};

const tableKeys: Keys<TableSource> = {
  muster: musterShape,
  table: word("a name").describe("Its name; unsaid, the file's."),
  description: longText().describe("For people."),
  hit: oneOf(["first", "unique", "collect"]).describe(
    "first: the first row that fits (default). unique: at most one may. collect: all that fit.",
  ),
  inputs: anyMap("a map of columns to names").describe(
    "Its columns, each with what it compares: {late: args.days_late}.",
  ),
  outputs: anything().describe("The columns that it gives: [amount, offer]."),
  rows: listOf(anyMap("a row"), "a list of rows").describe(
    "Rows with an id, cells, and what they give; the row else is hit where no other is.",
  ),
};

const PARTS: Readonly<Record<string, string>> = {
  systems: "What tools act on: databases, interfaces, folders, mail. Only here may `$env` stand.",
  tools:
    "What agents can do, each on one system and with a level. Agents act through tools and in no other way.",
  agents: "What each agent may do, by its name; an agent that is not here may use no tool.",
  requests: "The types of incoming work, and who does what about them.",
  rules: "What holds for all uses of tools, in the order in which they are written.",
  approvals: "Chains of people who decide, by name.",
  intake:
    "How far what comes in through a channel is believed: staff and customer are the trusted request, untrusted only tells.",
  facts:
    "Types of what rules read of a case and of a request; where they are said, nothing else can be named.",
  exceptions: "Who owns what fails or is in doubt.",
  publishing: "Who may put the next version of the map in force; without it, anybody.",
};

function mapShape(): z.ZodType {
  const system = z.union(SYSTEM_KINDS.map((kind) => systemShapeOf(kind)));
  const parts: Readonly<Record<string, z.ZodType>> = {
    systems: named(system, "a map of systems"),
    tools: named(toolShape, "a map of tools"),
    agents: named(grantShape, "a map of agents"),
    requests: named(requestShape, "a map of types of requests"),
    rules: named(closed(ruleKeys, ["when", "then", "because"]), "a map of rules"),
    approvals: named(chainShape, "a map of chains"),
    intake: intakeShape,
    facts: factsShape,
    exceptions: exceptionsShape,
    publishing: publishingShape,
  };
  const told = Object.entries(parts).map(([part, shape]) => [
    part,
    shape.describe(PARTS[part] ?? ""),
  ]);
  return closed<JsonObject>({ ...mapKeys, ...Object.fromEntries(told) } as Keys<JsonObject>, [
    "muster",
  ]);
}

function reference(): string {
  const settings = Object.fromEntries(
    Object.entries(mapKeys).filter(([key]) => !Object.hasOwn(PARTS, key)),
  );
  return [
    "# The keys of a map",
    "",
    "Made from the schemas by `npm run schemas`; do not edit. What they are for: [the guide](../guide/map.md).",
    "",
    "## map.yaml",
    "",
    ...meanings({ map: settings }),
    ...Object.entries(PARTS).map(([part, words]) => `- \`${part}\`: ${words}`),
    "",
    ...section(
      "A system",
      "What each kind needs stands with it; all of them take the rest.",
      systemKinds,
    ),
    ...section("A tool", "", { tool: toolKeys }),
    ...section("An agent", "", { agent: grantKeys }),
    ...section("What it may do", "The keys of `may`.", { may: mayKeys }),
    ...section("A type of request", "", { request: requestKeys }),
    ...section("A rule", "", { rule: ruleKeys }),
    ...section("A chain of approval", "", { chain: chainKeys }),
    ...section("A stage of a chain", "", { stage: stageKeys }),
    ...section("Facts", "", { facts: factsKeys }),
    "## calendar.yaml",
    "",
    ...meanings({ calendar: calendarKeys }),
    "",
    "Of `hours`:",
    "",
    ...meanings({ hours: hoursKeys }),
    "",
    ...section("tables/NAME.yaml", "", { table: tableKeys }),
  ].join("\n");
}

function section(
  title: string,
  words: string,
  kinds: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>>,
): readonly string[] {
  return [`## ${title}`, "", ...(words === "" ? [] : [words, ""]), ...meanings(kinds), ""];
}
