import { checkShape, isMap, type Report } from "../../definition/index.ts";
import type { Json } from "../../json.ts";
import { exceptionsShape, intakeShape, publishingShape } from "../keys/map.ts";
import type { Publishing, Trust, WorkMap } from "../work-map.ts";
import { listed } from "./reading.ts";

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

/** Who may publish; where it is not said, anybody. */
export function readPublishing(value: Json | undefined, report: Report): Publishing {
  if (value === undefined) return { roles: [], approvals: 1 };
  const said = checkShape(publishingShape, value, { path: ["publishing"], report });
  return { roles: isMap(value) ? listed(said.roles) : [], approvals: said.approvals ?? 1 };
}
