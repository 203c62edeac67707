import type { Node } from "../reading/node.ts";
import { boolOnly, type Reckon, worst } from "./frame.ts";
import {
  fault,
  isList,
  isPlainObject,
  isValue,
  kindOf,
  type Reckoned,
  said,
  type Value,
} from "./value.ts";

/** Items that a comprehension goes through; more is a fault, so that no expression takes long. */
const COMPREHENSION_ITEMS_MOST = 1_000;

type Comprehension = Node & { kind: "comprehension" };
type Turn = { readonly holds: Reckoned; readonly gives: Reckoned };

type Parts = {
  readonly over: Reckon;
  readonly condition: Reckon | null;
  readonly gives: Reckon | null;
  /** What it goes through, as written. */
  readonly source: string;
};

export function reckonComprehension(node: Comprehension, parts: Parts): Reckon {
  const { over, condition, gives, source } = parts;
  return (frame) => {
    const list = over(frame);
    if (!isValue(list)) return list;
    const items = itemsOf(list);
    if (items === null)
      return fault(`${source}: ${node.macro} takes a list, not ${said(kindOf(list))}`);
    if (items.length > COMPREHENSION_ITEMS_MOST)
      return fault(
        `${source} has ${items.length} items; ${node.macro} takes at most ${COMPREHENSION_ITEMS_MOST}: let a step do it`,
      );
    const turn = (item: Value): Turn => {
      const inside = { scope: frame.scope, item: item ?? undefined };
      const holds = condition ? boolOnly(condition(inside)) : true;
      return { holds, gives: gives && holds === true ? gives(inside) : item };
    };
    return gathered(node, items, turn);
  };
}

function gathered(
  node: Comprehension,
  items: readonly Value[],
  turn: (item: Value) => Turn,
): Reckoned {
  switch (node.macro) {
    case "all":
      return settled(items, turn, false);
    case "exists":
      return settled(items, turn, true);
    case "exists_one": {
      const turns = items.map((item) => turn(item).holds);
      return worst(turns) ?? turns.filter((holds) => holds === true).length === 1;
    }
    case "map":
    case "filter": {
      const turns = items.map(turn);
      const kept = turns.filter(({ holds }) => holds === true).map(({ gives }) => gives);
      return worst(turns.map(({ holds }) => holds)) ?? worst(kept) ?? kept.filter(isValue);
    }
  }
}

/** `all` is settled by one that does not hold, `exists` by one that does, whatever the others lack. */
function settled(items: readonly Value[], turn: (item: Value) => Turn, by: boolean): Reckoned {
  const open: Reckoned[] = [];
  for (const item of items) {
    const { holds } = turn(item);
    if (holds === by) return by;
    if (holds !== !by) open.push(holds);
  }
  return worst(open) ?? !by;
}

/** The items of a list, the keys of an object in order: its own may have changed when it was written down. */
function itemsOf(value: Value): readonly Value[] | null {
  if (isList(value)) return value;
  if (!isPlainObject(value)) return null;
  return Object.keys(value)
    .filter((key) => value[key] !== null)
    .toSorted();
}
