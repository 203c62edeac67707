import { z } from "zod";
import {
  closed,
  duration,
  either,
  type Keys,
  listOf,
  longText,
  named,
  oneOf,
  share,
  size,
  some,
  truth,
  whole,
  word,
} from "../reading/closed-shape.ts";
import { callRateKeys, usageEstimateShape } from "../settings/budget-shape.ts";
import { outputsShape } from "../steps/step-parts-shape.ts";
import { CORES_LEAST, CORES_MOST } from "../types/cores.ts";
import { musterShape } from "../workflow-shape.ts";
import type {
  AnyAgentSource,
  CommandAgentSource,
  FunctionAgentSource,
  HttpAgentSource,
  LocalAgentSource,
  PerformedAgentSource,
  PersonAgentSource,
} from "./agent-source.ts";
import { breakerShape } from "./breaker-shape.ts";

const INSTANCES_MOST = 100;
const AGENT_CONCURRENCY_MOST = 1_000;

const anyAgentKeys: Keys<AnyAgentSource> = {
  muster: musterShape,
  name: word("a name").describe("The file's name, where it is written at all."),
  description: longText().describe("For people."),
  capabilities: some(word("a capability"), "a list of capabilities").describe(
    "What it can do; steps with `needs` are matched by it.",
  ),
  inputs: outputsShape.describe(
    "What it takes: a map of names to types. Steps are checked against it, and so is each task before it is begun.",
  ),
  outputs: outputsShape.describe(
    "What it gives: a map of names to types. Steps are checked against it.",
  ),
};

const performedKeys: Keys<PerformedAgentSource> = {
  ...anyAgentKeys,
  concurrency: whole(1, AGENT_CONCURRENCY_MOST).describe(
    "Attempts it takes at once, over all instances. Default 5.",
  ),
  effects: oneOf(["pure", "idempotent", "ask"]).describe(
    "What a repetition does: pure reads only; idempotent does nothing twice under one key; ask may do harm, so that after doubt a person looks. Unsaid: ask.",
  ),
  timeout: duration().describe("Of one attempt, where the step names none. Default 5 minutes."),
  breaker: breakerShape().describe(
    "When it is left alone: so many failures in a window, and more of them than successes. After a pause one attempt is let through. false: never.",
  ),
  heartbeat: either(
    [z.literal(false, { error: "false" }), duration()],
    "a duration, or false",
  ).describe(
    "How often it is asked for its health while it is at work. Default 30 seconds. false: only before a run.",
  ),
  ...callRateKeys,
  usage_estimate: usageEstimateShape.describe(
    "What one attempt uses at most, as far as you know: set aside before each, where a budget limits it.",
  ),
};

const localKeys: Keys<LocalAgentSource> = {
  ...performedKeys,
  instances: whole(1, INSTANCES_MOST).describe("Processes or workers kept at once. Default 1."),
  env: either(
    [
      listOf(word("the name of a variable"), "a list of names"),
      named(word("$env.NAME"), "a map of names to $env.NAME"),
    ],
    "a list of names, or a map of names to $env.NAME",
  ).describe(
    "Variables of the environment that it sees: names, or NAME: $env.OTHER. Nothing else is inherited.",
  ),
  memory_limit_per_agent: size().describe("The most memory of one instance: 512MB, 4GB."),
  cpu_limit_per_agent: share(CORES_LEAST, CORES_MOST).describe(
    "The most processor cores that one instance may keep busy: 0.5, 2. What would be more is slowed to it.",
  ),
};

const functionKeys: Keys<FunctionAgentSource> = {
  ...localKeys,
  kind: z
    .literal("function")
    .describe("A module of the company's own, in TypeScript or JavaScript."),
  module: word("the path of a module").describe(
    "Its path from the company's folder; it exports `attempt(task, tools, abort)`.",
  ),
  isolate: truth().describe("true: it runs in a worker, with a memory limit and a real end."),
};

const commandKeys: Keys<CommandAgentSource> = {
  ...localKeys,
  kind: z
    .literal("command")
    .describe("A program: one JSON object on its standard input, one on its standard output."),
  command: z
    .array(word("a word of the command"), { error: "a list: the program and its arguments" })
    .min(1, { error: "a list: the program and its arguments" })
    .describe("The program and its arguments. There is no shell."),
  cwd: word("a path").describe(
    "Where it runs, from the company's folder. Unsaid: an empty folder of its own.",
  ),
  scratch: truth().describe(
    "true (the default without cwd): it runs in an empty folder of its own, removed afterwards. false: in the company's folder.",
  ),
};

const httpKeys: Keys<HttpAgentSource> = {
  ...performedKeys,
  kind: z.literal("http").describe("An address that answers one JSON object with another."),
  url: some(word("an address"), "an address or a list of them").describe(
    "Where it is asked; `$env.NAME` stands for a variable. Of several, the one with the least to do is asked.",
  ),
  method: oneOf(["POST", "PUT"]).describe("Default POST."),
  headers: named(word("a header's value"), "a map of names to values").describe(
    "Sent with each question: `Authorization: Bearer $env.TOKEN`. What a variable holds is never shown or kept.",
  ),
  ca: word("a path").describe(
    "A file of certificates, from the company's folder, that its own is checked by. Unsaid: the system's.",
  ),
  health: word("a path").describe(
    "What is got at each address to know how it is: `/health`. Unsaid: whether somebody listens there.",
  ),
  insecure: truth().describe(
    "true: variables may be sent over plain http to another machine. Unsaid: that is an error.",
  ),
};

const personKeys: Keys<PersonAgentSource> = {
  ...anyAgentKeys,
  kind: z.literal("person").describe("People, who find its tasks in the inbox."),
  from: some(word("a name"), "a name or a list of names").describe(
    "Who may do its tasks: people, teams or roles. Unsaid: anyone who may act on the run.",
  ),
  due: duration().describe("How long they have. Unsaid: as long as the step says, or for ever."),
  escalate: some(word("a name"), "a name or a list of names").describe(
    "Who is asked, one after another, when the time has passed; then the attempt fails with `timeout`.",
  ),
};

export const agentKinds: Readonly<Record<AgentKindName, Readonly<Record<string, z.ZodType>>>> = {
  function: functionKeys,
  command: commandKeys,
  http: httpKeys,
  person: personKeys,
};

export type AgentKindName = "function" | "command" | "http" | "person";

export const agentShapes: {
  readonly function: z.ZodType<FunctionAgentSource>;
  readonly command: z.ZodType<CommandAgentSource>;
  readonly http: z.ZodType<HttpAgentSource>;
  readonly person: z.ZodType<PersonAgentSource>;
} = {
  function: closed(functionKeys, ["kind", "module"]),
  command: closed(commandKeys, ["kind", "command"]),
  http: closed(httpKeys, ["kind", "url"]),
  person: closed(personKeys, ["kind"]),
};
