import { fitting } from "../definition/index.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import type { Tool } from "../map/index.ts";
import { ownOf } from "../own.ts";

/** Of the arguments of one call, as JSON. UTF-16 units, near enough bytes. */
export const ARGS_BYTES_MOST = 262_144;

export type Normalised = { readonly args: JsonObject } | { readonly why: string };

/**
 * Arguments as the tool's schema has them: an id that is written as a number becomes the text it stands
 * for, and the other way round where nothing is lost; whatever else does not fit is refused.
 */
export function normalised(tool: Tool, args: JsonObject): Normalised {
  const bytes = JSON.stringify(args).length;
  if (bytes > ARGS_BYTES_MOST)
    return { why: `The arguments are ${bytes} bytes; at most ${ARGS_BYTES_MOST} are taken.` };
  const { properties, required } = tool.args;
  const known = isObject(properties) ? properties : {};
  const unknown = Object.keys(args).filter((name) => !Object.hasOwn(known, name));
  if (unknown.length > 0)
    return {
      why: `"${tool.name}" has no argument ${unknown.map((one) => `"${one}"`).join(", ")}.`,
    };
  const spelt = Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, spelled(value, ownOf(known, name))]),
  );
  // What the case is bound to is put in later.
  const needed = Array.isArray(required) ? required : [];
  const open = needed.filter(
    (name: Json) => typeof name === "string" && !Object.hasOwn(tool.scope.args, name),
  );
  const fit = fitOf(tool, { ...tool.args, required: open });
  const why = whyNoMoney(spelt, known) ?? (typeof fit === "string" ? fit : fit(spelt));
  return why === null ? { args: spelt } : { why: `Of the arguments of "${tool.name}": ${why}.` };
}

/** Digits after the point of what can be paid, where it is not two. */
const NO_DIGITS = new Set("CLP ISK JPY KRW PYG UGX VND XAF XOF XPF".split(" "));
const THREE_DIGITS = new Set("BHD IQD JOD KWD LYD OMR TND".split(" "));

/** An amount of a currency is a number, and no finer than its smallest coin: less can be neither paid nor seen. */
function whyNoMoney(args: JsonObject, known: JsonObject): string | null {
  for (const [name, value] of Object.entries(args)) {
    const schema = known[name];
    if (!isObject(schema) || schema["type"] !== "number" || typeof schema["currency"] !== "string")
      continue;
    const { currency } = schema;
    if (typeof value === "string")
      return `${name}: it is to be a number of ${currency}, written without the currency and without commas, as 1250.5`;
    const digits = NO_DIGITS.has(currency) ? 0 : THREE_DIGITS.has(currency) ? 3 : 2;
    if (typeof value === "number" && Number(value.toFixed(digits)) !== value)
      return `${name}: ${value} is finer than ${currency} is paid: ${digits} digits after the point at most`;
  }
  return null;
}

const FITS = new WeakMap<Tool, ReturnType<typeof fitting>>();

function fitOf(tool: Tool, schema: JsonObject): ReturnType<typeof fitting> {
  const known = FITS.get(tool);
  if (known !== undefined) return known;
  const fit = fitting(schema);
  FITS.set(tool, fit);
  return fit;
}

function spelled(value: Json, schema: Json | undefined): Json {
  if (!isObject(schema)) return value;
  const { type } = schema;
  if (type === "string" && typeof value === "number" && Number.isSafeInteger(value))
    return String(value);
  if (type !== "integer" && type !== "number") return value;
  if (typeof value !== "string" || !/^-?(0|[1-9]\d{0,14})(\.\d{1,6})?$/u.test(value)) return value;
  return Number(value);
}
