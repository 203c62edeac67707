import { z } from "zod";
import type { JsonObject } from "../../json.ts";
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
} from "../reading/closed-shape.ts";
import { ATTEMPTS_MOST, concurrencyShape, retryShape } from "../settings/running-shape.ts";
import type {
  AnyStepSource,
  ApprovalSource,
  DurationSource,
  OutputsSource,
  RepeatSource,
  RetrySource,
  StepSource,
} from "./step-source.ts";

const ROUNDS_MOST = 10_000;
const BATCH_MOST = 100_000;
const NEED_MOST = 20;

/** In the schema a step is a reference: each is checked by itself, with the shape of its kind. */
export const stepShape: z.ZodType<StepSource> = (z.unknown() as z.ZodType<StepSource>).meta({
  id: "step",
});

const SHARE = /^\s*(100|\d{1,2}(\.\d+)?)\s*%\s*$/;

export const commonKeys: Keys<AnyStepSource> = {
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
  facts: either(
    [word("a name"), listOf(word("a name"), "a list of names"), anyMap("a map of names to values")],
    "names of outputs, or a map of names to values",
  ).describe(
    "What its case knows when it has ended well, with where it comes from: names of its outputs, or names with values that read `$outputs`.",
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

export const inputs: z.ZodType<JsonObject> = anyMap("a map of names to values").describe(
  "What it is given, by name. A value that begins with `$` is an expression; `${…}` inserts into a text; `$$` is a dollar.",
);
export const timeout: z.ZodType<DurationSource> = duration().describe(
  "Of one attempt. A text such as 30s, 5m, 2 hours; a bare number is seconds.",
);
export const retry: z.ZodType<boolean | number | RetrySource> = either(
  [truth(), whole(1, ATTEMPTS_MOST), retryShape],
  "a number of attempts, true, false, or a map",
).describe("How it is tried again: a number of attempts, false for one attempt, or a map.");

export const approvalKeys: Keys<ApprovalSource> = {
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
