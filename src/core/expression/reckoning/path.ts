import type { Json } from "../../json.ts";
import type { Scope } from "../expression.ts";
import type { pathOf } from "../reading/node.ts";
import { sourceOf } from "../reading/source.ts";
import { fault, kindOf, missing, type Reckoned, said } from "./value.ts";

export type Path = NonNullable<ReturnType<typeof pathOf>>;

/**
 * The fast way for an expression that is nothing but a path, which most are: what it names is
 * looked up and given as it is, without a copy. It gives what `reckoning` would.
 */
export function lookup({ from, keys }: Path, text: string, scope: Scope): Reckoned {
  let value: Json | undefined =
    from.kind === "step"
      ? scope.step(from.id)
      : from.kind === "root"
        ? scope.name(from.root)
        : undefined;
  for (const key of keys) {
    if (value === undefined || value === null) break;
    if (typeof key === "number" && Array.isArray(value)) value = value[key] as Json | undefined;
    else if (typeof key === "string" && typeof value === "object" && !Array.isArray(value))
      value = Object.hasOwn(value, key) ? (value as { [key: string]: Json })[key] : undefined;
    else return refused(key, value, text);
  }
  return value ?? missing([sourceOf(text, { start: 0, end: text.length })]);
}

function refused(key: string | number, value: Json, text: string): Reckoned {
  const source = sourceOf(text, { start: 0, end: text.length });
  return typeof key === "string"
    ? fault(`${source}: ${said(kindOf(value))} has no field "${key}"`)
    : fault(`${source}: ${said(kindOf(value))} is not indexed by a number`);
}
