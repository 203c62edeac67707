import type { z } from "zod";
import {
  closed,
  duration,
  either,
  listOf,
  longText,
  oneOf,
  some,
  word,
} from "../reading/closed-shape.ts";
import type {
  ErrorHandlingSource,
  ErrorTypesSource,
  EscalationNotificationSource,
  EscalationRuleSource,
} from "../workflow-source.ts";
import { retryShape, strategyShape } from "./running-shape.ts";

const agentName = word("an agent's name");
const kinds = listOf(word("a kind of error"), "a list of kinds of error");

type ClassSource = NonNullable<ErrorTypesSource["transient"]>;
type ClassMap = Extract<ClassSource, { readonly kinds?: readonly string[] }>;

const classShape: z.ZodType<ClassSource> = either<z.ZodType<ClassSource>>(
  [
    strategyShape,
    kinds,
    closed<ClassMap>({
      kinds: kinds.describe(
        "Kinds of error that are in this class, your own too. It goes before what the agent says and before the built-in table.",
      ),
      strategy: strategyShape.describe(
        "What an error of this class leads to, for steps that do not say it themselves. For critical: halt_and_escalate, nothing else.",
      ),
    }),
  ],
  "a strategy, a list of kinds with strategy beside it, or a map with kinds and strategy",
);

export const errorTypesShape: z.ZodType<ErrorTypesSource> = closed<ErrorTypesSource>({
  transient: classShape,
  permanent: classShape,
  degradable: classShape,
  critical: classShape,
}).describe(
  "The kinds of each class of error, and what it leads to, for steps that do not say it themselves.",
);

const ruleShape = closed<EscalationRuleSource>(
  {
    condition: oneOf([
      "critical_step_failure",
      "retry_exhausted",
      "budget_exceeded",
      "timeout",
      "stalled",
    ]).describe(
      "When the rule acts. critical_step_failure: an error of the class critical, or of a step with halt_and_escalate. retry_exhausted: a step has used up its attempts, and its fallback. timeout: an attempt, a block or the run has used up its time, no event came or nobody decided in time, and nothing else follows. budget_exceeded: a budget does not reach. stalled: nothing has begun or ended for the time in after, and the run waits for nobody.",
    ),
    action: oneOf(["pause_workflow", "mark_step_failed", "continue", "rollback"]).describe(
      "What follows. pause_workflow (the default): nothing new begins until a person has looked. mark_step_failed: the step fails. continue: the run goes on, without the step where it has ended. rollback: the run is stopped and what it did is undone. A step in doubt always waits for a person.",
    ),
    owner: word("a person or team").describe(
      "Who owns the exception that it raises. Unsaid: the workflow's owner.",
    ),
    notification: either<z.ZodType<string | EscalationNotificationSource>>(
      [
        word("a notification"),
        closed<EscalationNotificationSource>({
          channels: listOf(word("a channel"), "a list of channels").describe(
            "Where they are told: email, slack, webhook, or a name as in user_email.",
          ),
          recipients: listOf(word("a person or team"), "a list of people or teams").describe(
            "Who has to look; named in the exception.",
          ),
          message: longText().describe("What they are told."),
        }),
      ],
      "the name of a notification such as user_email, or a map with channels, recipients and message",
    ).describe("Who is told of it, and how."),
    after: duration().describe("stalled: so long without progress."),
  },
  ["condition"],
);

export const errorHandlingShape: z.ZodType<ErrorHandlingSource> = closed<ErrorHandlingSource>({
  error_strategy: strategyShape,
  error_types: errorTypesShape,
  retry_policy: retryShape.describe("How steps are tried again that do not say it themselves."),
  fallback_strategy: listOf(
    closed<NonNullable<ErrorHandlingSource["fallback_strategy"]>[number]>(
      {
        primary_agent: agentName.describe("The agent that may fail."),
        fallback: agentName.describe(
          "Who does it then. A name that no agent has is a person's task, such as manual_research.",
        ),
        trigger: some(word("a class or kind of error"), "classes or kinds of error").describe(
          "Classes and kinds of error that lead to it. Unsaid: any that is not critical.",
        ),
        reason: longText().describe("Why this agent, for people and the log."),
      },
      ["primary_agent", "fallback"],
    ),
    "a list of maps with primary_agent and fallback",
  ).describe("Who does a step when its agent could not, for steps that name no fallback."),
  escalation_rules: listOf(ruleShape, "a list of maps with condition and action").describe(
    "What follows a condition, and who is told. Of the rules whose condition holds the first acts.",
  ),
});
