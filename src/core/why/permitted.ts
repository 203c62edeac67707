import { isObject, type Json, type JsonObject } from "../json.ts";
import type { About } from "./why.ts";

/** Of several things that are asked at once, each by its number and its words. */
export function nameActions(names: About["names"], stream: string, gate: Json | undefined): void {
  const terms = isObject(gate) ? gate["terms"] : undefined;
  if (!isObject(terms)) return;
  list(terms["actions"]).forEach((one, at) => {
    if (isObject(one))
      names.set(`${stream} ${text(one["digest"])}`, `${at + 1}. ${text(one["title"])}`);
  });
}

/** Which of several were allowed; nothing where it was one, or all of them. */
export function permitted(
  names: About["names"],
  stream: string,
  data: JsonObject,
): readonly string[] {
  if (data["allow"] === false || data["allowed"] === false) return [];
  return list(data["permits"]).flatMap((digest) => {
    const name = names.get(`${stream} ${text(digest)}`);
    return name === undefined ? [] : [`allowed: ${name}`];
  });
}

/** What stands below a vote: which of several, on what condition, and why. */
export function voteLines(
  names: About["names"],
  stream: string,
  data: JsonObject,
): readonly string[] {
  const when = text(data["when"]);
  return [
    ...permitted(names, stream, data),
    ...(when === "" ? [] : [`when: ${when}`]),
    text(data["reason"]),
  ].filter((line) => line !== "");
}

/** How an event of before is called by those that are about it. */
export function named(names: About["names"], stream: string, key: Json | undefined): string {
  const said = typeof key === "number" ? String(key) : text(key);
  return names.get(`${stream} ${said}`) ?? `event ${said}`;
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
