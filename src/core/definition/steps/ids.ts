import type { Report } from "../reading/report.ts";
import type { Source } from "../reading/source.ts";
import { type Draft, drafts, isAround } from "./draft.ts";

/** What expressions name that is no step: a step called so could not be read by its id alone. */
const WORDS = ["params", "case", "item", "index", "round", "outputs", "event", "run", "steps"];
const MADE_CHARACTERS_MOST = 48;

/**
 * Gives every step its id and its path. What authors wrote comes first; the rest is made from names
 * and places, so that no two are the same.
 */
export function giveIds(
  root: Draft,
  context: { readonly source: Source; readonly report: Report },
): void {
  const taken = new Map<string, Draft>();
  for (const draft of drafts(root)) {
    if (draft.said === null) continue;
    checkId(draft, taken.get(draft.said.id), context);
    if (!taken.has(draft.said.id)) taken.set(draft.said.id, draft);
  }
  for (const draft of drafts(root)) {
    const { parent, said } = draft;
    if (parent === null) continue;
    if (isAround(parent)) {
      const mark = parent.kind === "each" ? "[]" : "{}";
      draft.id = parent.id + mark;
      draft.path = parent.path + mark;
      continue;
    }
    const mine = said !== null && taken.get(said.id) === draft;
    draft.id = mine ? said.id : free(made(draft, parent), taken);
    if (!taken.has(draft.id)) taken.set(draft.id, draft);
    draft.path = parent.path === "" ? draft.id : `${parent.path}/${draft.id}`;
  }
}

function checkId(
  draft: Draft,
  first: Draft | undefined,
  context: { readonly source: Source; readonly report: Report },
): void {
  const { said } = draft;
  if (said === null) return;
  if (WORDS.includes(said.id)) {
    context.report.add({
      code: "wrong-value",
      message: `No step may have the id "${said.id}": expressions use that word.`,
      mend: "Choose another id.",
      path: said.at,
    });
  }
  if (first?.said) {
    const { line } = context.source.placeOf(first.said.at);
    context.report.add({
      code: "duplicate",
      message: `The id "${said.id}" is already that of the step at line ${line}.`,
      mend: "Give one of them another id.",
      path: said.at,
    });
  }
}

function made(draft: Draft, parent: Draft): string {
  const { source } = draft;
  const named = source.name ?? ("phase" in source ? source.phase : undefined);
  const slug = (named ?? "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, MADE_CHARACTERS_MOST)
    .replace(/^-+|-+$/g, "");
  if (slug !== "") return slug;
  if (parent.kind === "choose") {
    const isLast = parent.otherwise && draft.slot === parent.children.length - 1;
    return `${parent.id}-${isLast ? "otherwise" : draft.slot + 1}`;
  }
  return `${draft.kind === "block" && draft.phase ? "phase" : "step"}-${draft.slot + 1}`;
}

function free(wanted: string, taken: ReadonlyMap<string, Draft>): string {
  let id = wanted;
  for (let count = 2; taken.has(id); count++) id = `${wanted}-${count}`;
  return id;
}

/** The step with this id, as an expression names it. */
export function byId(root: Draft): ReadonlyMap<string, Draft> {
  return new Map([...drafts(root)].map((draft) => [draft.id, draft]));
}
