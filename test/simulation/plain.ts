import type { Run } from "../../src/core/machine/index.ts";

/** A run as text in which two that are the same read the same, however their tables grew. */
export function plain(run: Run): string {
  return JSON.stringify(plainOf(run));
}

function plainOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plainOf);
  const object = value as Record<string, unknown>;
  if ("size" in object && "root" in object) return sorted(entriesOf(object["root"]));
  if ("length" in object && "root" in object) return { ...object, root: rowOf(object["root"]) };
  const made: Record<string, unknown> = {};
  for (const key of Object.keys(object).sort()) {
    const field = object[key];
    if (field === undefined) continue;
    if (key === "workflow" && isObject(field)) made[key] = field["digest"];
    else if (key === "step" && isObject(field)) made[key] = field["path"];
    else made[key] = plainOf(field);
  }
  return made;
}

/** The results of an `each`: a tree says nothing by its empty places. */
function rowOf(node: unknown): unknown {
  if (!Array.isArray(node)) return node === undefined ? "nothing" : plainOf(node);
  const places = node.map(rowOf);
  const last = places.findLastIndex((one) => one !== "nothing");
  return last < 0 ? "nothing" : places.slice(0, last + 1);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function sorted(entries: (readonly [string | number, unknown])[]): unknown {
  return entries
    .map(([key, value]) => [String(key), plainOf(value)] as const)
    .sort(([one], [two]) => (one < two ? -1 : one > two ? 1 : 0));
}

/** Of a table's root: keys and values in turn, or a trie. */
function entriesOf(root: unknown): (readonly [string | number, unknown])[] {
  if (Array.isArray(root)) {
    const pairs: (readonly [string | number, unknown])[] = [];
    for (let at = 0; at < root.length; at += 2)
      pairs.push([root[at] as string | number, root[at + 1]]);
    return pairs;
  }
  if (!isObject(root)) return [];
  if ("kids" in root) return (root["kids"] as unknown[]).flatMap(entriesOf);
  if ("leaves" in root) return (root["leaves"] as unknown[]).flatMap(entriesOf);
  return [[root["key"] as string | number, root["value"]]];
}
