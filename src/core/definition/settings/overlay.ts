import type { Json } from "../../json.ts";
import type { Place } from "../../problem.ts";
import type { ValuePath } from "../reading/place.ts";
import { nowhere, type Over } from "../reading/report.ts";
import type { Source } from "../reading/source.ts";
import { isMap } from "../steps/draft.ts";
import { otherNames } from "./setting-keys.ts";

/** A value that is laid over a definition, or under it, before the definition is checked. */
export type Laid = {
  readonly path: ValuePath;
  readonly value: Json;
  readonly origin: "run" | "company";
  /** null: it stands in no file. */
  readonly where: Place | null;
};

/** An input that is set for one run. */
export type Bound = {
  /** The step's id, or `step` and its id, as expressions name it. */
  readonly step: string;
  readonly input: string;
  /** As an author writes it: expressions are heeded. */
  readonly value: Json;
};

/** What one run, and the company, add to a definition. Part of the content that a run is pinned to. */
export type Overlay = { readonly settings: readonly Laid[]; readonly bound: readonly Bound[] };

export const NO_OVERLAY: Overlay = { settings: [], bound: [] };

/** A source with values that do not stand in its own file, each with where it does stand. */
export type Layered = {
  readonly source: Source;
  /** Which layer a value is of; null: the file's own. */
  readonly laidAt: (path: ValuePath) => Laid | null;
};

/**
 * Merges: what the run says goes before the file's own, and that before the company's. Maps are merged
 * key by key, a list is one value. A setting that a higher layer says under another name counts as said.
 */
export function layered(source: Source, settings: readonly Laid[], over: Over): Layered {
  if (settings.length === 0) return { source, laidAt: () => null };
  const laid = new Map<string, Laid>();
  let value = source.value;
  for (const one of settings) {
    if (one.origin === "company" && !isSaid(value, one.path)) {
      value = put(value, one.path, one.value);
      laid.set(nameOf(one.path), one);
    }
  }
  for (const one of settings) {
    if (one.origin !== "run") continue;
    for (const name of otherNames(one.path.join("."))) value = without(value, name.split("."));
    value = put(value, one.path, one.value);
    laid.set(nameOf(one.path), one);
  }
  const laidAt = (path: ValuePath): Laid | null => {
    for (let length = path.length; length > 0; length -= 1) {
      const found = laid.get(nameOf(path.slice(0, length)));
      if (found !== undefined) return found;
    }
    return null;
  };
  value = oneFallbackEach(value, laidAt);
  for (const one of laid.values()) over.put(one.path, one.where ?? nowhere(one.path.join(".")));
  return { source: { ...source, value }, laidAt };
}

/** Leaves of a tree of settings: maps are gone through, lists are not. */
export function leavesOf(
  value: Json,
  path: ValuePath = [],
): readonly (readonly [ValuePath, Json])[] {
  if (!isMap(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

function nameOf(path: ValuePath): string {
  return JSON.stringify(path);
}

/** Under this name or another one; what is no map where a map would be is somebody's own affair. */
function isSaid(value: Json, path: ValuePath): boolean {
  if (has(value, path)) return true;
  return otherNames(path.join(".")).some((name) => has(value, name.split(".")));
}

function has(value: Json | undefined, path: ValuePath): boolean {
  let here = value;
  for (const part of path) {
    if (!isMap(here)) return true;
    if (!Object.hasOwn(here, part)) return false;
    here = here[String(part)];
  }
  return true;
}

function put(value: Json | undefined, path: ValuePath, to: Json): Json {
  const [first, ...rest] = path;
  if (first === undefined) return to;
  const here = isMap(value) ? value : {};
  const inner = Object.hasOwn(here, first) ? here[String(first)] : undefined;
  return { ...here, [first]: put(inner, rest, to) };
}

function without(value: Json, path: ValuePath): Json {
  const [first, ...rest] = path;
  if (first === undefined || !isMap(value) || !Object.hasOwn(value, first)) return value;
  const { [String(first)]: inner, ...others } = value;
  return rest.length === 0 ? others : { ...others, [first]: without(inner ?? null, rest) };
}

const RANK = { run: 2, company: 0 } as const;

/** An agent's fallback stands in a map or in a list: where both name one, the higher layer's holds. */
function oneFallbackEach(value: Json, laidAt: Layered["laidAt"]): Json {
  const mapAt = ["execution_config", "fallback_config", "fallback_map"];
  const listAt = ["error_handling", "fallback_strategy"];
  const rankOf = (path: ValuePath): number => {
    const laid = laidAt(path);
    return laid === null ? 1 : RANK[laid.origin];
  };
  const map = at(value, mapAt);
  const list = at(value, listAt);
  if (!isMap(map) || !Array.isArray(list)) return value;
  let merged = value;
  const kept = list.filter((entry) => {
    const agent = isMap(entry) ? entry["primary_agent"] : null;
    if (typeof agent !== "string" || !Object.hasOwn(map, agent)) return true;
    const more = rankOf([...mapAt, agent]) - rankOf(listAt);
    if (more < 0) merged = without(merged, [...mapAt, agent]);
    return more <= 0;
  });
  return kept.length === list.length ? merged : put(merged, listAt, kept);
}

function at(value: Json, path: ValuePath): Json | undefined {
  let here: Json | undefined = value;
  for (const part of path) here = isMap(here) ? here[String(part)] : undefined;
  return here;
}
