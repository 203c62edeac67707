import { durationMs, parseBytes, type ValuePath } from "../definition/index.ts";
import type { ToolSource } from "./keys/source.ts";
import type { Reading } from "./read/reading.ts";
import type { System, ToolLimits } from "./work-map.ts";

const LIMITS_DEFAULT: ToolLimits = {
  rowsMost: 100,
  bytesMost: 65_536,
  timeoutMs: 30_000,
  perCase: null,
};

/** How much of a tool at most; its time is the system's where it names none. */
export function limitsOf(
  said: NonNullable<ToolSource["limits"]>,
  {
    its,
    path,
    reading: { report },
  }: {
    readonly its: System | undefined;
    readonly path: ValuePath;
    readonly reading: Reading;
  },
): ToolLimits {
  const { rows, bytes, timeout, per_case: perCase = null } = said;
  const ofSystem = its?.settings["timeout"] as string | number | undefined;
  const at = timeout === undefined ? ["systems", its?.name ?? "", "timeout"] : [...path, "timeout"];
  const timeoutMs = durationMs(timeout ?? ofSystem, { path: at, report, leastMs: 1 });
  return {
    rowsMost: rows ?? LIMITS_DEFAULT.rowsMost,
    bytesMost: bytes === undefined ? LIMITS_DEFAULT.bytesMost : (parseBytes(bytes) ?? 0),
    timeoutMs: timeoutMs ?? LIMITS_DEFAULT.timeoutMs,
    perCase,
  };
}
