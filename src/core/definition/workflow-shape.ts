import { z } from "zod";
import {
  anyMap,
  anything,
  closed,
  duration,
  either,
  id,
  type Keys,
  listOf,
  longText,
  named,
  truth,
  whole,
  word,
} from "./reading/closed-shape.ts";
import { silenceShape } from "./reading/silence.ts";
import { concurrencyShape, executionShape, strategyShape } from "./settings/running-shape.ts";
import { settingBlocks } from "./settings/setting-blocks.ts";
import { stepShape } from "./steps/step-parts-shape.ts";
import type { PhaseSource, WorkflowSource } from "./workflow-source.ts";

const RESOURCE_CAPACITY_MOST = 1_000;

/** At the head of every file. */
export const musterShape: z.ZodType<1> = z
  .literal(1, { error: "1, the version of the language that this release reads" })
  .describe("The version of the language: 1.");

const steps = listOf(stepShape, "a list of steps");

export const phaseKeys: Keys<PhaseSource> = {
  id: id().describe("Made from the name where it is missing."),
  name: word("a name").describe("For people."),
  phase: word("a name").describe("Another name of name."),
  description: longText().describe("For people."),
  when: either([longText(), truth()], "an expression, or true or false").describe(
    "An expression; where it is not true the phase is skipped.",
  ),
  optional: truth().describe("true: a failure degrades the phase and does not fail the run."),
  impact: longText().describe("What it means when this phase is degraded."),
  warning: longText().describe("What people are warned of when this phase is degraded."),
  execution: executionShape,
  max_concurrency: concurrencyShape,
  concurrency: concurrencyShape.describe("Another name of max_concurrency."),
  timeout: duration().describe("Of the whole phase."),
  steps: steps.describe("The steps of the phase."),
};

export const phaseShape: z.ZodType<PhaseSource> = closed(phaseKeys, ["steps"]);

/** In the schema a phase is a reference: each is checked by itself. */
const phaseReference: z.ZodType<PhaseSource> = (z.unknown() as z.ZodType<PhaseSource>).meta({
  id: "phase",
});

export const workflowKeys: Keys<WorkflowSource> = {
  muster: musterShape,
  name: word("a name").describe(
    "The workflow's name; unsaid, the file's. It may not begin with wf_, as the ids of runs do.",
  ),
  version: either(
    [word("a version"), z.number({ error: "a version" })],
    "a version such as 2.1.0",
  ).describe("The author's own version of it."),
  description: longText().describe("For people."),
  owner: word("a person or team").describe("Who owns the exceptions of its runs."),
  parameters: named(anything(), "a map of names to defaults or schemas").describe(
    "What a run is given. A bare value is a default; a map with `type`, `default`, `required` or `enum` is a schema.",
  ),
  types: named(anyMap("a JSON Schema"), "a map of names to JSON Schemas").describe(
    "Types by name, as JSON Schemas, for outputs and parameters.",
  ),
  resources: named(whole(1, RESOURCE_CAPACITY_MOST), "a map of names to whole numbers").describe(
    "Named resources and how many attempts may hold each at once, across runs.",
  ),
  phases: listOf(phaseReference, "a list of phases").describe(
    "The phases, one after another. Instead: `steps`, or `workflow` as a flat list of steps.",
  ),
  workflow: steps.describe("A flat list of steps, instead of phases."),
  steps: steps.describe(
    "A flat list of steps, instead of phases; with `phase`, the steps of the one phase.",
  ),
  phase: word("a name").describe("The name of the one phase that this whole file is."),
  execution: executionShape,
  max_concurrency: concurrencyShape,
  concurrency: concurrencyShape.describe("Another name of max_concurrency."),
  error_strategy: strategyShape.describe(
    "The error_strategy of steps that do not say it themselves.",
  ),
  outputs: named(anything(), "a map of names to values").describe(
    "What the run gives at its end, as expressions over its steps. Unsaid: every output of every step.",
  ),
  silence: silenceShape.describe(
    "Advice that is not followed here, by its name, with the reason: `no-monitoring: it is watched by hand`.",
  ),
  ...settingBlocks,
};

export const workflowShape: z.ZodType<WorkflowSource> = closed(workflowKeys);
