import { checkShape, isMap, type Report } from "../definition/index.ts";
import type { Json } from "../json.ts";
import { exceptionsShape, intakeShape } from "./map-keys.ts";
import type { Trust, WorkMap } from "./work-map.ts";

/** How far what comes in through each channel is believed. */
export function readIntake(value: Json | undefined, report: Report): WorkMap["intake"] {
  if (value === undefined) return {};
  const said = checkShape(intakeShape, value, { path: ["intake"], report });
  return said as Readonly<Record<string, Trust>>;
}

/** Who owns what fails or is in doubt; "" where it is not said. */
export function readOwner(value: Json | undefined, report: Report): string {
  if (value === undefined) return "";
  const { owner } = checkShape(exceptionsShape, value, { path: ["exceptions"], report });
  return isMap(value) ? (owner ?? "") : "";
}
