import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** A definition as its author wrote it: `text` as it stands, `value` as YAML reads it. */
export type Given = { readonly name: string; readonly text: string; readonly value: unknown };

const ROOT = join(import.meta.dirname, "..", "..");
const PACK = join(ROOT, "packs", "customer-onboarding");

/** The three shapes of the source, the pack's workflow, and examples of every kind of step. */
export const WORKFLOWS: readonly Given[] = [
  ...filesOf(join(import.meta.dirname, "given")),
  ...filesOf(join(PACK, "workflows")),
];

export const AGENT_FILES: readonly Given[] = [
  ...filesOf(join(PACK, "agents")),
  given(
    "everything",
    [
      "muster: 1",
      "kind: function",
      "module: ./agents/everything.ts",
      "description: All that an agent can say.",
      "capabilities: [a, b]",
      "instances: 2",
      "concurrency: 5",
      "effects: idempotent",
      "isolate: true",
      "timeout: 2m",
      "memory_limit_per_agent: 512MB",
      "env: { TENANT_DB: $env.TENANT_DB }",
      "inputs: { source: string }",
      "outputs: { rows: 'string[]' }",
      "",
    ].join("\n"),
  ),
];

/** The workflow that others run below themselves. */
export const SUB_RUN: Given = find("onboarding");

function filesOf(folder: string): readonly Given[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .toSorted()
    .map((file) => given(file.slice(0, -".yaml".length), readFileSync(join(folder, file), "utf8")));
}

function given(name: string, text: string): Given {
  return { name, text, value: parse(text) as unknown };
}

function find(name: string): Given {
  const found = WORKFLOWS.find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no ${name}.yaml among the given files.`);
  return found;
}
