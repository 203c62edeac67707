import type { Constant } from "../expression/index.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { ownOf } from "../own.ts";
import type { Demand, Way } from "./ways.ts";

/**
 * Whether all that a way demands can be true of one case.
 *
 * @param names JSON Schemas by the name that stands first: an `enum` leaves no other values
 */
export function isPossible(way: Way, names: Readonly<Record<string, JsonObject>>): boolean {
  const byName = Map.groupBy(way, ({ of }) => of);
  return [...byName].every(([of, demands]) => isValuePossible(demands, valuesOf(of, names)));
}

/** The texts that a name can be, in every way; null where one of them leaves it open. */
export function textsDemanded(
  ways: readonly Way[],
  of: readonly string[],
): readonly string[] | null {
  const name = JSON.stringify(of);
  const texts: string[] = [];
  for (const way of ways) {
    const demand = way.find((one) => one.of === name && one.is === "==");
    if (demand === undefined || typeof demand.than.order !== "string") return null;
    texts.push(demand.than.order);
  }
  return [...new Set(texts)];
}

function isValuePossible(demands: readonly Demand[], values: readonly Constant[] | null): boolean {
  // What is another kind is not equal, and nothing more: it leaves the rest open.
  const kinds = new Set(demands.flatMap(({ is, than }) => (is === "!=" ? [] : [than.kind])));
  if (kinds.size > 1) return false;
  const only = demands.find(({ is }) => is === "==")?.than;
  const candidates = only === undefined ? values : [only];
  if (candidates !== null)
    return candidates.some(
      (value) => isOneOf(value, values) && demands.every((demand) => meets(value, demand)),
    );
  const from = tightest(demands, ">", (one, other) => one > other);
  const to = tightest(demands, "<", (one, other) => one < other);
  if (from === null || to === null) return true;
  if (from.than.order !== to.than.order) return from.than.order < to.than.order;
  return (
    from.is === ">=" &&
    to.is === "<=" &&
    !demands.some(({ is, than }) => is === "!=" && than.order === from.than.order)
  );
}

function isOneOf({ order }: Constant, values: readonly Constant[] | null): boolean {
  return values === null || values.some((value) => value.order === order);
}

function meets({ order }: Constant, { is, than }: Demand): boolean {
  switch (is) {
    case "==":
      return order === than.order;
    case "!=":
      return order !== than.order;
    case "<":
      return order < than.order;
    case "<=":
      return order <= than.order;
    case ">":
      return order > than.order;
    case ">=":
      return order >= than.order;
  }
}

type Order = Constant["order"];

function tightest(
  demands: readonly Demand[],
  sign: "<" | ">",
  isTighter: (one: Order, other: Order) => boolean,
): Demand | null {
  let best: Demand | null = null;
  for (const demand of demands) {
    if (!demand.is.startsWith(sign)) continue;
    const isSame = best !== null && demand.than.order === best.than.order;
    if (best === null || isTighter(demand.than.order, best.than.order)) best = demand;
    else if (isSame && demand.is === sign) best = demand;
  }
  return best;
}

function valuesOf(
  of: string,
  names: Readonly<Record<string, JsonObject>>,
): readonly Constant[] | null {
  if (of.startsWith("has ")) return null;
  const [root = "", ...keys] = JSON.parse(of) as readonly (string | number)[];
  let schema: Json | undefined = ownOf(names, String(root));
  for (const key of keys) {
    const properties: Json | undefined = isObject(schema) ? schema["properties"] : undefined;
    schema = isObject(properties) ? ownOf(properties, String(key)) : undefined;
  }
  const values = isObject(schema) ? schema["enum"] : undefined;
  if (!Array.isArray(values)) return null;
  const texts = values.filter((value) => typeof value === "string");
  return texts.length < values.length ? null : texts.map((order) => ({ kind: "text", order }));
}
