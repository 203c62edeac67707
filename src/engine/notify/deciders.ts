import type { Json, JsonObject } from "../../core/json.ts";
import type { Happening, Target } from "./notice.ts";

/** The company's channel by which deciders are told themselves; where there is none, nobody is. */
export const DECIDERS_CHANNEL = "approvals";

/**
 * Who decides at a gate of a chain, when they are asked, reminded, or asked because others have not
 * decided; and who owns the run, when somebody has decided alone. Names of people: their addresses stand
 * in people.yaml. Nothing of the matter is in it but where it waits.
 */
export function decidersTold(
  { type, data }: Pick<Happening, "type" | "data">,
  owner: string,
): readonly (readonly [name: string, target: Target])[] {
  const names = namesIn(type, data, owner);
  if (names.length === 0) return [];
  const target = {
    type: "email",
    channel: DECIDERS_CHANNEL,
    format: "text",
    recipients: names,
  } as const;
  return [["deciders", target]];
}

function namesIn(type: string, data: JsonObject, owner: string): readonly string[] {
  switch (type) {
    case "gate.reminded":
      return textsIn(data["to"]);
    case "gate.advanced":
    case "gate.escalated":
      return textsIn(data["from"]);
    case "gate.overridden":
      return owner === "" ? [] : [owner];
    case "step.started":
    case "gate.opened":
    case "gate.edited": {
      const gate = data["gate"];
      const isChain = isObject(gate) && isObject(gate["terms"]);
      return isChain ? textsIn(gate["from"]) : [];
    }
    default:
      return [];
  }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textsIn(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}
