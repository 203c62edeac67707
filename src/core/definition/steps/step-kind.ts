import { nearest } from "../../expression/index.ts";
import type { Json } from "../../json.ts";
import type { ValuePath } from "../reading/place.ts";
import type { Report } from "../reading/report.ts";
import { stepKinds, type WrittenKind } from "./step-shape.ts";

/** The keys that tell which kind a step is; `each` and `repeat` go around any kind. */
const KIND_KEYS: Readonly<Record<string, WrittenKind>> = {
  agent: "task",
  needs: "task",
  tool: "tool",
  gate: "gate",
  choose: "choose",
  wait: "wait",
  workflow: "workflow",
  steps: "block",
};

/**
 * The kind of a step, by its keys; keys that would make it another kind are reported and taken out.
 * A step that says no kind is a task that names nobody.
 */
export function kindOf(
  value: { readonly [key: string]: Json },
  context: { readonly path: ValuePath; readonly report: Report },
): { readonly kind: WrittenKind; readonly value: { readonly [key: string]: Json } } {
  const { path, report } = context;
  const telling = Object.keys(value).filter((key) => Object.hasOwn(KIND_KEYS, key));
  const [first, second] = telling;
  if (first === undefined) {
    reportNobody(value, context);
    return { kind: "task", value };
  }
  const kind = KIND_KEYS[first] ?? "task";
  const others = telling.filter((key) => KIND_KEYS[key] !== kind);
  const twice = others[0] ?? (kind === "task" ? second : undefined);
  if (twice === undefined) return { kind, value };
  report.add({
    code: "wrong-value",
    message: `A step has "${first}" or "${twice}", not both.`,
    mend:
      others.length > 0
        ? "Make two steps of it."
        : "Name the agent, or the capabilities that whoever does it must have.",
    path: [...path, twice],
    key: true,
  });
  const dropped = others.length > 0 ? others : [twice];
  const kept = Object.entries(value).filter(([key]) => !dropped.includes(key));
  return { kind, value: Object.fromEntries(kept) };
}

/** Words of the language that a later release acts on. */
const LATER = ["supervise", "goal", "sla", "check", "batch", "model", "skills"];

/** For each kind, the keys it does not take, with the sentence that says where they belong. */
export const MISPLACED_KEYS: Readonly<Record<WrittenKind, Readonly<Record<string, string>>>> = {
  task: misplaced("task"),
  tool: misplaced("tool"),
  gate: misplaced("gate"),
  choose: misplaced("choose"),
  wait: misplaced("wait"),
  workflow: misplaced("workflow"),
  block: misplaced("block"),
};

function misplaced(kind: WrittenKind): Readonly<Record<string, string>> {
  const sentences: Record<string, string> = {};
  for (const key of LATER) sentences[key] = `"${key}" comes in a later release of Muster.`;
  for (const other of Object.values(stepKinds).flatMap((keys) => Object.keys(keys))) {
    if (Object.hasOwn(stepKinds[kind], other)) continue;
    const owners = Object.entries(stepKinds).filter(([, keys]) => Object.hasOwn(keys, other));
    const names = owners.map(([name]) => name).join(", ");
    sentences[other] = `A ${kind} step takes no "${other}"; it belongs to: ${names}.`;
  }
  return sentences;
}

function reportNobody(
  value: { readonly [key: string]: Json },
  context: { readonly path: ValuePath; readonly report: Report },
): void {
  const strange = Object.keys(value).filter((key) => !Object.hasOwn(stepKinds.task, key));
  const mistyped = strange.some((key) => nearest(key, Object.keys(KIND_KEYS)) !== null);
  const later = strange.some((key) => LATER.includes(key));
  if (mistyped || later) return; // said when its keys are checked
  context.report.add({
    code: "missing-key",
    message: "This step does not say what is to be done.",
    mend: "Write agent: NAME (or needs: [capabilities]); or one of tool, gate, choose, wait, workflow, steps.",
    path: context.path,
  });
}
