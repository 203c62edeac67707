import { join, resolve } from "node:path";
import { type Control, controlsOf, frameworkNamed, KNOWN_FRAMEWORKS } from "./parts/controls.ts";
import {
  type Answer,
  invalidInput,
  isList,
  type Json,
  type Task,
  type Tools,
  text,
} from "./parts/protocol.ts";
import { writeWhole } from "./parts/write-whole.ts";

const FOLDER = resolve(import.meta.dirname, "..");

/** A framework's settings, as they are written and as other agents are told. */
export type ComplianceConfig = {
  readonly name: string;
  readonly framework: string;
  readonly file: string;
  readonly controls: readonly Control[];
};

/** Writes output/compliance/FRAMEWORK.json for each of `requirements`. */
export async function attempt(task: Task, tools: Tools, abort: AbortSignal): Promise<Answer> {
  const requirements = task.inputs["requirements"];
  if (!isList(requirements)) {
    return invalidInput(
      `requirements is no list. Name frameworks: ${KNOWN_FRAMEWORKS.join(", ")}.`,
    );
  }
  const unknown = requirements.filter((named) => frameworkNamed(text(named)) === null);
  if (unknown.length > 0) return nobodyKnows(unknown);
  const frameworks = new Set(requirements.map((named) => frameworkNamed(text(named)) ?? ""));
  const configs: ComplianceConfig[] = [];
  for (const framework of frameworks) {
    abort.throwIfAborted();
    const config = configOf(framework);
    const content = `${JSON.stringify(config, null, 2)}\n`;
    const isNew = await writeWhole(join(FOLDER, config.file), content, task.key);
    tools.log(`${config.file}: ${config.controls.length} controls${isNew ? "" : ", as before"}`);
    configs.push(config);
  }
  return { outputs: { compliance_configs: configs } };
}

function configOf(framework: string): ComplianceConfig {
  return {
    name: `config_${framework}`,
    framework,
    file: `output/compliance/${framework}.json`,
    controls: controlsOf(framework),
  };
}

function nobodyKnows(unknown: readonly Json[]): Answer {
  const known = KNOWN_FRAMEWORKS.join(", ");
  return invalidInput(
    `compliance_required names ${unknown.map((name) => JSON.stringify(name)).join(", ")}, which nobody here knows. Frameworks here: ${known}. Controls of another one go into agents/parts/controls.ts.`,
  );
}
