import type { Fields, Names } from "../../expression/index.ts";
import type { Json, JsonObject } from "../../json.ts";
import { ownOf } from "../../own.ts";
import type { Report } from "../reading/report.ts";
import type { OutputFields, Published } from "../workflow.ts";
import { type Building, templateAt } from "./building.ts";
import { called, capital, type Draft, drafts, isAround } from "./draft.ts";
import { fieldsOf } from "./scope.ts";

/** `publish` puts values into `$context`; `facts` makes them known in the run's case. */
export type PublishingKey = "publish" | "facts";

/** What steps give to others by a name: who does, and of which type it is. */
export type Publishing = {
  readonly key: PublishingKey;
  readonly fields: Fields;
  readonly by: ReadonlyMap<string, readonly Draft[]>;
};

/** Names that `publish` gives; what is written where nothing can be published is reported. */
export function publishingOf(
  tree: Draft,
  context: {
    readonly outputs: ReadonlyMap<Draft, OutputFields>;
    readonly report: Report;
    readonly key: PublishingKey;
  },
): Publishing {
  const fields: Record<string, JsonObject> = {};
  const by = new Map<string, readonly Draft[]>();
  for (const draft of drafts(tree)) {
    const said = saidBy(draft, context.key);
    if (Object.keys(said).length === 0 || !mayPublish(draft, context)) continue;
    const own = fieldsOf(draft, context.outputs);
    for (const [name, value] of Object.entries(said)) {
      const others = by.get(name) ?? [];
      const twice = others.find((other) => !areBranches(draft, other));
      if (twice !== undefined) reportTwice({ draft, other: twice, name }, context);
      by.set(name, [...others, draft]);
      const schema = own === null ? {} : schemaOf(value, own);
      fields[name] = others.length === 0 ? schema : {};
    }
  }
  return { key: context.key, fields, by };
}

/** The same as the machine reads them, in the order of the steps. */
function readPublished(
  publishing: Publishing,
  names: Names,
  building: Building,
): readonly Published[] {
  // A published value is of the step that publishes it: it cannot read what others publish.
  const { context: _context, ...all } = names;
  // A fact is read off the outputs alone, when the step has long ended.
  const bare: Names = publishing.key === "facts" ? {} : all;
  const publishers = new Set([...publishing.by.values()].flat());
  return [...publishers].flatMap((draft) => {
    const own: Names = { ...bare, outputs: fieldsOf(draft, building.outputs) };
    return Object.entries(saidBy(draft, publishing.key)).map(([name, value]): Published => {
      const at = [...draft.at, publishing.key, ...atOf(draft, name, publishing.key)];
      const isBare = isBareName(draft, publishing.key);
      return {
        name,
        path: draft.path,
        value: templateAt(value, { by: draft, names: own, at, isBare }, building),
      };
    });
  });
}

/** What the steps put into `$context`, and what they make known in a case; nothing where none does. */
export function sharedBy(
  publishing: Publishing,
  names: Names,
  { tree, building }: { readonly tree: Draft; readonly building: Building },
): { readonly publishes?: readonly Published[]; readonly facts?: readonly Published[] } {
  const publishes = readPublished(publishing, names, building);
  const knowing = publishingOf(tree, { ...building, key: "facts" });
  const facts = readPublished(knowing, names, building);
  return {
    ...(publishes.length === 0 ? {} : { publishes }),
    ...(facts.length === 0 ? {} : { facts }),
  };
}

/** What stands on the outermost of a step and the `each` and `repeat` around it. */
function saidBy(draft: Draft, key: PublishingKey): { readonly [name: string]: Json } {
  const { [key]: publish } = draft.source;
  const isInner =
    draft.parent !== null && isAround(draft.parent) && draft.parent.source === draft.source;
  if (publish === undefined || isInner) return {};
  if (typeof publish === "string") return { [publish]: `$outputs.${publish}` };
  if (!isNames(publish)) return publish;
  return Object.fromEntries(publish.map((name) => [name, `$outputs.${name}`]));
}

function isNames(
  said: { readonly [name: string]: Json } | readonly string[],
): said is readonly string[] {
  return Array.isArray(said);
}

/** The name of an output alone: the expression that it stands for is written nowhere. */
function isBareName(draft: Draft, key: PublishingKey): boolean {
  const { [key]: publish } = draft.source;
  return typeof publish === "string" || (publish !== undefined && isNames(publish));
}

function atOf(draft: Draft, name: string, key: PublishingKey): readonly (string | number)[] {
  const { [key]: publish } = draft.source;
  if (publish === undefined || typeof publish === "string") return [];
  return isNames(publish) ? [publish.indexOf(name)] : [name];
}

type Told = { readonly report: Report; readonly key: PublishingKey };

function mayPublish(draft: Draft, { report, key }: Told): boolean {
  const path = [...draft.at, key];
  for (let up = draft.parent; up !== null; up = up.parent) {
    if (!isAround(up) || up.source === draft.source) continue;
    report.add({
      code: "wrong-value",
      message: `${capital(called(draft))} is done many times, so that nobody knows whose value would be published.`,
      mend: `Give what ${called(up)} gathers: write ${key} there.`,
      path,
      key: true,
    });
    return false;
  }
  if (draft.kind !== "block") return true;
  report.add({
    code: "wrong-value",
    message: `${capital(called(draft))} has no outputs of its own to publish.`,
    mend: `Write ${key} on the steps in it.`,
    path,
    key: true,
  });
  return false;
}

/** Only one branch of a choose is done: all of them may publish the same. */
function areBranches(one: Draft, other: Draft): boolean {
  const above = new Set<Draft>();
  for (let up: Draft | null = one; up !== null; up = up.parent) above.add(up);
  let below = other;
  for (let up = other.parent; up !== null; up = up.parent) {
    if (above.has(up)) return up.kind === "choose" && below !== one;
    below = up;
  }
  return false;
}

function reportTwice(
  { draft, other, name }: { readonly draft: Draft; readonly other: Draft; readonly name: string },
  { report, key }: Told,
): void {
  const does = key === "facts" ? "gives the fact" : "publishes";
  report.add({
    code: "duplicate",
    message: `${capital(called(draft))} ${does} "${name}", and so does ${called(other)}: which one is meant would depend on who ends last.`,
    mend: "Give one of them another name.",
    path: [...draft.at, key],
    key: true,
  });
}

/** Of `$outputs.x` the type of that output; of all else anything. */
function schemaOf(value: Json, own: Fields): JsonObject {
  const name = typeof value === "string" ? /^\s*\$outputs\.(\w+)\s*$/.exec(value)?.[1] : undefined;
  return (name === undefined ? undefined : ownOf(own, name)) ?? {};
}
