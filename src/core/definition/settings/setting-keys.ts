import { z } from "zod";
import { suggestion } from "../../expression/index.ts";
import type { Problem } from "../../problem.ts";
import type { ValuePath } from "../reading/place.ts";
import { settingBlocks } from "./setting-blocks.ts";

/**
 * Every key of the blocks of settings, as the shapes have them: `execution_config.max_concurrency`.
 * `[]` stands for each of a list, `*` for any name.
 */
export function settingKeys(): readonly string[] {
  return [...settingMeanings()].map(({ key }) => key);
}

/** The same, each with what it means, as its shape tells it. */
export function settingMeanings(): readonly Meaning[] {
  known ??= Object.entries(settingBlocks).flatMap(([block, shape]) => {
    const found = keysIn(z.toJSONSchema(shape, { io: "input", reused: "inline" }) as Schema, block);
    return found.filter(({ key }, at) => found.findIndex((one) => one.key === key) === at);
  });
  return known;
}

type Meaning = { readonly key: string; readonly means: string };

let known: readonly Meaning[] | null = null;

type Schema = {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | false;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
};

function keysIn(schema: Schema, at: string): readonly Meaning[] {
  const { description: means = "" } = schema;
  if (schema.anyOf) {
    const below = schema.anyOf.flatMap((branch) => keysIn(branch, at));
    return below.map((one) => (one.key === at && one.means === "" ? { key: at, means } : one));
  }
  if (schema.properties)
    return Object.entries(schema.properties).flatMap(([key, inner]) =>
      keysIn(inner, `${at}.${key}`),
    );
  if (schema.additionalProperties)
    return keysIn({ description: means, ...schema.additionalProperties }, `${at}.*`);
  const items = schema.items === undefined ? [] : keysIn(schema.items, `${at}[]`);
  return items.every(({ key }) => key === `${at}[]`) ? [{ key: at, means }] : items;
}

/** Settings that go by several names: where two stand in two layers, the higher layer's holds alone. */
const SAME: readonly (readonly string[])[] = [
  ["execution_config.max_concurrency", "max_concurrency", "concurrency"],
  ["execution_config.error_strategy", "error_handling.error_strategy", "error_strategy"],
  ["execution_config.timeout_total", "resource_limits.total_timeout"],
  ["execution_config.retry_config", "error_handling.retry_policy"],
  ["error_types", "error_handling.error_types"],
  ["resource_config.token_budget.total", "resource_limits.token_budget"],
  ["resource_config.compute.max_agents_concurrent", "resource_limits.max_concurrent_agents"],
];

/** The other names of a setting. */
export function otherNames(key: string): readonly string[] {
  for (const names of SAME) {
    const name = names.find((one) => key === one || key.startsWith(`${one}.`));
    if (name === undefined) continue;
    return names.filter((one) => one !== name).map((one) => one + key.slice(name.length));
  }
  return [];
}

/** Words that people say for one run. */
const SHORT: Readonly<Record<string, string>> = {
  max_concurrency: "execution_config.max_concurrency",
  checkpoint_interval: "execution_config.checkpoint_strategy.interval",
  error_strategy: "execution_config.error_strategy",
  notification: "monitoring_config.notifications",
  notifications: "monitoring_config.notifications",
};

/** The setting that a person means: by its full name, a short one, or the last key where only one has it. */
export function settingNamed(word: string): { readonly path: ValuePath } | Problem {
  const short = Object.hasOwn(SHORT, word) ? SHORT[word] : undefined;
  if (short !== undefined) return { path: short.split(".") };
  if (isSetting(word)) return { path: word.split(".") };
  const last = word.includes(".") ? [] : withLast(word);
  const [first] = last;
  if (first !== undefined && last.every((key) => key === first || otherNames(first).includes(key)))
    return { path: first.split(".") };
  if (first !== undefined) {
    return {
      code: "bad-input",
      message: `"${word}" may be one of several settings: ${last.join(", ")}.`,
      mend: "Write the whole name of the one that you mean.",
    };
  }
  return {
    code: "unknown-key",
    message: `There is no setting "${word}".`,
    mend: suggestion(word, namesOfAll(), "Some of them"),
  };
}

/** A key, or a map or list that holds some. */
function isSetting(word: string): boolean {
  const asked = word.split(".");
  return plainKeys().some((key) => {
    const parts = key.split(".");
    return (
      asked.length <= parts.length &&
      asked.every(
        (part, at) =>
          part === parts[at] || (parts[at] === "*" && part !== "" && part !== "__proto__"),
      )
    );
  });
}

function withLast(word: string): readonly string[] {
  return plainKeys().filter((key) => key.endsWith(`.${word}`));
}

/** What stands in lists is set with its list. */
function plainKeys(): readonly string[] {
  return [...new Set(settingKeys().map((key) => key.replace(/\[\].*$/, "")))];
}

function namesOfAll(): readonly string[] {
  return [...Object.keys(SHORT), ...plainKeys()];
}
