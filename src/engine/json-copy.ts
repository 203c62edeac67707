import type { Json } from "../core/json.ts";

/** Nested deeper than this, or holding itself, a value is refused. */
export const DEPTH_MOST = 200;

export type Copied =
  | { readonly ok: true; readonly value: Json }
  /** `why` follows the value's name: "outputs.rows[3].when is a Map, which …". */
  | { readonly ok: false; readonly why: string };

/**
 * A copy of what an agent gave, as the log can hold it: whoever keeps the original can no longer
 * change what the run knows. What has `toJSON` (a date) is taken as that; keys that are undefined
 * are left out; `-0` is 0, as it comes back from a log.
 *
 * @param name      what the value is called in a complaint
 * @param bytesMost of the value as JSON text, measured a little short: escapes are not counted
 */
export function copyJson(value: unknown, name: string, bytesMost: number): Copied {
  const walk: Walk = { bytes: 0, bytesMost, fault: "", path: "" };
  try {
    const copy = copied(value, walk, 0);
    if (copy !== undefined && walk.bytes <= bytesMost) return { ok: true, value: copy };
    if (copy !== undefined) tooLarge(walk);
  } catch (thrown) {
    walk.fault = `cannot be read: ${whyOf(thrown)}`;
  }
  return { ok: false, why: `${name}${shortened(walk.path)} ${walk.fault}` };
}

/** What is thrown while a value is read may be as hard to read as the value. */
function whyOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : "it throws";
  } catch {
    return "it throws";
  }
}

type Walk = { bytes: number; readonly bytesMost: number; fault: string; path: string };

const MEND = "Give plain objects, lists, texts, finite numbers, true, false or null.";

/** Each text, name and number costs this much besides its own bytes. */
const FRAME_BYTES = 3;

function copied(value: unknown, walk: Walk, depth: number): Json | undefined {
  walk.bytes += FRAME_BYTES;
  switch (typeof value) {
    case "string":
      walk.bytes += Buffer.byteLength(value);
      return walk.bytes > walk.bytesMost ? tooLarge(walk) : value;
    case "number":
      if (!Number.isFinite(value)) return refuse(walk, `is ${value}`);
      return value === 0 ? 0 : value;
    case "boolean":
      return value;
    case "object":
      return value === null ? null : held(value, walk, depth);
    case "undefined":
      return refuse(walk, "is undefined");
    case "bigint":
    case "function":
    case "symbol":
      return refuse(walk, `is a ${typeof value}`);
  }
}

function held(value: object, walk: Walk, depth: number): Json | undefined {
  if (walk.bytes > walk.bytesMost) return tooLarge(walk);
  if (depth < DEPTH_MOST) {
    return Array.isArray(value) ? list(value, walk, depth) : record(value, walk, depth);
  }
  walk.fault = `is nested deeper than ${DEPTH_MOST}, or holds itself.`;
  return undefined;
}

const PATH_CHARACTERS_MOST = 200;

function shortened(path: string): string {
  return path.length > PATH_CHARACTERS_MOST ? `${path.slice(0, PATH_CHARACTERS_MOST)}…` : path;
}

function list(value: readonly unknown[], walk: Walk, depth: number): Json | undefined {
  const copy: Json[] = [];
  for (let index = 0; index < value.length; index += 1) {
    const item = copied(value[index], walk, depth + 1);
    if (item === undefined) {
      walk.path = `[${index}]${walk.path}`;
      return undefined;
    }
    copy.push(item);
  }
  return copy;
}

function record(value: object, walk: Walk, depth: number): Json | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return special(value, walk, depth);
  const copy: Record<string, Json> = {};
  const fields = value as { readonly [key: string]: unknown };
  for (const key of Object.keys(value)) {
    const field = fields[key];
    if (field === undefined) continue;
    if (key === "__proto__") return refuse(walk, 'has a key "__proto__"');
    walk.bytes += key.length + FRAME_BYTES;
    const item = copied(field, walk, depth + 1);
    if (item === undefined) {
      walk.path = `.${key}${walk.path}`;
      return undefined;
    }
    copy[key] = item;
  }
  return copy;
}

/** An instance of something: its own word for itself as JSON, or a refusal that names it. */
function special(value: object, walk: Walk, depth: number): Json | undefined {
  if ("toJSON" in value && typeof value.toJSON === "function" && !Buffer.isBuffer(value)) {
    const told: unknown = value.toJSON();
    return copied(told, walk, depth + 1);
  }
  return refuse(walk, `is a ${value.constructor?.name || "special object"}`);
}

function refuse(walk: Walk, what: string): undefined {
  walk.fault = `${what}, which the log cannot hold. ${MEND}`;
  return undefined;
}

function tooLarge(walk: Walk): undefined {
  walk.path = "";
  walk.fault = `is larger than ${walk.bytesMost} bytes. Write it to a file and give the file's name.`;
  return undefined;
}
