import type { ValuePath } from "../definition/index.ts";
import { isObject, type Json } from "../json.ts";
import type { Checking } from "./checking.ts";

/** Parts of the map that may name variables of the environment. */
const MAY: readonly string[] = ["systems", "channels", "defaults", "recipients"];

/** What a variable holds is put in where a system is opened, and nowhere else: agents and the log never see it. */
export function checkSecrets({ said, report }: Checking): void {
  for (const [part, value] of Object.entries(said)) {
    if (MAY.includes(part)) continue;
    for (const { path, offset } of variablesIn(value, [part]))
      report.add({
        code: "wrong-value",
        message: "A variable of the environment stands outside of systems.",
        mend: "Name it with the system under systems, which alone is given what it holds.",
        path,
        offset,
      });
  }
}

function variablesIn(
  value: Json,
  path: ValuePath,
): readonly { readonly path: ValuePath; readonly offset: number }[] {
  if (typeof value === "string") {
    const offset = value.indexOf("$env.");
    return offset < 0 ? [] : [{ path, offset }];
  }
  if (Array.isArray(value))
    return value.flatMap((one: Json, at: number) => variablesIn(one, [...path, at]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, one]) => variablesIn(one, [...path, key]));
}
