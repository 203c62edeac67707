import type { z } from "zod";
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
  whole,
  word,
} from "../../definition/index.ts";
import { LEVELS, TRUSTS, type Trust } from "../work-map.ts";
import type {
  FactsSource,
  GrantSource,
  Named,
  PublishingSource,
  RequestSource,
  WorkSource,
} from "./source.ts";
import { span } from "./span.ts";

const typeShape = either([word("a type"), anyMap("a JSON Schema")], "a type or a JSON Schema");
const toolName = word("the name of a tool");

export const mayKeys: Keys<NonNullable<GrantSource["may"]>> = {
  level: oneOf(LEVELS).describe("The highest level of the tools that it may use."),
  tools: listOf(toolName, "a list of tools").describe("The tools that it may use, and no other."),
  requests: listOf(word("a type of request"), "a list of types of requests").describe(
    "Only for these types of requests. Unsaid: for all.",
  ),
  only: named(
    either([longText(), anyMap("a condition")], "a condition"),
    "a map of tools to conditions",
  ).describe("What must hold of a call besides, by tool: {refund.pay: action.args.amount <= 100}."),
};

export const grantKeys: Keys<GrantSource> = {
  may: closed<NonNullable<GrantSource["may"]>>(mayKeys, ["level", "tools"]).describe(
    "What it may do. Unsaid: nothing.",
  ),
  ungoverned: some(word("a word"), "a word or a list of them").describe(
    "What it can do beside its tools, such as internet or files; it is shown in the map, and nothing here holds it.",
  ),
};

export const grantShape: z.ZodType<GrantSource> = closed<GrantSource>(grantKeys);

export const requestKeys: Keys<RequestSource> = {
  description: longText().describe("For people, and for who tells the types apart."),
  examples: listOf(longText(), "a list of texts").describe(
    "Requests of this type as they come; requests are told apart by them.",
  ),
  case: named(word("request.NAME"), "a map of names to request.NAME").describe(
    "What ids a request must name, and what of the case they are: {order_id: request.order_id}.",
  ),
  workflow: word("a workflow").describe("The workflow that does it."),
  owner: word("a person, team or role").describe("Who owns it when nobody else does."),
  subject: word("a name").describe(
    "What of the case names the person that it is about: customer_id. Their data can be erased.",
  ),
  sla: closed<NonNullable<RequestSource["sla"]>>({
    respond: span().describe("Until the first answer: 4h, 4 working hours."),
    resolve: span().describe("Until its end."),
  }).describe("How fast it is to go."),
  tools: listOf(toolName, "a list of tools").describe(
    "Tools that may be used for it. Unsaid: those that its agents have.",
  ),
};

export const requestShape: z.ZodType<RequestSource> = closed<RequestSource>(requestKeys);

export const factsKeys: Keys<FactsSource> = {
  case: named(typeShape, "a map of names to types").describe(
    "What is known of a case besides what its requests name: {total: money, tier: string}.",
  ),
  request: named(typeShape, "a map of names to types").describe(
    "What comes with a request beside its type, requester and source: {order_id: string}.",
  ),
};

export const factsShape: z.ZodType<FactsSource> = closed<FactsSource>(factsKeys);

export const intakeShape: z.ZodType<Named<Trust>> = named(
  oneOf(TRUSTS),
  "a map of channels to staff, customer or untrusted",
);

export const exceptionsShape: z.ZodType<NonNullable<WorkSource["exceptions"]>> = closed<
  NonNullable<WorkSource["exceptions"]>
>({ owner: word("a person, team or role").describe("Who owns what fails or is in doubt.") }, [
  "owner",
]);

/** Of people who publish a map together. */
const PUBLISHING_MOST = 5;

export const publishingShape: z.ZodType<PublishingSource> = closed<PublishingSource>(
  {
    roles: some(word("a person, team or role"), "a name or a list of names").describe(
      "Who may put the next version of the map in force; nobody else may.",
    ),
    approvals: whole(1, PUBLISHING_MOST).describe(
      "So many of them, the first included: it is in force when the last has published the same files. Default 1.",
    ),
  },
  ["roles"],
);
