import { EVIDENCE_LINES_MOST, type Evidence } from "../../approval/index.ts";
import type { Task } from "../../definition/index.ts";
import { evaluateTemplate, type Scope } from "../../expression/index.ts";
import { isObject, type Json } from "../../json.ts";

const WORDS_KEPT = 500;

/** The ways to decide that an author has had prepared, for whoever is asked about a step; one that is none is left out. */
export function preparedFor({ options }: Task, scope: Scope): Pick<Evidence, "options"> {
  const given = options === undefined ? null : evaluateTemplate(options, scope);
  const list = given?.kind === "value" && Array.isArray(given.value) ? given.value : [];
  return {
    options: list.slice(0, EVIDENCE_LINES_MOST).flatMap((one: Json) => optionIn(one) ?? []),
  };
}

function optionIn(said: Json): Evidence["options"][number] | null {
  if (!isObject(said)) return null;
  const { name, consequence } = said;
  if (typeof name !== "string" || name === "") return null;
  const follows = typeof consequence === "string" ? consequence : "";
  return { name: name.slice(0, WORDS_KEPT), consequence: follows.slice(0, WORDS_KEPT) };
}
