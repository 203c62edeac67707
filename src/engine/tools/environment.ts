import { variablesIn } from "../../core/definition/index.ts";
import { isObject, type JsonObject } from "../../core/json.ts";
import type { Secrets } from "../outside/index.ts";

/** What a function or a command finds in its environment: names of ours, or names of its own with `$env.NAME`. */
export function environmentIn(
  { env }: JsonObject,
  secrets: Secrets,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(variables(env ?? null)).map(([name, text]) => [name, secrets.fill(text)]),
  );
}

/** The texts of the settings in which variables stand; a list of names is one of variables. */
export function withNamedVariables(settings: JsonObject): JsonObject {
  const { env, ...rest } = settings;
  return env === undefined ? settings : { ...rest, env: variables(env) };
}

function variables(env: JsonObject[string]): Readonly<Record<string, string>> {
  if (Array.isArray(env))
    return Object.fromEntries(env.map((name) => [`${name as string}`, `$env.${name as string}`]));
  if (!isObject(env)) return {};
  return Object.fromEntries(
    Object.entries(env).map(([name, text]) => {
      const said = typeof text === "string" ? text : "";
      // A bare name is that of a variable.
      const isName = variablesIn(said).length === 0 && /^[A-Za-z_]\w*$/.test(said);
      return [name, isName ? `$env.${said}` : said];
    }),
  );
}
