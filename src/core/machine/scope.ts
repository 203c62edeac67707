import type { Each, Published, Step, Workflow } from "../definition/index.ts";
import { evaluateTemplate, type Outcome, type Scope, type Template } from "../expression/index.ts";
import type { Digest } from "../id.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { ownOf } from "../own.ts";
import type { Path, Seq, Stored } from "./event.ts";
import type { EachFrame, Item, Run, Value } from "./run.ts";
import { places, type Row } from "./tables/row.ts";
import { get } from "./tables/table.ts";

/** Where an expression is read: a step that lives, or one that is about to begin below `parent`. */
export type Position = {
  readonly path: Path;
  readonly parent: Path | null;
  readonly at: number;
  /** When it began; absent is: it is about to. */
  readonly born?: { readonly seq: Seq };
};
export type Read = (digest: Digest) => Json;

/** What the names in an expression stand for at a place of a run. */
export function scopeAt(run: Run, position: Position, read: Read): Scope {
  return {
    name: (name) => named(run, position, { name, read }),
    step: (id) => stepOutputs(run, position, { id, read }),
  };
}

/** The same, and some names more: they come first. */
export function withNames(scope: Scope, more: JsonObject): Scope {
  return { ...scope, name: (name) => ownOf(more, name) ?? scope.name(name) };
}

/**
 * The inputs of a step: an input whose data a skipped or degraded step did not give is left out.
 *
 * @returns the values by name, or the first fault
 */
export function valuesOf(
  templates: Readonly<Record<string, Template>>,
  scope: Scope,
): { readonly values: JsonObject } | { readonly fault: string } {
  const values: Record<string, Json> = {};
  for (const name in templates) {
    const template = ownOf(templates, name);
    if (template === undefined) continue;
    const outcome = evaluateTemplate(template, scope);
    if (outcome.kind === "fault") return { fault: `${name}: ${outcome.message}` };
    if (outcome.kind === "value") values[name] = outcome.value;
  }
  return { values };
}

/** The value behind what the log holds. */
export function load(stored: Stored, read: Read): Json {
  return "value" in stored ? stored.value : read(stored.digest);
}

/** The list of an `each`, the same object each time it is asked for while the step lives. */
export function itemsOf(run: Run, frame: EachFrame, read: Read): readonly Json[] {
  const known = lists.get(frame.born);
  if (known !== undefined) return known;
  const outcome = listAt(run, frame.step, { position: frame, read });
  const list =
    outcome.kind === "value" && Array.isArray(outcome.value)
      ? (outcome.value as readonly Json[])
      : [];
  lists.set(frame.born, list);
  return list;
}

/** What an `each` goes through: its items, or the batches of them. */
export function listAt(
  run: Run,
  { items, batch, sample }: Each,
  from: { position: Position; read: Read },
): Outcome {
  const outcome = evaluateTemplate(items, scopeAt(run, from.position, from.read));
  if (outcome.kind !== "value" || !Array.isArray(outcome.value)) return outcome;
  const all = outcome.value as readonly Json[];
  const list = sample === undefined ? all : all.slice(0, sample);
  if (batch === undefined) return { kind: "value", value: list };
  const batches: Json[] = [];
  for (let at = 0; at < list.length; at += batch) batches.push(list.slice(at, at + batch));
  return { kind: "value", value: batches };
}

const lists = new WeakMap<object, readonly Json[]>();
const declared = new WeakMap<Step, readonly string[]>();
const gathered = new WeakMap<object, JsonObject>();
const indices = new WeakMap<Workflow, ReadonlyMap<string, Target>>();

type Target = { readonly step: Step; readonly marks: number; readonly rest: string };

function named(run: Run, position: Position, ask: { name: string; read: Read }): Json | undefined {
  switch (ask.name) {
    case "context":
      return contextOf(run, ask.read);
    case "params":
      return run.before === null ? run.params : paramsSince(run, position.born?.seq ?? run.seq);
    case "case":
      return knownAt(run, position, ask.read);
    case "item":
    case "index":
    case "round":
      return enclosing(run, position, ask);
    case "run":
      return { id: run.id, workflow: run.workflow.name, version: run.workflow.version, by: run.by };
    default:
      return undefined;
  }
}

/** What was known of its case when the step began; a run without one knows nothing. */
function knownAt(run: Run, { born }: Position, read: Read): Json | undefined {
  let one = run.known;
  while (one !== null && born !== undefined && one.from > born.seq) one = one.next;
  return one === null ? undefined : load(one.known, read);
}

/** Those that a step began with: what is amended later reaches only steps that begin later. */
function paramsSince(run: Run, born: Seq): JsonObject {
  let params = run.params;
  for (let one = run.before; one !== null && one.until > born; one = one.next) params = one.params;
  return params;
}

const contexts = new WeakMap<object, { readonly of: Run; readonly context: JsonObject }>();
const NOTHING: JsonObject = {};

/**
 * What the steps that have ended well publish: read off their outputs, so that it is there wherever those
 * are, after a crash, in a fork, from a snapshot. In the order of the definition, whoever ended first.
 */
export function contextOf(run: Run, read: Read): JsonObject {
  const { publishes } = run.workflow;
  if (publishes === undefined) return NOTHING;
  const known = contexts.get(run.outputs);
  if (known?.of.params === run.params && known.of.workflow === run.workflow) return known.context;
  const context: Record<string, Json> = {};
  for (const one of publishes) {
    const value = get(run.outputs, one.path);
    const outputs = value === undefined ? undefined : valueOf(value, read);
    const found = outputs === undefined ? undefined : publishedBy(run, one, { outputs, read });
    if (found !== undefined) context[one.name] = found;
  }
  contexts.set(run.outputs, { of: run, context });
  return context;
}

/** @returns undefined where the outputs do not have it */
export function publishedBy(
  run: Run,
  { path, value }: Published,
  from: { readonly outputs: Json; readonly read: Read },
): Json | undefined {
  const scope = scopeAt(run, { path, parent: null, at: 0 }, from.read);
  const outcome = evaluateTemplate(value, withNames(scope, { outputs: from.outputs }));
  return outcome.kind === "value" ? outcome.value : undefined;
}

/** The nearest item, its number, or the nearest round: up from the step. */
function enclosing(
  run: Run,
  position: Position,
  ask: { name: string; read: Read },
): Json | undefined {
  let at: Position = position;
  while (at.parent !== null) {
    const parent = get(run.frames, at.parent);
    if (parent === undefined) return undefined;
    if (parent.kind === "each" && ask.name === "index") return at.at;
    if (parent.kind === "each" && ask.name === "item") return itemsOf(run, parent, ask.read)[at.at];
    if (parent.kind === "repeat" && ask.name === "round") return at.at;
    at = parent;
  }
  return undefined;
}

function stepOutputs(
  run: Run,
  position: Position,
  ask: { id: string; read: Read },
): Json | undefined {
  const target = indexOf(run.workflow).get(ask.id);
  if (target === undefined) return undefined;
  const value = get(run.outputs, placed(target, position.path));
  return value === undefined ? undefined : valueOf(value, ask.read);
}

/** A step's own path, with the item and round numbers that the reader's path has. */
function placed(target: Target, reader: Path): Path {
  if (target.marks === 0) return target.rest;
  let end = 0;
  for (let mark = 0; mark < target.marks; mark++) end = markEnd(reader, end);
  return reader.slice(0, end) + target.rest;
}

function markEnd(path: Path, from: number): number {
  for (let at = from; at < path.length; at++)
    if (path[at] === "]" || path[at] === "}") return at + 1;
  return path.length;
}

/** What the step at a path gave, gathered where it is an `each`; null where it gave nothing, or not yet. */
export function givenAt(run: Run, path: Path, read: Read): Json {
  const value = get(run.outputs, path);
  return value === undefined ? null : valueOf(value, read);
}

export function valueOf(value: Value, read: Read): Json {
  if (!("items" in value)) return load(value, read);
  const known = gathered.get(value);
  if (known !== undefined) return known;
  const made = gather(value.items, value.fields, read);
  gathered.set(value, made);
  return made;
}

/** The results of an `each`, under the names that its body declares also where there were no items. */
export function gatheredValue(frame: EachFrame): Value {
  return { items: frame.items, fields: declaredBy(frame.step.body) };
}

function declaredBy(step: Step): readonly string[] {
  const known = declared.get(step);
  if (known !== undefined) return known;
  const own = "outputs" in step ? Object.keys(step.outputs.fields) : [];
  const names = [...new Set([...own, ...childrenOf(step).flatMap(declaredBy)])];
  declared.set(step, names);
  return names;
}

/** Per output the list in item order, null where an item did not give it, and `items` with each one's status. */
function gather(items: Row<Item>, fields: readonly string[], read: Read): JsonObject {
  const lists: Record<string, Json[]> = {};
  for (const field of fields) lists[field] = emptyList(items.length);
  const states: Json[] = [];
  let at = 0;
  for (const item of places(items)) {
    const output = item?.output === undefined ? null : load(item.output, read);
    if (isObject(output ?? undefined))
      fill(lists, output as JsonObject, { at, length: items.length });
    states.push(
      item?.error
        ? { status: item.outcome, error: item.error.message }
        : { status: item?.outcome ?? "cancelled" },
    );
    at++;
  }
  return { ...lists, items: states };
}

function fill(
  lists: Record<string, Json[]>,
  output: JsonObject,
  place: { at: number; length: number },
): void {
  for (const field in output) {
    const list = (lists[field] ??= emptyList(place.length));
    list[place.at] = ownOf(output, field) ?? null;
  }
}

function emptyList(length: number): Json[] {
  return Array.from({ length }, () => null);
}

function indexOf(workflow: Workflow): ReadonlyMap<string, Target> {
  const known = indices.get(workflow);
  if (known !== undefined) return known;
  const index = new Map<string, Target>();
  for (const step of stepsOf(workflow.root)) {
    const parts = step.path.split(/(?<=\[\]|\{\})/);
    const last = parts.at(-1) ?? "";
    const inBody = last.endsWith("[]") || last.endsWith("{}");
    index.set(step.id, {
      step,
      marks: inBody ? parts.length : parts.length - 1,
      rest: inBody ? "" : last,
    });
  }
  indices.set(workflow, index);
  return index;
}

/** A step and all below it. */
export function* stepsOf(step: Step): Generator<Step> {
  yield step;
  for (const child of childrenOf(step)) yield* stepsOf(child);
}

export function childrenOf(step: Step): readonly Step[] {
  switch (step.kind) {
    case "block":
      return step.steps;
    case "each":
    case "repeat":
      return [step.body];
    case "choose":
      return step.branches.map((branch) => branch.step);
    case "task":
    case "workflow":
    case "gate":
    case "wait":
      return [];
  }
}
