import type { Step, Workflow } from "../definition/index.ts";
import type { Digest } from "../id.ts";
import type { Json, JsonObject } from "../json.ts";
import { putFrame } from "./attempts/places.ts";
import { stepAt, undoStep, useUndoStep } from "./control/undo.ts";
import {
  absent,
  type Fold,
  type Frame,
  type Item,
  type Limiter,
  MACHINE_VERSION,
  type Run,
  type Undo,
  type Value,
} from "./run.ts";
import type { Queue } from "./tables/queue.ts";
import { pagesOf, type Row, rowFrom } from "./tables/row.ts";
import { emptyTable, entries, set, type Table } from "./tables/table.ts";

/**
 * A snapshot is a cache: the log is the truth, and one made by another version of the machine is not
 * read. What an `each` gave stands in pages that are written once and named by digest, so that a
 * snapshot costs what is in flight.
 */
export type Pages = {
  /** Keeps a page and gives its name. */
  readonly keep: (text: string) => Digest;
  readonly page: (digest: Digest) => string;
};

/** Events since the last snapshot that are always allowed. */
const TAIL_MOST = 1_000;

/** Whether to take one: when folding the tail again would cost more than writing the state. */
export function isSnapshotDue(run: Run, tail: number): boolean {
  return (
    tail >
    Math.max(
      TAIL_MOST,
      run.frames.size + run.open.size + run.outputs.size + run.doubts.size + run.taken.size,
    )
  );
}

export function freeze(run: Run, keep: Pages["keep"]): string {
  const {
    workflow,
    definitions: _definitions,
    frames,
    open,
    outputs,
    doubts,
    undo,
    taken,
    skipping,
    ...rest
  } = run;
  return JSON.stringify({
    ...rest,
    machine: MACHINE_VERSION,
    definition: workflow.digest,
    frames: sorted(frames).map(([, frame]) => frozenFrame(frame, keep)),
    open: sorted(open),
    outputs: sorted(outputs).map(([path, value]) => [path, frozenValue(value, keep)]),
    doubts: sorted(doubts),
    taken: sorted(taken),
    skipping: sorted(skipping),
    undo: undoList(undo),
  });
}

/** @returns null where the text is of another version of the machine */
export function thaw(
  text: string,
  run: Pick<Run, "id" | "workflow"> & Partial<Pick<Run, "definitions">>,
  page: Pages["page"],
): Run | null {
  const frozen = JSON.parse(text) as Frozen;
  if (frozen.machine !== MACHINE_VERSION) return null;
  const begun = absent(run.id, run.workflow, run.definitions);
  const workflow = definitionIn(begun, frozen.definition);
  const {
    machine: _machine,
    definition: _definition,
    frames,
    open,
    outputs,
    doubts,
    undo,
    taken,
    skipping,
    ...rest
  } = frozen;
  const thawed: Fold = { ...begun, workflow, ...rest, id: run.id };
  thawed.undo = undo.reduceRight<Undo | null>((next, one) => ({ ...one, next }), null);
  const stepOf = (frame: FrozenFrame): Step | undefined =>
    stepAt(frame.of == null ? workflow : definitionIn(begun, frame.of), frame.step);
  const by = { stepOf, workflow, page, undo: thawed.undo };
  for (const frame of frames) putFrame(thawed, thawedFrame(frame, by));
  thawed.open = tableOf(open);
  thawed.outputs = tableOf(outputs.map(([path, value]) => [path, thawedValue(value, page)]));
  thawed.doubts = tableOf(doubts);
  thawed.taken = tableOf(taken);
  thawed.skipping = tableOf(skipping);
  return thawed;
}

/** A snapshot that names a definition which is not there is passed over: its reader folds the log. */
function definitionIn(run: Run, digest: Digest): Workflow {
  if (digest === run.workflow.digest) return run.workflow;
  const found = run.definitions(digest);
  if (found === null) throw new Error(`The snapshot names the definition ${digest}.`);
  return found;
}

type FrozenRow = {
  readonly length: number;
  readonly pages: readonly (Digest | readonly (Item | null)[])[];
};
type FrozenValue =
  | Exclude<Value, { items: Row<Item> }>
  | { readonly items: FrozenRow; readonly fields: readonly string[] };
type FrozenFrame = JsonObject & {
  readonly step: string;
  readonly undoes?: string | null;
  readonly of?: Digest | null;
};
type Frozen = Omit<
  Run,
  | "workflow"
  | "definitions"
  | "frames"
  | "open"
  | "outputs"
  | "doubts"
  | "undo"
  | "taken"
  | "skipping"
> & {
  readonly machine: number;
  readonly definition: Digest;
  readonly frames: readonly FrozenFrame[];
  readonly open: readonly (readonly [
    number,
    Run["open"] extends Table<number, infer V> ? V : never,
  ])[];
  readonly outputs: readonly (readonly [string, FrozenValue])[];
  readonly doubts: readonly (readonly [
    number,
    Run["doubts"] extends Table<number, infer V> ? V : never,
  ])[];
  readonly undo: readonly Omit<Undo, "next">[];
  readonly taken: readonly (readonly [string, number])[];
  readonly skipping: readonly (readonly [string, string])[];
};

const named = new WeakMap<object, Digest>();

function frozenFrame(frame: Frame, keep: Pages["keep"]): Json {
  const { step, ...rest } = frame;
  const flat: Record<string, unknown> = { ...rest, step: step.path };
  if (frame.kind === "block") {
    Object.assign(flat, {
      waits: sorted(frame.waits),
      ready: frozenQueue(frame.ready),
      free: frozenQueue(frame.free),
      live: sorted(frame.live),
    });
  }
  if (frame.kind === "each")
    Object.assign(flat, { live: sorted(frame.live), items: frozenRow(frame.items, keep) });
  if (frame.kind === "block" || frame.kind === "each")
    flat["limiter"] = frozenLimiter(frame.limiter);
  if (frame.kind === "leaf" && frame.uses !== undefined)
    flat["uses"] = { ...frame.uses, done: sorted(frame.uses.done) };
  return flat as Json;
}

type Thawing = {
  readonly stepOf: (frame: FrozenFrame) => Step | undefined;
  readonly workflow: Workflow;
  readonly page: Pages["page"];
  readonly undo: Undo | null;
};

function thawedFrame(frozen: FrozenFrame, by: Thawing): Frame {
  const undoes = frozen.undoes ?? null;
  const use = by.undo?.use;
  const step =
    undoes === null
      ? by.stepOf(frozen)
      : use === undefined
        ? undoStep(by.workflow, undoes)
        : useUndoStep(by.workflow, undoes, use);
  if (step === undefined)
    throw new Error(
      `The snapshot names a step "${frozen.step}" that its definition does not have.`,
    );
  const flat: Record<string, unknown> = { ...frozen, step };
  if (frozen["kind"] === "block") {
    flat["waits"] = tableOf(frozen["waits"] as never);
    flat["ready"] = thawedQueue(frozen["ready"] as never);
    flat["free"] = thawedQueue(frozen["free"] as never);
  }
  if (frozen["kind"] === "each") flat["items"] = thawedRow(frozen["items"] as never, by.page);
  if (frozen["kind"] === "block" || frozen["kind"] === "each") {
    flat["live"] = tableOf(frozen["live"] as never);
    flat["limiter"] = thawedLimiter(frozen["limiter"] as never);
  }
  const uses = frozen["uses"] as { readonly done: never } | undefined;
  if (uses !== undefined) flat["uses"] = { ...uses, done: tableOf(uses.done) };
  return flat as unknown as Frame;
}

function frozenValue(value: Value, keep: Pages["keep"]): FrozenValue {
  return "items" in value ? { items: frozenRow(value.items, keep), fields: value.fields } : value;
}

function thawedValue(value: FrozenValue, page: Pages["page"]): Value {
  return "items" in value ? { items: thawedRow(value.items, page), fields: value.fields } : value;
}

function frozenRow(row: Row<Item>, keep: Pages["keep"]): FrozenRow {
  const pages: (Digest | readonly (Item | null)[])[] = [];
  for (const { node, isFull, values } of pagesOf(row)) {
    const name = node === null ? undefined : named.get(node);
    pages.push(name ?? frozenPage(node, values(), { isFull, keep }));
  }
  return { length: row.length, pages };
}

/** A page with all its results never changes again: it is written once, and named afterwards. */
function frozenPage(
  node: object | null,
  values: readonly (Item | undefined)[],
  page: { readonly isFull: boolean; readonly keep: Pages["keep"] },
): Digest | readonly (Item | null)[] {
  const flat = values.map((value) => value ?? null);
  if (node === null || !page.isFull || flat.includes(null)) return flat;
  const name = page.keep(JSON.stringify(flat));
  named.set(node, name);
  return name;
}

function thawedRow(frozen: FrozenRow, page: Pages["page"]): Row<Item> {
  const values: (Item | undefined)[] = [];
  for (const one of frozen.pages) {
    const items =
      typeof one === "string" ? (JSON.parse(page(one)) as readonly (Item | null)[]) : one;
    for (const item of items) values.push(item ?? undefined);
  }
  return rowFrom(values);
}

type FrozenQueue<V> = readonly [
  head: number,
  tail: number,
  waiting: readonly (readonly [number, V])[],
];

function frozenQueue<V>(queue: Queue<V>): FrozenQueue<V> {
  return [queue.head, queue.tail, sorted(queue.waiting)];
}

function thawedQueue<V>([head, tail, waiting]: FrozenQueue<V>): Queue<V> {
  return { head, tail, waiting: tableOf(waiting) };
}

function frozenLimiter(limiter: Limiter): unknown {
  return limiter === null
    ? null
    : { ...limiter, first: frozenQueue(limiter.first), later: frozenQueue(limiter.later) };
}

function thawedLimiter(
  frozen:
    | (Omit<NonNullable<Limiter>, "first" | "later"> & {
        first: FrozenQueue<string>;
        later: FrozenQueue<string>;
      })
    | null,
): Limiter {
  return frozen === null
    ? null
    : { ...frozen, first: thawedQueue(frozen.first), later: thawedQueue(frozen.later) };
}

function undoList(undo: Undo | null): readonly Omit<Undo, "next">[] {
  const list: Omit<Undo, "next">[] = [];
  for (let one = undo; one !== null; one = one.next) {
    const { next: _next, ...own } = one;
    list.push(own);
  }
  return list;
}

function sorted<K extends string | number, V>(table: Table<K, V>): (readonly [K, V])[] {
  return [...entries(table)].sort(([a], [b]) => (a < b ? -1 : 1));
}

function tableOf<K extends string | number, V>(list: readonly (readonly [K, V])[]): Table<K, V> {
  let table = emptyTable<K, V>();
  for (const [key, value] of list) table = set(table, key, value);
  return table;
}
