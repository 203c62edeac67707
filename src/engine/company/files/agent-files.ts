import { basename, extname } from "node:path";
import { type AgentDefinition, type People, readAgent } from "../../../core/definition/index.ts";
import { suggestion } from "../../../core/expression/index.ts";
import type { Problem } from "../../../core/problem.ts";
import { textOfFile } from "../../file-text.ts";
import { digestOf } from "../../runtime/index.ts";
import { filesIn } from "./folder-files.ts";

/** The agents that a company's files define, and all that is wrong with those files. */
export type AgentFiles = {
  readonly definitions: readonly AgentDefinition[];
  /** By the file's path, as problems name it. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
};

const EXTENSIONS = [".yaml", ".yml"];

/** @param folder the company's, absolute */
export function readAgentFiles(folder: string): AgentFiles {
  const definitions = new Map<string, AgentDefinition>();
  const problems = new Map<string, readonly Problem[]>();
  for (const file of filesIn(folder, "agents", EXTENSIONS)) {
    const found = textOfFile(folder, file) ?? { file, text: "" };
    const read =
      found.fault === undefined
        ? readAgent(found, { digest: digestOf })
        : { agent: null, problems: [found.fault] };
    const known = read.agent === null ? undefined : definitions.get(read.agent.name);
    problems.set(
      file,
      known === undefined ? read.problems : [...read.problems, twice(file, known)],
    );
    if (read.agent !== null && known === undefined) definitions.set(read.agent.name, read.agent);
  }
  return { definitions: [...definitions.values()], problems };
}

/** The same, and told where a person's agent names somebody whom nobody knows. */
export function withPeople(files: AgentFiles, people: People | null): AgentFiles {
  if (people === null) return files;
  const problems = new Map(files.problems);
  for (const definition of files.definitions) {
    if (definition.kind !== "person") continue;
    const { file } = definition.where;
    const strangers = [...definition.from, ...definition.escalate].filter(
      (name) => people.meant(name).length === 0,
    );
    const told = [...new Set(strangers)].map((name) => stranger(name, file, people));
    problems.set(file, [...(problems.get(file) ?? []), ...told]);
  }
  return { ...files, problems };
}

function stranger(name: string, file: string, people: People): Problem {
  return {
    code: "unknown-person",
    severity: "warning",
    message: `Nobody is called "${name}" in people.yaml.`,
    mend: `${suggestion(name, people.names, "People, teams and roles")} Or add them there.`,
    where: { file, line: 1, column: 1 },
  };
}

/** "agents/clerk.yaml" is of the agent "clerk". */
export function nameOfFile(file: string): string {
  return basename(file, extname(file));
}

function twice(file: string, known: AgentDefinition): Problem {
  return {
    code: "duplicate",
    message: `The agent "${known.name}" is defined in ${known.where.file} already.`,
    mend: "Keep one of the two files.",
    where: { file, line: 1, column: 1 },
  };
}
