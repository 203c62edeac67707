import type { OutputFields, Step } from "../../definition/index.ts";
import type { Json, JsonObject } from "../../json.ts";
import type { Key, Path } from "../event.ts";
import type { Failure } from "../failure.ts";
import type { Run } from "../run.ts";
import { type Read, scopeAt, stepsOf } from "../scope.ts";
import { taskOf } from "../steps/task.ts";
import { get } from "../tables/table.ts";

/** All that a person needs to do a task. */
export type Packet = {
  readonly run: string;
  readonly key: Key;
  readonly step: Path;
  readonly name: string;
  /** Who is asked: an agent's name, or that of a fallback nobody declared. */
  readonly agent: string;
  readonly instructions: string;
  readonly inputs: JsonObject;
  /** Why its inputs cannot be made, where they cannot; null is: they are all there. */
  readonly fault: string | null;
  /** What is to be given, as a JSON Schema of an object. */
  readonly form: JsonObject;
  readonly context: {
    readonly workflow: string;
    readonly version: string;
    readonly description: string;
    readonly by: string;
    readonly params: JsonObject;
  };
  /** What earlier steps gave, by step; of `leftOut` there was too much. */
  readonly given: JsonObject;
  readonly leftOut: readonly string[];
  /** What went wrong before it came to a person; null where it was a person's from the start. */
  readonly after: Failure | null;
  /** Who may do it; empty is: anyone who may act on the run. */
  readonly to: readonly string[];
  readonly claimed: string | null;
  /** Milliseconds since 1970; null is: no deadline. */
  readonly due: number | null;
};

/** What earlier steps gave is shown up to so much JSON, the first steps first. */
const GIVEN_BYTES_MOST = 262_144;

/** @returns what the open task under this key holds for whoever does it; null when there is none */
export function packetOf(run: Run, key: Key, read: Read): Packet | null {
  const open = get(run.open, key);
  const frame = open?.type === "task" ? get(run.frames, open.path) : undefined;
  if (open?.type !== "task" || frame?.kind !== "leaf") return null;
  const { agent, to, claimed, due, path: step } = open;
  const { name, version, description } = run.workflow;
  return {
    run: run.id,
    key,
    step,
    name: frame.step.name,
    agent,
    ...askedOf(run, key, read),
    form: formOf(frame.step.outputs),
    context: { workflow: name, version, description, by: run.by, params: run.params },
    ...givenTo(run, frame, read),
    after: frame.error,
    to,
    claimed: claimed?.by ?? null,
    due,
  };
}

function askedOf(
  run: Run,
  key: Key,
  read: Read,
): Pick<Packet, "instructions" | "inputs" | "fault"> {
  const asked = taskOf(run, key, read);
  if (asked === null || !("inputs" in asked))
    return { instructions: "", inputs: {}, fault: asked?.message ?? null };
  return { instructions: asked.instructions, inputs: asked.inputs, fault: null };
}

function formOf({ open, fields }: OutputFields): JsonObject {
  const properties = Object.fromEntries(
    Object.entries(fields).map(([name, { schema, text }]) => [name, { title: text, ...schema }]),
  );
  return {
    type: "object",
    properties,
    required: Object.keys(fields),
    additionalProperties: open,
  };
}

function givenTo(
  run: Run,
  position: Parameters<typeof scopeAt>[1],
  read: Read,
): Pick<Packet, "given" | "leftOut"> {
  const scope = scopeAt(run, position, read);
  const given: Record<string, Json> = {};
  const leftOut: string[] = [];
  let left = GIVEN_BYTES_MOST;
  for (const step of stepsOf(run.workflow.root)) {
    if (!givesByName(step)) continue;
    const value = scope.step(step.id);
    if (value === undefined) continue;
    left -= JSON.stringify(value).length;
    if (left < 0) leftOut.push(step.id);
    else given[step.id] = value;
  }
  return { given, leftOut };
}

function givesByName({ kind }: Step): boolean {
  return kind !== "block" && kind !== "choose";
}
