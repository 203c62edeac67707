import { CHANNELS } from "../../../core/approval/index.ts";
import { parseDigest } from "../../../core/id.ts";
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import { SYSTEM, type Told } from "../../../core/machine/index.ts";
import { ownOf } from "../../../core/own.ts";
import type { Problem } from "../../../core/problem.ts";
import { copyJson } from "../../agents/index.ts";

/** What comes from outside, of one signal or one start, as JSON. */
export const GIVEN_BYTES_MOST: number = 16 * 1024 * 1024;
/** Names of people, signals, events and keys. */
const NAME_CHARACTERS_MOST = 1_000;
/** Reasons, for people. */
const WHY_CHARACTERS_MOST = 10_000;

/** Things in one list. */
const LIST_MOST = 100;

type Field =
  | "channel"
  | "digests"
  | "whys"
  | "key"
  | "why"
  | "name"
  | "digest"
  | "truth"
  | "object"
  | "output"
  | "path"
  | "amounts";

/**
 * What people and other systems tell a run, and the fields of each; "?" is: it may be left out. Of `key`
 * and `path` one is there where both may be left out. All else only the runtime tells.
 */
const FIELDS = {
  arrived: { key: "key", payload: "object", source: "name" },
  vote: {
    key: "key",
    digest: "digest",
    allow: "truth",
    reason: "why",
    presented: "digest?",
    for: "name?",
    channel: "channel?",
    permits: "digests?",
    blocks: "whys?",
    when: "why?",
    together: "truth?",
  },
  override: {
    key: "key",
    digest: "digest",
    presented: "digest",
    reason: "why",
    channel: "channel?",
  },
  edit: { key: "key", digest: "digest", changes: "object", reason: "why", action: "digest?" },
  ask: { key: "key", text: "why" },
  reply: { key: "key", text: "why" },
  view: { key: "key", presented: "digest" },
  claim: { key: "key" },
  release: { key: "key", why: "why" },
  decline: { key: "key", why: "why" },
  pause: { why: "why" },
  resume: { why: "why?" },
  cancel: { why: "why", rollback: "truth" },
  retry: { key: "key?", path: "path?", why: "why?" },
  skip: { key: "key?", path: "path?", why: "why" },
  give: { key: "key?", path: "path?", output: "output", why: "why" },
  take: { path: "path", why: "why" },
  handback: { path: "path", why: "why" },
  amend: { params: "object?", limits: "object?", why: "why" },
  move: { definition: "name", why: "why" },
  deny: { key: "key?", path: "path?", why: "why" },
  raise: { amounts: "amounts", step: "path?", why: "why" },
} as const satisfies Partial<Record<Told["type"], Readonly<Record<string, Field | `${Field}?`>>>>;

/**
 * What somebody tells a run, as a copy that nobody else can change. Types hold in one program only:
 * what a caller in JavaScript or a request from elsewhere says is looked at here, before a run hears it.
 */
export function checkTold(given: unknown): { readonly told: Told } | Problem {
  const copy = copyJson(given, "The signal", GIVEN_BYTES_MOST);
  if (!copy.ok) return badInput(copy.why);
  if (!isObject(copy.value)) return badInput(`A signal is an object with a type; ${TYPES}`);
  const { type } = copy.value;
  if (typeof type !== "string" || !Object.hasOwn(FIELDS, type))
    return badInput(`People tell no signal of the type ${shown(type)}.`, TYPES);
  const told: Record<string, Json> = { type };
  for (const [name, field] of Object.entries(FIELDS[type as keyof typeof FIELDS])) {
    const value = ownOf(copy.value, name);
    if (value === undefined && field.endsWith("?")) continue;
    const wrong = WRONG[field.replace("?", "") as Field](value);
    if (wrong !== null || value === undefined)
      return badInput(`The "${name}" of the signal "${type}" is to be ${wrong ?? "there"}.`);
    told[name] = value;
  }
  const isMeant = !MEANT.includes(type) || "key" in told !== "path" in told;
  if (!isMeant)
    return badInput(
      `The signal "${type}" names one step: by the "key" of what is open, or its "path".`,
    );
  return { told: told as Told };
}

const MEANT: readonly string[] = ["retry", "skip", "give", "deny"];

/** Who tells it: nobody speaks for the machine or for an agent. */
export function wrongSpeaker(by: string | undefined): Problem | null {
  if (by === undefined || !(SYSTEM.includes(by) || by.startsWith("agent:"))) return null;
  return {
    code: "not-allowed",
    message: `"${by}" is the machine or an agent; a run is told something by a person or another system.`,
    mend: "Name whoever it is.",
  };
}

/** The first that is given and is no name of somebody or something. */
export function wrongNames(given: { readonly [what: string]: unknown }): Problem | null {
  for (const [what, value] of Object.entries(given)) {
    const wrong = value === undefined ? null : wrongName(value);
    if (wrong !== null) return badInput(`"${what}" is to be ${wrong}.`);
  }
  return null;
}

function wrongName(value: unknown): string | null {
  return typeof value === "string" && value !== "" && value.length <= NAME_CHARACTERS_MOST
    ? null
    : `a text of 1 to ${NAME_CHARACTERS_MOST} characters`;
}

export function badInput(message: string, mend?: string): Problem {
  return { code: "bad-input", message, ...(mend === undefined ? {} : { mend }) };
}

/** A value as it stands in a message: short, whatever it is. */
export function shown(value: unknown): string {
  if (typeof value === "string")
    return value.length <= SHOWN_CHARACTERS_MOST
      ? JSON.stringify(value)
      : `${JSON.stringify(value.slice(0, SHOWN_CHARACTERS_MOST))}…`;
  if (value === undefined) return "that is not there";
  return typeof value === "number" || typeof value === "boolean" ? `${value}` : "that is no text";
}

const SHOWN_CHARACTERS_MOST = 60;
const TYPES = `Types: ${Object.keys(FIELDS).join(", ")}.`;

/** Null, or what the value is to be. */
const WRONG: Readonly<Record<Field, (value: Json | undefined) => string | null>> = {
  key: (value) =>
    Number.isSafeInteger(value) ? null : "the number of what is open, as waiting() gives it",
  why: (value) =>
    typeof value === "string" && value.length <= WHY_CHARACTERS_MOST
      ? null
      : `a text of at most ${WHY_CHARACTERS_MOST} characters`,
  name: (value) => (value === "" ? null : wrongName(value)),
  path: (value) => (value === "" ? "a step's path" : wrongName(value)),
  digest: (value) =>
    typeof value === "string" && parseDigest(value) !== null
      ? null
      : "the digest of what the gate shows: sha256:…",
  digests: (value) =>
    Array.isArray(value) &&
    value.length <= LIST_MOST &&
    value.every((one) => WRONG.digest(one) === null)
      ? null
      : `a list of digests, at most ${LIST_MOST}`,
  whys: (value) =>
    Array.isArray(value) &&
    value.length <= LIST_MOST &&
    value.every((one) => WRONG.why(one) === null)
      ? null
      : `a list of texts, at most ${LIST_MOST}`,
  channel: (value) =>
    CHANNELS.some((one) => one === value) ? null : `one of ${CHANNELS.join(", ")}`,
  truth: (value) => (typeof value === "boolean" ? null : "true or false"),
  object: (value) => (isObject(value) ? null : "an object"),
  amounts: (value) =>
    isObject(value) && Object.values(value).every(Number.isSafeInteger)
      ? null
      : "whole amounts by unit: tokens, calls, ms, or a currency in millionths",
  output: (value) => (isObject(value) && isStored(value) ? null : "{ value } or { digest, bytes }"),
};

function isStored(output: JsonObject): boolean {
  const { value, digest, bytes } = output;
  if (value !== undefined) return true;
  return typeof digest === "string" && parseDigest(digest) !== null && Number.isSafeInteger(bytes);
}
