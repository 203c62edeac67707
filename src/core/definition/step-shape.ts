import { z } from "zod";
import { stepBudgetShape } from "./budget-shape.ts";
import { cacheShape } from "./cache-shape.ts";
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
  oneOf,
  some,
  truth,
  whole,
  word,
} from "./closed-shape.ts";
import {
  ATTEMPTS_MOST,
  concurrencyShape,
  executionShape,
  retryShape,
  strategyShape,
} from "./running-shape.ts";
import type {
  AnyStepSource,
  ApprovalSource,
  BlockSource,
  ChooseSource,
  CompensationSource,
  FallbackSource,
  GateFormSource,
  GateSource,
  OutputsSource,
  RepeatSource,
  StepSource,
  SubRunSource,
  TaskSource,
  WaitEventSource,
  WaitSource,
} from "./step-source.ts";

const ROUNDS_MOST = 10_000;
const BATCH_MOST = 100_000;
const NEED_MOST = 20;

/** In the schema a step is a reference: each is checked by itself, with the shape of its kind. */
export const stepShape: z.ZodType<StepSource> = (z.unknown() as z.ZodType<StepSource>).meta({
  id: "step",
});

const SHARE = /^\s*(100|\d{1,2}(\.\d+)?)\s*%\s*$/;
const EXPRESSION = /^\s*\$/;

const commonKeys: Keys<AnyStepSource> = {
  id: id().describe(
    "Unique in the workflow; made from the name where it is missing. `$stepID.output` or `$steps.ID.output` read its outputs.",
  ),
  step: id().describe("Another name of id, for lists of `- step: 1`."),
  name: word("a name").describe("For people."),
  description: longText().describe(
    "For people; a task without `task` or `instructions` hands it to its agent.",
  ),
  when: either([longText(), truth()], "an expression, or true or false").describe(
    "An expression; where it is not true the step is skipped. On an `each`, a condition that reads `item` or `index` is asked for every item, any other once.",
  ),
  after: some(id(), "a step's id or a list of them").describe(
    "Steps that must end before this one begins, besides those whose outputs it reads.",
  ),
  optional: truth().describe(
    "true: a failure degrades the step and does not fail what it is part of.",
  ),
  impact: longText().describe("What it means when this step is degraded."),
  warning: longText().describe("What people are warned of when this step is degraded."),
  each: anything().describe(
    "An expression that gives a list, or a list: the step is done once for every item, as `$item` with `$index`. Read from outside, its outputs are lists in item order, and `items` has status and error of each.",
  ),
  batch: whole(1, BATCH_MOST).describe(
    "With `each`: so many items are handed over at a time: `$item` is a list of them, and what is gathered is of each batch.",
  ),
  tolerate: either(
    [whole(0, 1_000_000), z.string().regex(SHARE, { error: "a share such as 10%" })],
    "how many items may fail: a number or a share such as 10%",
  ).describe(
    'With `each`: how many items may fail and the step still ends well: a number, or a share such as "10%". Default 0.',
  ),
  publish: either(
    [word("a name"), listOf(word("a name"), "a list of names"), anyMap("a map of names to values")],
    "names of outputs, or a map of names to values",
  ).describe(
    "What it puts into `$context` when it has ended well: names of its outputs, or names with values that may read `$outputs`. Later steps read `$context.NAME`, and every agent is given all of it.",
  ),
  repeat: closed<RepeatSource>(
    {
      until: either([longText(), truth()], "an expression, or true or false").describe(
        "An expression, asked after each round; `outputs` are the round's, `round` counts from 1.",
      ),
      at_most: whole(1, ROUNDS_MOST).describe("The most rounds there may be."),
    },
    ["until", "at_most"],
  ).describe("The step is done again until `until` holds."),
  max_concurrency: concurrencyShape,
  concurrency: concurrencyShape.describe("Another name of max_concurrency."),
};

const typeShape = either(
  [word("a type"), anyMap("a type")],
  "a type such as string or UUID[], or a JSON Schema",
);

export const outputsShape: z.ZodType<OutputsSource> = either(
  [
    named(typeShape, "a map of names to types"),
    listOf(
      either(
        [word("a name"), named(typeShape, "a name with its type")],
        "a name, or a name with its type",
      ),
      "a list of names",
    ),
  ],
  "a map of names to types, or a list of names",
).describe(
  'What the step gives: a map of names to types (`rows: "Row[]"`), or a list of names. Unsaid, anything passes.',
);

const agentsText = "Names of capabilities: whoever has all of them may do it.";
const inputs = anyMap("a map of names to values").describe(
  "What it is given, by name. A value that begins with `$` is an expression; `${…}` inserts into a text; `$$` is a dollar.",
);
const timeout = duration().describe(
  "Of one attempt. A text such as 30s, 5m, 2 hours; a bare number is seconds.",
);
const retry = either(
  [truth(), whole(1, ATTEMPTS_MOST), retryShape],
  "a number of attempts, true, false, or a map",
).describe("How it is tried again: a number of attempts, false for one attempt, or a map.");

const approvalKeys: Keys<ApprovalSource> = {
  chain: word("a name").describe("The name of a chain of approval, for people."),
  from: some(word("a name"), "a name or a list of names").describe(
    "Who may decide. Unsaid: anyone who may act on the run.",
  ),
  need: whole(1, NEED_MOST).describe(
    "How many different people must allow it. Default 1; one rejection ends it.",
  ),
  due: duration().describe("How long they have."),
  on_timeout: oneOf(["reject", "escalate"]).describe(
    "What follows when that time has passed: never an approval. Default escalate.",
  ),
};

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
  cache: cacheShape,
  budget: stepBudgetShape.describe(
    "What the step may use in all its attempts; of an `each`, every item. It is set aside before it begins.",
  ),
  uses: some(word("a resource"), "a resource or a list of them").describe(
    "Names of the workflow's `resources` that an attempt holds, all at once.",
  ),
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
  gate: gateKeys,
  choose: chooseKeys,
  wait: waitKeys,
  workflow: workflowKeys,
  block: blockKeys,
};

export type WrittenKind = "task" | "gate" | "choose" | "wait" | "workflow" | "block";

export const stepShapes: {
  readonly task: z.ZodType<TaskSource>;
  readonly gate: z.ZodType<GateSource>;
  readonly choose: z.ZodType<ChooseSource>;
  readonly wait: z.ZodType<WaitSource>;
  readonly workflow: z.ZodType<SubRunSource>;
  readonly block: z.ZodType<BlockSource>;
} = {
  task: closed(taskKeys),
  gate: closed(gateKeys, ["gate"]),
  choose: closed(chooseKeys, ["choose"]),
  wait: closed(waitKeys, ["wait"]),
  workflow: closed(workflowKeys, ["workflow"]),
  block: closed(blockKeys, ["steps"]),
};
