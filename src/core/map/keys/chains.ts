import { z } from "zod";
import {
  anyMap,
  closed,
  either,
  type Keys,
  listOf,
  longText,
  named,
  oneOf,
  some,
  truth,
  whole,
  word,
} from "../../definition/index.ts";
import type { ChainSource, DecidersSource, StageSource } from "./source.ts";
import { span } from "./span.ts";

/** People that one stage may need. */
const NEED_MOST = 20;
/** Actions that one decision may allow at once. */
const BULK_MOST = 1_000;

const who = "a name, a list of names, or a map with role, team, people or manager_of";

const decidersShape: z.ZodType<DecidersSource> = either(
  [
    some(word("a name"), "a name or a list of names"),
    closed<Exclude<DecidersSource, string | readonly string[]>>({
      role: word("a role").describe("People in this role."),
      team: word("a team").describe("People in this team."),
      people: some(word("a name"), "a name or a list of names").describe(
        "These people, teams or roles.",
      ),
      manager_of: oneOf(["requester", "owner"]).describe(
        "The manager, in people.yaml, of who asked for it, or of who owns the request.",
      ),
    }),
  ],
  who,
) as z.ZodType<DecidersSource>;

const needShape = whole(1, NEED_MOST).describe(
  "How many different people must allow it. Default 1. One who rejects it ends it.",
);
const dueShape = span().describe("How long they have: 4h, 4 working hours. Unsaid: for good.");

/** In backquotes, since a quoted word here looks like an import. */
const FROM = `from`;

export const stageKeys: Keys<StageSource> = {
  from: decidersShape.describe("Who decides at this stage."),
  need: needShape,
  due: dueShape,
  distinct_stages: truth().describe("true: nobody who decided at an earlier stage."),
};

export const chainKeys: Keys<ChainSource> = {
  description: longText().describe("For people."),
  from: decidersShape.describe(
    "Who decides: a name of a person, team or role, a list of them, or a map with role, team, people or manager_of, all of which must hold.",
  ),
  need: needShape,
  due: dueShape,
  stages: listOf(closed<StageSource>(stageKeys, [FROM]), "a list of stages").describe(
    "One after another, instead of from, need and due.",
  ),
  not: listOf(
    oneOf(["requester", "editor", "owner"]),
    "a list of requester, editor, owner",
  ).describe(
    "Who may not decide: who asked for it, who edited it, who owns the agent's work. Unsaid: requester and editor.",
  ),
  edit: named(
    oneOf(["any", "decrease", "increase"]),
    "a map of arguments to any, decrease or increase",
  ).describe("What deciders may change before they allow it, and how."),
  remind: listOf(
    either([word("a share"), z.number({ error: "a share" })], "a share such as 50%"),
    "a list of shares such as 50%",
  ).describe("At which shares of the time those who have not decided are reminded: [50%, 90%]."),
  on_timeout: listOf(
    either(
      [
        z.literal("reject", { error: "reject" }),
        closed<Exclude<NonNullable<ChainSource["on_timeout"]>[number], "reject">>(
          {
            escalate: decidersShape.describe("Who is asked then."),
            after: span().describe("How long they have. Unsaid: as long as the others had."),
          },
          ["escalate"],
        ),
      ],
      "reject, or a map with escalate",
    ),
    "a list of reject and escalate",
  ).describe("What follows when the time has passed, in this order; at the end it is rejected."),
  bulk: closed<NonNullable<ChainSource["bulk"]>>(
    {
      most: whole(1, BULK_MOST).describe("So many in one decision."),
      only_if: either([longText(), anyMap("a condition")], "a condition").describe(
        "And only those of which this holds: args.amount <= 100.",
      ),
    },
    ["most"],
  ).describe("Many may be decided at once. Unsaid: one by one."),
  break_glass: closed<NonNullable<ChainSource["break_glass"]>>(
    {
      role: word("a role").describe("Who decides at once in an emergency, with a reason."),
      review: word("a person, team or role").describe("Who looks at it afterwards."),
    },
    ["role", "review"],
  ).describe("A way around the chain in an emergency. Unsaid: there is none."),
};

export const chainShape: z.ZodType<ChainSource> = closed<ChainSource>(chainKeys);
