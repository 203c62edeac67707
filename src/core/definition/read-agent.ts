import { suggestion } from "../expression/index.ts";
import type { Digest } from "../id.ts";
import type { Json } from "../json.ts";
import type { Problem } from "../problem.ts";
import type { AgentDefinition, CommandDefinition, FunctionDefinition } from "./agent.ts";
import { type AgentKindName, agentKinds, agentShapes } from "./agent-shape.ts";
import type { CommandAgentSource, FunctionAgentSource } from "./agent-source.ts";
import { parseBytes } from "./bytes.ts";
import { openTypes, readOutputs, type Types } from "./declared-type.ts";
import { isMap } from "./draft.ts";
import { durationMs } from "./duration-value.ts";
import { inOrder, openReport, type Report } from "./report.ts";
import { checkShape, shown } from "./shape-problem.ts";
import { readSource, type Source } from "./source.ts";
import type { OutputFields } from "./workflow.ts";
import { nameOfFile } from "./workflow-head.ts";

/** An agent, or null where there is an error; and every problem of the file, in its order. */
export type ReadAgent = {
  readonly agent: AgentDefinition | null;
  readonly problems: readonly Problem[];
};

const AGENT_TIMEOUT_DEFAULT_MS = 300_000;
const AGENT_CONCURRENCY_DEFAULT = 5;
/** Less, and the program that does the work would not start. */
const AGENT_MEMORY_LEAST_BYTES: number = 16 * 1024 * 1024;

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

/** What is its kind's own. */
type Work =
  | Pick<FunctionDefinition, "kind" | "module" | "isolate">
  | Pick<CommandDefinition, "kind" | "command" | "cwd">;

type Given = {
  readonly source: Source;
  readonly report: Report;
  readonly types: Types;
  readonly digest: Digest;
};

const KINDS: readonly AgentKindName[] = ["function", "command"];
const LATER_KINDS = ["http", "person", "model", "mcp", "a2a"];

function kindOf(value: Json, report: Report): AgentKindName | null {
  const list = KINDS.join(" or ");
  if (!isMap(value)) {
    report.add({
      code: "wrong-type",
      message: `An agent is a map of keys; here stands ${shown(value)}.`,
      mend: `Write at least kind: ${list}, with its module or command.`,
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
        .map((key) => [key, `A ${kind} agent takes no "${key}"; it belongs to ${other} agents.`]),
    ),
  );
  const context = { path: [], report, later };
  const [shaped, work] =
    kind === "function"
      ? functionWork(checkShape(agentShapes.function, source.value, context), report)
      : commandWork(checkShape(agentShapes.command, source.value, context), report);
  const { capabilities, instances = 1 } = shaped;
  adviseOnEffects(shaped, report);
  const timeoutMs = durationMs(shaped.timeout, { path: ["timeout"], report, leastMs: 1 });
  return {
    ...work,
    instances,
    name: nameOf(shaped.name, given),
    description: shaped.description ?? "",
    digest: given.digest,
    where: source.placeOf([]),
    capabilities: [
      ...new Set(typeof capabilities === "string" ? [capabilities] : (capabilities ?? [])),
    ],
    concurrency: shaped.concurrency ?? Math.max(AGENT_CONCURRENCY_DEFAULT, instances),
    effects: shaped.effects ?? "ask",
    timeoutMs: timeoutMs ?? AGENT_TIMEOUT_DEFAULT_MS,
    memoryBytesMost: memoryOf(shaped.memory_limit_per_agent, report),
    env: envOf(shaped.env, report),
    inputs: fieldsOf("inputs", shaped, given),
    outputs: fieldsOf("outputs", shaped, given),
  };
}

type Shaped = Partial<FunctionAgentSource> | Partial<CommandAgentSource>;

function functionWork(
  shaped: Partial<FunctionAgentSource>,
  report: Report,
): readonly [Shaped, Work] {
  const module = shaped.module ?? "";
  const parts = module.split(/[/\\]/);
  if (/^([/\\]|[a-z]+:)/i.test(module) || parts.includes("..")) {
    report.add({
      code: "wrong-value",
      message: `The module "${module}" does not stand in the company's folder.`,
      mend: "Write a path from the company's folder: ./agents/NAME.ts.",
      path: ["module"],
    });
  }
  if (shaped.memory_limit_per_agent !== undefined && shaped.isolate !== true) {
    report.add({
      code: "impossible-limit",
      message: "The memory of a function can be limited only where it runs in a worker.",
      mend: "Write isolate: true, or take the limit out.",
      path: ["memory_limit_per_agent"],
      key: true,
    });
  }
  return [shaped, { kind: "function", module, isolate: shaped.isolate ?? false }];
}

function commandWork(shaped: Partial<CommandAgentSource>, report: Report): readonly [Shaped, Work] {
  if (shaped.cwd !== undefined && shaped.scratch === true) {
    report.add({
      code: "wrong-value",
      message: "It runs in one folder: an empty one (scratch), or one that is named (cwd).",
      mend: "Keep one of the two.",
      path: ["scratch"],
      key: true,
    });
  }
  const cwd = shaped.cwd ?? (shaped.scratch === false ? "." : null);
  return [shaped, { kind: "command", command: shaped.command ?? [], cwd }];
}

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

function adviseOnEffects(shaped: Shaped, report: Report): void {
  if (shaped.effects !== undefined) return;
  report.add({
    code: "advice",
    severity: "warning",
    message:
      "This agent does not say what a repetition of its work does, so that it counts as ask: after a crash a person has to look.",
    mend: "Write effects: pure (it only reads), idempotent (twice under one key is once), or ask.",
    path: [],
  });
}

function memoryOf(said: string | number | undefined, report: Report): number | null {
  if (said === undefined) return null;
  const bytes = parseBytes(said);
  if (bytes !== null && bytes >= AGENT_MEMORY_LEAST_BYTES) return bytes;
  report.add({
    code: "impossible-limit",
    message: `No agent can work in ${shown(said)} of memory.`,
    mend: "Write at least 16MB: 512MB, 4GB.",
    path: ["memory_limit_per_agent"],
  });
  return null;
}

function envOf(
  said: readonly string[] | { readonly [name: string]: string } | undefined,
  report: Report,
): Readonly<Record<string, string>> {
  const env: Record<string, string> = {};
  const entries: readonly (readonly [string, string, string | number])[] = isNames(said)
    ? said.map((name, index) => [name, `$env.${name}`, index])
    : Object.entries(said ?? {}).map(([name, value]) => [name, value, name]);
  for (const [name, value, at] of entries) {
    const from = /^\s*\$env\.([A-Za-z_]\w*)\s*$/.exec(value)?.[1];
    if (from !== undefined && /^[A-Za-z_]\w*$/.test(name)) env[name] = from;
    else {
      report.add({
        code: "wrong-value",
        message:
          from === undefined && !isNames(said)
            ? "A definition holds the names of variables, never their values."
            : `No variable is called "${name}".`,
        mend: isNames(said) ? "Write names such as TENANT_DB." : `Write ${name}: $env.NAME.`,
        path: ["env", at],
      });
    }
  }
  return env;
}

function isNames(
  said: readonly string[] | { readonly [name: string]: string } | undefined,
): said is readonly string[] {
  return Array.isArray(said);
}

function fieldsOf(key: "inputs" | "outputs", shaped: Shaped, given: Given): OutputFields | null {
  const said = shaped[key];
  return said === undefined ? null : readOutputs(said, { ...given, path: [key] });
}
