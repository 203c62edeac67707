import { isObject, type Json, type JsonObject } from "../json.ts";

/**
 * What stands in the clear of those who ask and those who decide, in the record of a sealed run: for each
 * name a mark that whoever has the subject's key can make of it, and nobody else. Whether one who asks
 * has decided can be told by their marks alone, also when the key is destroyed; who they are cannot.
 *
 * @param mark of a name, the same for the same name in a stream
 * @returns empty where an event names nobody who asks or decides
 */
export function marksOf(
  type: string,
  data: JsonObject,
  mark: (name: string) => string,
): readonly string[] {
  return namesIn(type, data).map(mark);
}

function namesIn(type: string, data: JsonObject): readonly string[] {
  switch (type) {
    case "gate.opened":
    case "gate.edited":
    case "step.started":
      return requestersIn(data["gate"]);
    case "gate.voted":
    case "gate.overridden":
      return decidersIn(data);
    default:
      return [];
  }
}

/** Those on whose behalf it is asked, as the gate says. */
export function requestersIn(gate: Json | undefined): readonly string[] {
  const terms = isObject(gate) ? gate["terms"] : undefined;
  const parties = isObject(terms) ? terms["parties"] : undefined;
  return isObject(parties) ? textsIn(parties["requesters"]) : [];
}

/** Who decided, and in whose place. */
export function decidersIn({ voter, for: of }: JsonObject): readonly string[] {
  return [voter, of].filter((name) => typeof name === "string");
}

export function textsIn(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
