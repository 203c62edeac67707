import type { Json } from "../../json.ts";
import type { ValuePath } from "../reading/place.ts";
import type { PhaseSource } from "../workflow-source.ts";
import type {
  AnyStepSource,
  BlockSource,
  ChooseSource,
  GateSource,
  SubRunSource,
  TaskSource,
  ToolSource,
  WaitSource,
} from "./step-source.ts";

/**
 * A step whose shape was checked and whose expressions were not: each knows its parent, its place
 * in the file, and the part of its source that is sound. `id` and `path` are given when all are there.
 */
export type Draft = DraftHead & DraftBody;

export type DraftHead = {
  id: string;
  path: string;
  /** Its place among the steps of its parent. */
  readonly slot: number;
  readonly parent: Draft | null;
  /** Its map in the file. */
  readonly at: ValuePath;
  /** The steps of a block, the branches of a `choose`, the body of an `each` or a `repeat`. */
  readonly children: Draft[];
  /** Where the author put an id, and which. */
  readonly said: { readonly id: string; readonly at: ValuePath } | null;
};

export type DraftBody =
  | {
      readonly kind: "task";
      readonly source: Partial<TaskSource> & Partial<Pick<ToolSource, "tool" | "as">>;
    }
  | { readonly kind: "gate"; readonly source: Partial<GateSource> }
  | { readonly kind: "choose"; readonly source: Partial<ChooseSource>; readonly otherwise: boolean }
  | { readonly kind: "wait"; readonly source: Partial<WaitSource> }
  | { readonly kind: "workflow"; readonly source: Partial<SubRunSource> }
  | {
      readonly kind: "block";
      readonly source: Partial<BlockSource & PhaseSource>;
      readonly phase: boolean;
    }
  | { readonly kind: "each"; readonly source: Partial<AnyStepSource> }
  | { readonly kind: "repeat"; readonly source: Partial<AnyStepSource> };

/** Kinds that stand around one body, under the id of the step they were written on. */
export function isAround(draft: Draft): boolean {
  return draft.kind === "each" || draft.kind === "repeat";
}

/** The draft and all in it, parents first. */
export function* drafts(root: Draft): Generator<Draft> {
  yield root;
  for (const child of root.children) yield* drafts(child);
}

/** What people read: the name, else the first line of what is to be done, else who does it, else the id. */
export function nameOf(draft: Draft): string {
  const { source } = draft;
  const phase = "phase" in source ? source.phase : undefined;
  const said = source.name ?? phase ?? ("task" in source ? source.task : undefined);
  const words = said ?? ("instructions" in source ? source.instructions : undefined);
  const line = words?.trim().split("\n")[0]?.slice(0, NAME_CHARACTERS_MOST) ?? "";
  if (line !== "") return line;
  const who = doerOf(source);
  return who === undefined ? draft.id : `${who} (${draft.id})`;
}

function doerOf(source: Draft["source"]): string | undefined {
  return "tool" in source ? source.tool : "agent" in source ? source.agent : undefined;
}

const NAME_CHARACTERS_MOST = 80;

/** In a message: `step "load"`, `each "welcome"`, `phase "setup"`. */
export function called(draft: Draft): string {
  const owner = draft.parent !== null && isAround(draft.parent) ? draft.parent : draft;
  if (owner !== draft && isAround(owner)) return called(owner);
  const word =
    draft.kind === "block" && draft.phase ? "phase" : draft.kind === "task" ? "step" : draft.kind;
  return `${word} "${draft.id}"`;
}

/** At the head of a sentence. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function isMap(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
