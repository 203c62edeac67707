import { createHash } from "node:crypto";
import { readWorkflow, type Workflow } from "../../src/core/definition/index.ts";
import type { Digest } from "../../src/core/id.ts";
import { sentence } from "../../src/core/problem.ts";

/** A workflow for a test, written as its author would. @throws Error with every problem of the text */
export function workflow(text: string): Workflow {
  const surroundings = { agents: null, workflows: null, digest: digestOf };
  const read = readWorkflow({ file: "example.yaml", text: unindented(text) }, surroundings);
  if (read.workflow === null) throw new Error(read.problems.map(sentence).join("\n"));
  return read.workflow;
}

export function digestOf(text: string): Digest {
  return `sha256:${createHash("sha256").update(text).digest("hex")}` as Digest;
}

function unindented(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const indent = Math.min(...lines.map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent)).join("\n");
}
