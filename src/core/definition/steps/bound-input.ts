import { suggestion } from "../../expression/index.ts";
import type { Over, Report } from "../reading/report.ts";
import { nowhere } from "../reading/report.ts";
import type { Bound } from "../settings/overlay.ts";
import { type Draft, drafts, isAround } from "./draft.ts";

/** Inputs that are set for one run: they stand in the step as if its author had written them there. */
export function bindInputs(
  tree: Draft,
  bound: readonly Bound[],
  { over, report }: { readonly over: Over; readonly report: Report },
): void {
  const all = bound.length === 0 ? [] : [...drafts(tree)];
  for (const one of bound) {
    const found =
      all.find(({ id }) => id === one.step) ?? all.find(({ id }) => `step${id}` === one.step);
    const draft = found === undefined ? null : bodyOf(found);
    if (draft?.kind !== "task" && draft?.kind !== "workflow") {
      const takers = all.filter(takesInputs).map(({ id }) => id);
      over.put(["bind", nameOf(one)], nowhere(nameOf(one)));
      report.add({
        path: ["bind", nameOf(one)],
        code: found === undefined ? "unknown-step" : "bad-input",
        message:
          found === undefined
            ? `There is no step "${one.step}" in this workflow.`
            : `The step "${one.step}" takes no inputs: it is a ${found.kind}.`,
        mend: suggestion(one.step, takers, "Steps that take inputs"),
      });
      continue;
    }
    const inputs = { ...draft.source.inputs, [one.input]: one.value };
    Object.assign(draft, { source: { ...draft.source, inputs } });
    over.put([...draft.at, "inputs", one.input], nowhere(nameOf(one)));
  }
}

function nameOf({ step, input }: Bound): string {
  return `${step}.inputs.${input}`;
}

function bodyOf(draft: Draft): Draft | null {
  let here: Draft | undefined = draft;
  while (here !== undefined && isAround(here)) here = here.children[0];
  return here ?? null;
}

function takesInputs(draft: Draft): boolean {
  if (draft.parent !== null && isAround(draft.parent)) return false;
  const kind = bodyOf(draft)?.kind;
  return kind === "task" || kind === "workflow";
}
