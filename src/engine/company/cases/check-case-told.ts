import type { CaseTold } from "../../../core/cases/index.ts";
import { type CaseId, parseCaseId } from "../../../core/id.ts";
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import { ownOf } from "../../../core/own.ts";
import type { Problem } from "../../../core/problem.ts";
import { copyJson } from "../../agents/index.ts";
import { badInput, shown } from "../runs/check-told.ts";

/** What people tell a case. `request` may be left out where only one waits. */
export type CaseTelling =
  /** What kind of request it is. */
  | { readonly type: "type"; readonly as: string; readonly request?: string }
  /** Ids that it did not name. */
  | { readonly type: "complete"; readonly about: JsonObject; readonly request?: string }
  /** It goes on in another case. */
  | { readonly type: "move"; readonly to: CaseId; readonly request?: string }
  /** A run is begun once more for it. */
  | { readonly type: "again"; readonly request?: string }
  /** What its requester wrote: recorded, and told to the runs that wait for it. */
  | {
      readonly type: "message";
      readonly requester: string;
      readonly channel: string;
      readonly text: string;
      readonly id?: string;
    }
  | Extract<CaseTold, { readonly type: "fact" | "close" | "reopen" | "hand" | "note" | "resolve" }>;

/** Of one message, or one fact. */
const TOLD_BYTES_MOST = 65_536;
const WORDS_CHARACTERS_MOST = 65_536;
const NAME_CHARACTERS_MOST = 1_000;

type Field = "name" | "words" | "why" | "object" | "value" | "case" | "number";

const FIELDS = {
  type: { as: "name", request: "name?" },
  complete: { about: "object", request: "name?" },
  move: { to: "case", request: "name?" },
  again: { request: "name?" },
  message: { requester: "name", channel: "name", text: "words", id: "name?" },
  fact: { name: "name", value: "value", why: "why" },
  close: { why: "why" },
  reopen: { why: "why" },
  hand: { to: "name", why: "why" },
  note: { text: "words" },
  resolve: { issue: "number", why: "why" },
} as const satisfies Readonly<
  Record<CaseTelling["type"], Readonly<Record<string, Field | `${Field}?`>>>
>;

const TYPES = `Types: ${Object.keys(FIELDS).join(", ")}.`;

/** A copy that nobody else can change; or what is wrong with it. */
export function checkCaseTold(given: unknown): { readonly told: CaseTelling } | Problem {
  const copy = copyJson(given, "What a case is told", TOLD_BYTES_MOST * 2);
  if (!copy.ok) return badInput(copy.why);
  if (!isObject(copy.value))
    return badInput("What a case is told is an object with a type.", TYPES);
  const { type } = copy.value;
  if (typeof type !== "string" || !Object.hasOwn(FIELDS, type))
    return badInput(`People tell a case nothing of the type ${shown(type)}.`, TYPES);
  const told: Record<string, Json> = { type };
  for (const [name, field] of Object.entries(FIELDS[type as keyof typeof FIELDS])) {
    const value = ownOf(copy.value, name);
    if (value === undefined && field.endsWith("?")) continue;
    const wrong = value === undefined ? "there" : WRONG[field.replace("?", "") as Field](value);
    if (wrong !== null || value === undefined)
      return badInput(`The "${name}" of what a case is told ("${type}") is to be ${wrong}.`);
    told[name] = value;
  }
  return { told: told as CaseTelling };
}

/** Null, or what the value is to be. */
const WRONG: Readonly<Record<Field, (value: Json) => string | null>> = {
  name: (value) => text(value, 1, NAME_CHARACTERS_MOST),
  words: (value) => text(value, 1, WORDS_CHARACTERS_MOST),
  why: (value) => text(value, 0, WORDS_CHARACTERS_MOST),
  object: (value) => (isObject(value) ? null : "an object"),
  value: (value) =>
    JSON.stringify(value).length <= TOLD_BYTES_MOST ? null : "a value of 64 KiB at most",
  case: (value) =>
    typeof value === "string" && parseCaseId(value) !== null ? null : "a case's id: cs_…",
  number: (value) => (Number.isSafeInteger(value) ? null : "a number"),
};

function text(value: Json, least: number, most: number): string | null {
  const isRight = typeof value === "string" && value.length >= least && value.length <= most;
  return isRight ? null : `a text of ${least} to ${most} characters`;
}
