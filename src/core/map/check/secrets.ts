import type { ValuePath } from "../../definition/index.ts";
import { isObject, type Json } from "../../json.ts";
import type { Checking } from "./checking.ts";

/** Parts of the map that may name variables of the environment. */
const MAY: readonly string[] = ["systems", "channels", "defaults", "recipients"];

/** What a variable holds is put in where a system is opened, and nowhere else: agents and the log never see it. */
export function checkSecrets({ said, report }: Checking): void {
  for (const path of passwordsIn(said["systems"] ?? null, ["systems"]))
    report.add({
      code: "wrong-value",
      severity: "warning",
      message: "A password stands in the file, for everybody who can read it.",
      mend: "Write $env.NAME in its place: the value comes from the environment where Muster runs.",
      path,
    });
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

/** Of an address: scheme://name:password@host. */
const PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@$]+@/i;

function passwordsIn(value: Json, path: ValuePath): readonly ValuePath[] {
  if (typeof value === "string") return PASSWORD.test(value) ? [path] : [];
  if (Array.isArray(value))
    return value.flatMap((one: Json, at: number) => passwordsIn(one, [...path, at]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, one]) => passwordsIn(one, [...path, key]));
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
