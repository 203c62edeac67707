import { z } from "zod";
import {
  anyMap,
  anything,
  closed,
  duration,
  either,
  type Keys,
  listOf,
  longText,
  oneOf,
  some,
  truth,
  word,
} from "../reading/closed-shape.ts";
import { stepBudgetShape } from "../settings/budget-shape.ts";
import { cacheShape } from "../settings/cache-shape.ts";
import { executionShape, strategyShape } from "../settings/running-shape.ts";
import {
  approvalKeys,
  commonKeys,
  inputs,
  outputsShape,
  retry,
  stepShape,
  timeout,
} from "./step-parts-shape.ts";
import type {
  ApprovalSource,
  BlockSource,
  ChooseSource,
  CompensationSource,
  FallbackSource,
  GateFormSource,
  GateSource,
  SubRunSource,
  TaskSource,
  ToolSource,
  WaitEventSource,
  WaitSource,
} from "./step-source.ts";

const EXPRESSION = /^\s*\$/;

const agentsText = "Names of capabilities: whoever has all of them may do it.";

const taskKeys: Keys<TaskSource> = {
  ...commonKeys,
  agent: word("an agent's name").describe("Who does it, by name."),
  needs: some(word("a capability"), "a capability or a list of them").describe(agentsText),
  task: longText().describe("What the agent is to do, in words."),
  instructions: longText().describe("Another name of task."),
  inputs,
  outputs: outputsShape,
  timeout,
  retry,
  error_strategy: strategyShape,
  fallback: either(
    [
      word("an agent's name"),
      closed<FallbackSource>(
        {
          agent: word("an agent's name"),
          reason: longText().describe("Why this agent, for people and the log."),
          on: some(word("a class or kind of error"), "classes or kinds of error").describe(
            "Classes and kinds of error that lead to it. Unsaid: any that is not critical.",
          ),
          trigger: some(word("a class or kind of error"), "classes or kinds of error").describe(
            "Another name of on.",
          ),
        },
        ["agent"],
      ),
    ],
    "an agent's name, or a map with agent and reason",
  ).describe("Who does it when the first agent could not."),
  approve: either(
    [
      truth(),
      word("a name"),
      listOf(word("a name"), "a list of names"),
      closed<ApprovalSource>(approvalKeys),
    ],
    "true, the name of a chain, a list of people, or a map",
  ).describe(
    "People decide before it begins: true, the name of a chain, a list of people, or a map.",
  ),
  compensate: closed<CompensationSource>(
    {
      agent: word("an agent's name"),
      inputs: inputs.describe("What it is given; `$outputs` are the outputs of the step."),
      timeout,
    },
    ["agent"],
  ).describe("What undoes it when the run is rolled back."),
  options: anything().describe(
    "Ways to decide that were prepared, for whoever is asked: a list of `{name, consequence}`, or an expression that gives one.",
  ),
  cache: cacheShape,
  budget: stepBudgetShape.describe(
    "What the step may use in all its attempts; of an `each`, every item. It is set aside before it begins.",
  ),
  uses: some(word("a resource"), "a resource or a list of them").describe(
    "Names of the workflow's `resources` that an attempt holds, all at once.",
  ),
};

const toolKeys: Keys<ToolSource> = {
  ...commonKeys,
  tool: word("a tool's name").describe(
    "The tool of the company's map that is used; no agent is asked. The fields of a record are the outputs; a list or a text is the output `result`, and of a list of one record its fields are outputs, too.",
  ),
  as: word("an agent's name").describe(
    "The agent whose grant in the map it is used by; its use is judged like any of that agent.",
  ),
  inputs: inputs.describe("The arguments of the tool, by name."),
  outputs: outputsShape,
  timeout,
  retry,
  error_strategy: strategyShape,
  approve: taskKeys.approve,
  compensate: taskKeys.compensate.describe(
    "What undoes it when the run is rolled back, in the place of what the map says of the tool.",
  ),
  uses: taskKeys.uses,
  budget: taskKeys.budget,
  options: taskKeys.options,
};

const gateKeys: Keys<GateSource> = {
  ...commonKeys,
  gate: either(
    [
      longText(),
      closed<GateFormSource>(
        {
          ask: longText().describe("The question."),
          show: anyMap("a map of names to values").describe(
            "What the deciders are shown, and decide on.",
          ),
          ...approvalKeys,
          rejected: oneOf(["fail", "continue"]).describe(
            "What a rejection does: fail the step (the default), or end it well with `allowed: false`.",
          ),
        },
        ["ask"],
      ),
    ],
    "a question, or a map with ask",
  ).describe("People decide: a question, or a map. Gives `allowed`, `by`, `reason` and `votes`."),
};

const waitKeys: Keys<WaitSource> = {
  ...commonKeys,
  wait: either(
    [
      duration(),
      z.string().regex(EXPRESSION, { error: "an expression" }),
      closed<WaitEventSource>(
        {
          event: word("the name of an event"),
          key: anything().describe("Only an event with this key counts."),
          timeout: timeout.describe("How long it is waited for."),
        },
        ["event"],
      ),
    ],
    "a duration, an expression, or a map with event",
  ).describe(
    "Until a time has passed (a duration, or an expression that gives one), or until an event of this name (and key) comes.",
  ),
  outputs: outputsShape,
};

const chooseKeys: Keys<ChooseSource> = {
  ...commonKeys,
  choose: listOf(stepShape, "a list of steps, each with when").describe(
    "Steps, each with its `when`: the first whose condition holds is done.",
  ),
  otherwise: some(stepShape, "a step, or a list of steps").describe(
    "Done when no condition holds; unsaid: nothing.",
  ),
};

const workflowKeys: Keys<SubRunSource> = {
  ...commonKeys,
  workflow: word("a workflow's name").describe(
    "The workflow that is run as a run of its own; its outputs are the step's.",
  ),
  inputs: inputs.describe("The parameters of that run."),
  outputs: outputsShape,
  timeout,
  retry,
  error_strategy: strategyShape,
  budget: stepBudgetShape.describe("What the sub-run may use, and what is set aside for it."),
};

const blockKeys: Keys<BlockSource> = {
  ...commonKeys,
  steps: listOf(stepShape, "a list of steps").describe("The steps inside."),
  execution: executionShape,
  timeout: timeout.describe("Of all of it together."),
};

/** The kinds as an author tells them apart, each with the keys it takes. */
export const stepKinds: Readonly<Record<WrittenKind, Readonly<Record<string, z.ZodType>>>> = {
  task: taskKeys,
  tool: toolKeys,
  gate: gateKeys,
  choose: chooseKeys,
  wait: waitKeys,
  workflow: workflowKeys,
  block: blockKeys,
};

export type WrittenKind = "task" | "tool" | "gate" | "choose" | "wait" | "workflow" | "block";

export const stepShapes: {
  readonly task: z.ZodType<TaskSource>;
  readonly tool: z.ZodType<ToolSource>;
  readonly gate: z.ZodType<GateSource>;
  readonly choose: z.ZodType<ChooseSource>;
  readonly wait: z.ZodType<WaitSource>;
  readonly workflow: z.ZodType<SubRunSource>;
  readonly block: z.ZodType<BlockSource>;
} = {
  task: closed(taskKeys),
  tool: closed(toolKeys, ["tool", "as"]),
  gate: closed(gateKeys, ["gate"]),
  choose: closed(chooseKeys, ["choose"]),
  wait: closed(waitKeys, ["wait"]),
  workflow: closed(workflowKeys, ["workflow"]),
  block: closed(blockKeys, ["steps"]),
};
