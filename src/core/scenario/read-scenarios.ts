import type { z } from "zod";
import {
  anyMap,
  checkShape,
  closed,
  either,
  inOrder,
  isMap,
  type Keys,
  listOf,
  longText,
  musterShape,
  oneOf,
  openReport,
  readSource,
  shown,
  truth,
  whole,
  word,
} from "../definition/index.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Problem } from "../problem.ts";
import type { Expected, Scenario, Written } from "./scenario.ts";

/** Of one file. */
const SCENARIOS_MOST = 1_000;
const CASES_MOST = 1_000;

/** `tests/*.yaml`, as an author writes it. */
type ScenariosSource = {
  readonly muster?: 1;
  readonly scenarios: readonly ScenarioSource[];
};

type ScenarioSource = {
  readonly name: string;
  readonly request?: JsonObject;
  readonly requests?: readonly JsonObject[];
  readonly decide?: readonly DecisionSource[];
  readonly expect: ExpectedSource;
};

type DecisionSource = { readonly as: string; readonly allow?: boolean; readonly why?: string };
type ExpectedSource = Omit<Expected, "written"> & {
  readonly written?: readonly (string | JsonObject)[];
};

const decisionKeys: Keys<DecisionSource> = {
  as: word("a person").describe("Who decides."),
  allow: truth().describe("false: it is rejected. Default true."),
  why: longText().describe("The reason."),
};

const names = (what: string) => listOf(word(what), `a list of names: ${what}`);

const expectedKeys: Keys<ExpectedSource> = {
  workflow: word("a workflow").describe("The workflow that was begun for it."),
  status: oneOf(["open", "waiting", "closed"]).describe("How the case stands."),
  run: word("a status").describe("How its last run stands: completed, waiting, failed, …."),
  cases: whole(1, CASES_MOST).describe("How many cases the requests came to."),
  asked: names("a chain").describe("Chains that were asked, in order."),
  denied: names("a tool").describe("Tools whose use was refused, in order."),
  written: listOf(
    either([word("a tool"), anyMap("a tool with arguments")], "a tool, or a tool with arguments"),
    "a list of tools",
  ).describe("What was written, in order: a tool, or { TOOL: { argument: value } }."),
  tainted: truth().describe("Whether it rests on what anybody may have written."),
};

const scenarioKeys: Keys<ScenarioSource> = {
  name: longText().describe("What it shows, as a sentence."),
  request: anyMap("a request").describe("What comes in."),
  requests: listOf(anyMap("a request"), "a list of requests").describe(
    "What comes in, one after another.",
  ),
  decide: listOf(closed<DecisionSource>(decisionKeys, ["as"]), "a list of decisions").describe(
    "Who decides what people are asked, in the order in which it is asked.",
  ),
  expect: closed<ExpectedSource>(expectedKeys).describe("What must have come of it."),
};

const scenariosKeys: Keys<ScenariosSource> = {
  muster: musterShape,
  scenarios: listOf(
    closed<ScenarioSource>(scenarioKeys, ["name", "expect"]),
    "a list of scenarios",
  ),
};

export const scenariosShape: z.ZodType<ScenariosSource> = closed<ScenariosSource>(scenariosKeys, [
  "scenarios",
]);

/** Reads one file of scenarios, and says all that is wrong with it at once. Never throws. */
export function readScenarios(input: { readonly file: string; readonly text: string }): {
  readonly scenarios: readonly Scenario[];
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const source = readSource(input, (problem) => problems.push(problem));
  if (source === null) return { scenarios: [], problems };
  const report = openReport(source, { into: problems, module: null });
  if (!isMap(source.value)) {
    report.add({
      code: "wrong-type",
      message: `Scenarios are a map of keys; here stands ${shown(source.value)}.`,
      mend: "Write scenarios: [{ name: …, request: { … }, expect: { … } }].",
      path: [],
    });
    return { scenarios: [], problems };
  }
  const { scenarios: all = [] } = checkShape(scenariosShape, source.value, { path: [], report });
  if (all.length > SCENARIOS_MOST)
    report.add({
      code: "limit",
      message: `There are ${all.length} scenarios in this file; at most ${SCENARIOS_MOST} are played.`,
      mend: "Split it.",
      path: ["scenarios"],
    });
  const scenarios = all.slice(0, SCENARIOS_MOST).map((said, at): Scenario => {
    const { file, line, column } = source.placeOf(["scenarios", at]);
    const requests = said.requests ?? (said.request === undefined ? [] : [said.request]);
    if (requests.length === 0)
      report.add({
        code: "missing-key",
        message: `Nothing comes in, in "${said.name}".`,
        mend: "Write request: { requester: …, channel: …, type: …, about: { … }, text: … }.",
        path: ["scenarios", at],
      });
    const decide = (said.decide ?? []).map(({ as, allow = true, why = "" }) => ({
      as,
      allow,
      why,
    }));
    const { written, ...expect } = said.expect;
    const more = written === undefined ? {} : { written: written.map(writtenOf) };
    const where = `${file}:${line}:${column}`;
    return { name: said.name, where, requests, decide, expect: { ...expect, ...more } };
  });
  const isWrong = problems.some(({ severity }) => severity !== "warning");
  return { scenarios: isWrong ? [] : scenarios, problems: inOrder(problems) };
}

function writtenOf(said: string | JsonObject): Written {
  if (typeof said === "string") return { tool: said, args: {} };
  const [tool = "", args = {}]: readonly [string?, Json?] = Object.entries(said)[0] ?? [];
  return { tool, args: isMap(args) ? args : {} };
}
