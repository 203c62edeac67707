import { z } from "zod";
import type { AnyAgentSource, CommandAgentSource, FunctionAgentSource } from "./agent-source.ts";
import {
  closed,
  duration,
  either,
  type Keys,
  listOf,
  longText,
  named,
  oneOf,
  size,
  some,
  truth,
  whole,
  word,
} from "./closed-shape.ts";
import { outputsShape } from "./step-shape.ts";
import { musterShape } from "./workflow-shape.ts";

const INSTANCES_MOST = 100;
const AGENT_CONCURRENCY_MOST = 1_000;

const anyAgentKeys: Keys<AnyAgentSource> = {
  muster: musterShape,
  name: word("a name").describe("The file's name, where it is written at all."),
  description: longText().describe("For people."),
  capabilities: some(word("a capability"), "a list of capabilities").describe(
    "What it can do; steps with `needs` are matched by it.",
  ),
  instances: whole(1, INSTANCES_MOST).describe("Processes or workers kept at once. Default 1."),
  concurrency: whole(1, AGENT_CONCURRENCY_MOST).describe(
    "Attempts it takes at once, over all instances. Default 5.",
  ),
  effects: oneOf(["pure", "idempotent", "ask"]).describe(
    "What a repetition does: pure reads only; idempotent does nothing twice under one key; ask may do harm, so that after doubt a person looks. Unsaid: ask.",
  ),
  env: either(
    [
      listOf(word("the name of a variable"), "a list of names"),
      named(word("$env.NAME"), "a map of names to $env.NAME"),
    ],
    "a list of names, or a map of names to $env.NAME",
  ).describe(
    "Variables of the environment that it sees: names, or NAME: $env.OTHER. Nothing else is inherited.",
  ),
  timeout: duration().describe("Of one attempt, where the step names none. Default 5 minutes."),
  memory_limit_per_agent: size().describe("The most memory of one instance: 512MB, 4GB."),
  inputs: outputsShape.describe(
    "What it takes: a map of names to types. Steps are checked against it.",
  ),
  outputs: outputsShape.describe(
    "What it gives: a map of names to types. Steps are checked against it.",
  ),
};

const functionKeys: Keys<FunctionAgentSource> = {
  ...anyAgentKeys,
  kind: z
    .literal("function")
    .describe("A module of the company's own, in TypeScript or JavaScript."),
  module: word("the path of a module").describe(
    "Its path from the company's folder; it exports `attempt(task, tools, abort)`.",
  ),
  isolate: truth().describe("true: it runs in a worker, with a memory limit and a real end."),
};

const commandKeys: Keys<CommandAgentSource> = {
  ...anyAgentKeys,
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

export const agentKinds: Readonly<Record<AgentKindName, Readonly<Record<string, z.ZodType>>>> = {
  function: functionKeys,
  command: commandKeys,
};

export type AgentKindName = "function" | "command";

export const agentShapes: {
  readonly function: z.ZodType<FunctionAgentSource>;
  readonly command: z.ZodType<CommandAgentSource>;
} = {
  function: closed(functionKeys, ["kind", "module"]),
  command: closed(commandKeys, ["kind", "command"]),
};
