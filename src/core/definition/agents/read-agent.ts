import { suggestion } from "../../expression/index.ts";
import type { Digest } from "../../id.ts";
import type { Json } from "../../json.ts";
import type { Problem } from "../../problem.ts";
import { unreachable } from "../../unreachable.ts";
import { inOrder, openReport, type Report } from "../reading/report.ts";
import { checkShape, shown } from "../reading/shape-problem.ts";
import { readSource, type Source } from "../reading/source.ts";
import { isMap } from "../steps/draft.ts";
import { openTypes, readOutputs, type Types } from "../types/declared-type.ts";
import type { OutputFields } from "../workflow.ts";
import { nameOfFile } from "../workflow-head.ts";
import type { AgentDefinition } from "./agent.ts";
import { type AgentKindName, agentKinds, agentShapes } from "./agent-shape.ts";
import type {
  AnyAgentSource,
  CommandAgentSource,
  FunctionAgentSource,
  HttpAgentSource,
  PersonAgentSource,
} from "./agent-source.ts";
import { httpWork } from "./http-agent.ts";
import { commandWork, functionWork, localOf, NOT_LOCAL } from "./local-agent.ts";
import { NOT_PERFORMED, performedOf } from "./performed-agent.ts";
import { personWork } from "./person-agent.ts";

/** An agent, or null where there is an error; and every problem of the file, in its order. */
export type ReadAgent = {
  readonly agent: AgentDefinition | null;
  readonly problems: readonly Problem[];
};

/**
 * Reads `agents/NAME.yaml`, and says all that is wrong with it at once.
 *
 * @returns never throws
 */
export function readAgent(
  input: { readonly file: string; readonly text: string },
  surroundings: { readonly digest: (text: string) => Digest },
): ReadAgent {
  const problems: Problem[] = [];
  const source = readSource(input, (problem) => problems.push(problem));
  if (source === null) return { agent: null, problems: inOrder(problems) };
  const report = openReport(source, { into: problems, module: null });
  const kind = kindOf(source.value, report);
  if (kind === null) return { agent: null, problems: inOrder(problems) };
  const agent = build(kind, {
    source,
    report,
    types: openTypes({}, report),
    digest: surroundings.digest(input.text),
  });
  const failed = problems.some(({ severity }) => severity !== "warning");
  return { agent: failed ? null : agent, problems: inOrder(problems) };
}

type Given = {
  readonly source: Source;
  readonly report: Report;
  readonly types: Types;
  readonly digest: Digest;
};

const KINDS: readonly AgentKindName[] = ["function", "command", "http", "person"];
const LATER_KINDS = ["model", "mcp", "a2a"];

function kindOf(value: Json, report: Report): AgentKindName | null {
  const list = `${KINDS.slice(0, -1).join(", ")} or ${KINDS.at(-1)}`;
  if (!isMap(value)) {
    report.add({
      code: "wrong-type",
      message: `An agent is a map of keys; here stands ${shown(value)}.`,
      mend: `Write at least kind: ${list}, with what that kind needs.`,
      path: [],
    });
    return null;
  }
  const said = value["kind"];
  const kind = KINDS.find((known) => known === said);
  if (kind !== undefined) return kind;
  const isLater = LATER_KINDS.some((later) => later === said);
  report.add({
    code: said === undefined ? "missing-key" : "wrong-value",
    message:
      said === undefined
        ? "This agent does not say of which kind it is."
        : isLater
          ? `Agents of the kind ${shown(said)} come in a later release of Muster.`
          : `There is no kind of agent ${shown(said)}.`,
    mend:
      typeof said === "string" && !isLater
        ? suggestion(said, KINDS, "Kinds")
        : `Write kind: ${list}.`,
    path: said === undefined ? [] : ["kind"],
  });
  return null;
}

function build(kind: AgentKindName, given: Given): AgentDefinition {
  const { source, report } = given;
  const later = Object.fromEntries(
    KINDS.filter((other) => other !== kind).flatMap((other) =>
      Object.keys(agentKinds[other])
        .filter((key) => !Object.hasOwn(agentKinds[kind], key))
        .map((key) => [
          key,
          `${kind === "http" ? "An" : "A"} ${kind} agent takes no "${key}"; it belongs to ${other} agents.`,
        ]),
    ),
  );
  const context = { path: [], report, later };
  const { value } = source;
  switch (kind) {
    case "function":
      return functionAgent(checkShape(agentShapes.function, value, context), given);
    case "command":
      return commandAgent(checkShape(agentShapes.command, value, context), given);
    case "http":
      return httpAgent(checkShape(agentShapes.http, value, context), given);
    case "person":
      return personAgent(checkShape(agentShapes.person, value, context), given);
    default:
      return unreachable(kind);
  }
}

function functionAgent(said: Partial<FunctionAgentSource>, given: Given): AgentDefinition {
  const { report } = given;
  const local = { ...performedOf(said, report), ...localOf(said, report) };
  return { ...commonOf(said, given), ...local, ...functionWork(said, report) };
}

function commandAgent(said: Partial<CommandAgentSource>, given: Given): AgentDefinition {
  const { report } = given;
  const local = { ...performedOf(said, report), ...localOf(said, report) };
  return { ...commonOf(said, given), ...local, ...commandWork(said, report) };
}

function httpAgent(said: Partial<HttpAgentSource>, given: Given): AgentDefinition {
  const { report } = given;
  const work = httpWork(said, report);
  const instances = Math.max(1, work.urls.length);
  const performed = performedOf({ ...said, instances }, report);
  return { ...commonOf(said, given), ...performed, ...NOT_LOCAL, ...work, instances };
}

function personAgent(said: Partial<PersonAgentSource>, given: Given): AgentDefinition {
  return {
    ...commonOf(said, given),
    ...NOT_PERFORMED,
    ...NOT_LOCAL,
    ...personWork(said, given.report),
  };
}

function commonOf(said: Partial<AnyAgentSource>, given: Given): Common {
  const { source, digest } = given;
  const { capabilities = [] } = said;
  return {
    name: nameOf(said.name, given),
    description: said.description ?? "",
    digest,
    where: source.placeOf([]),
    capabilities: [...new Set(typeof capabilities === "string" ? [capabilities] : capabilities)],
    inputs: fieldsOf("inputs", said, given),
    outputs: fieldsOf("outputs", said, given),
  };
}

type Common = Pick<
  AgentDefinition,
  "name" | "description" | "digest" | "where" | "capabilities" | "inputs" | "outputs"
>;

function nameOf(said: string | undefined, { source, report }: Given): string {
  const name = nameOfFile(source.file);
  if (said !== undefined && said !== name) {
    report.add({
      code: "wrong-value",
      message: `The agent of this file is called "${name}", and "${said}" stands here.`,
      mend: "Take the name out, or rename the file.",
      path: ["name"],
    });
  }
  return name;
}

function fieldsOf(
  key: "inputs" | "outputs",
  shaped: Partial<AnyAgentSource>,
  given: Given,
): OutputFields | null {
  const said = shaped[key];
  return said === undefined ? null : readOutputs(said, { ...given, path: [key] });
}
