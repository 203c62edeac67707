import { type Form, form, method } from "../reading/form.ts";
import { type Fault, fault, kindOf, type Plain, said, type Value } from "../reckoning/value.ts";

/** A null is as good as absent, in an object too. */
const fieldsOf = (object: Plain): number => {
  let count = 0;
  for (const key in object) if (Object.hasOwn(object, key) && object[key] !== null) count++;
  return count;
};

const sum = (list: readonly Value[]): number | Fault => folded("sum", list, (a, b) => a + b, 0);
const least = (list: readonly Value[]): number | Fault =>
  folded("min", list, Math.min, Number.POSITIVE_INFINITY);
const most = (list: readonly Value[]): number | Fault =>
  folded("max", list, Math.max, Number.NEGATIVE_INFINITY);

export const LIST_FUNCTIONS: readonly Form[] = [
  form("size", ["list"], "number", (list) => list.length),
  method("size", ["list"], "number", (list) => list.length),
  form("size", ["object"], "number", fieldsOf),
  method("size", ["object"], "number", fieldsOf),
  form("sum", ["list"], "number", sum),
  form("min", ["list"], "number", least),
  form("max", ["list"], "number", most),
  form("min", ["number", "number"], "number", (a, b) => Math.min(a, b)),
  form("max", ["number", "number"], "number", (a, b) => Math.max(a, b)),
];

function folded(
  name: string,
  list: readonly Value[],
  ...[add, first]: readonly [(so: number, item: number) => number, number]
): number | Fault {
  if (list.length === 0 && name !== "sum") return fault(`${name} of an empty list`);
  let so = first;
  for (const item of list) {
    if (typeof item !== "number")
      return fault(`${name} takes a list of numbers; one item is ${said(kindOf(item))}`);
    so = add(so, item);
  }
  return so;
}
