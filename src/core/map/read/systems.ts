import { type BreakerSource, readBreaker, readMemory } from "../../definition/index.ts";
import { suggestion } from "../../expression/index.ts";
import type { Json, JsonObject } from "../../json.ts";
import { filesOf } from "../files-beside.ts";
import { SYSTEM_KINDS, systemShapeOf } from "../keys/systems.ts";
import type { System, SystemKind } from "../work-map.ts";
import { byName, entriesOf, type Reading } from "./reading.ts";

/** The systems that tools act on. */
export function readSystems(
  value: Json | undefined,
  { report, digest, textOf }: Reading,
): Readonly<Record<string, System>> {
  const entries = entriesOf<JsonObject>("systems", {
    value,
    report,
    shape: (said, path) => {
      const kind = SYSTEM_KINDS.find((known) => known === said["kind"]);
      if (kind !== undefined) return systemShapeOf(kind);
      report.add(wrongKind(said["kind"], path));
      return null;
    },
  });
  return byName(
    entries.map(({ name, said }): System => {
      const { kind, untrusted, breaker, description: _, ...settings } = said;
      checkLimit(settings as JsonObject, ["systems", name, "memory_limit"], report);
      return {
        name,
        kind: kind as SystemKind,
        settings: settings as JsonObject,
        ...breakerOf(
          breaker as false | BreakerSource | undefined,
          ["systems", name, "breaker"],
          report,
        ),
        isUntrusted: untrusted === true,
        files: Object.fromEntries(
          filesOf(settings as JsonObject).map((file) => [file, digest(textOf(file) ?? "")]),
        ),
      };
    }),
  );
}

/** Unsaid, it is as usual. */
function breakerOf(
  said: false | BreakerSource | undefined,
  path: readonly string[],
  report: Reading["report"],
): Pick<System, "breaker"> {
  return said === undefined ? {} : { breaker: readBreaker(said, { path, report }) };
}

/** A module in our own process has no limit of its own. */
function checkLimit(
  { memory_limit: said, isolate }: JsonObject,
  path: readonly string[],
  report: Reading["report"],
): void {
  if (typeof said !== "string" && typeof said !== "number") return;
  readMemory(said, { path, report });
  if (isolate !== true)
    report.add({
      code: "impossible-limit",
      message: "The memory of a function can be limited only where it runs in a worker.",
      mend: "Write isolate: true, or take the limit out.",
      path,
      key: true,
    });
}

function wrongKind(
  said: Json | undefined,
  path: readonly (string | number)[],
): Parameters<Reading["report"]["add"]>[0] {
  if (typeof said === "string")
    return {
      code: "wrong-value",
      message: `There is no kind of system "${said}".`,
      mend: suggestion(said, SYSTEM_KINDS, "Kinds"),
      path: [...path, "kind"],
    };
  return {
    code: "missing-key",
    message: "This system does not say of which kind it is.",
    mend: `Write kind: one of ${SYSTEM_KINDS.join(", ")}.`,
    path,
  };
}
