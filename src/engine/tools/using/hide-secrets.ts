import { isObject, type Json } from "../../../core/json.ts";
import type { Secrets } from "../../outside/index.ts";

/** A value without what the system's variables hold, wherever in it that stands, in names too. */
export function hideIn<Value extends Json>(value: Value, secrets: Secrets): Value {
  const text = JSON.stringify(value);
  if (secrets.hide(text) === text) return value;
  return hidden(value, secrets) as Value;
}

function hidden(value: Json, secrets: Secrets): Json {
  if (typeof value === "string") return secrets.hide(value);
  if (typeof value === "number") {
    const text = String(value);
    return secrets.hide(text) === text ? value : secrets.hide(text);
  }
  if (Array.isArray(value)) return value.map((one: Json) => hidden(one, secrets));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [secrets.hide(name), hidden(one, secrets)]),
  );
}
