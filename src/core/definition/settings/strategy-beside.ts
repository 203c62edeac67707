import { type Document, isMap, isSeq, Pair, Scalar, visit, YAMLMap } from "yaml";
import { keyOf } from "../reading/place.ts";

/**
 * In `error_types` a class may be a bare list of kinds with `strategy:` beside it, once for each class.
 * That is set right before anybody reads it: the class becomes `{kinds, strategy}`, each at its place.
 */
export function attachStrategies(document: Document): void {
  visit(document, {
    Pair: (_, pair) => {
      if (keyOf(pair) === "error_types" && isMap(pair.value)) attach(pair.value);
    },
  });
}

function attach(map: YAMLMap): void {
  let before: Pair | null = null;
  map.items = map.items.filter((pair) => {
    const isBeside = keyOf(pair) === "strategy" && before !== null && isSeq(before.value);
    if (isBeside && before !== null) before.value = together(before, pair);
    before = isBeside ? null : pair;
    return !isBeside;
  });
}

function together(kinds: Pair, strategy: Pair): YAMLMap {
  const list = kinds.value;
  const made = new YAMLMap();
  const key = new Scalar("kinds");
  if (isSeq(list) && list.range) {
    made.range = list.range;
    key.range = list.range;
  }
  made.items = [new Pair(key, list), strategy];
  return made;
}
