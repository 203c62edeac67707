import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import type { Json } from "../../core/json.ts";
import type { Problem } from "../../core/problem.ts";
import type { ArtifactGot, Binding, ForOneRun } from "../../engine/company/index.ts";
import { whyUnread } from "../unread.ts";

/** What stands behind `--config` and `--bind`, each as often as it is written. */
export type Said = {
  readonly config?: readonly string[];
  readonly bind?: readonly string[];
  /** Items that each `each` goes through. */
  readonly sample?: number;
  /** false with `--no-cache`: another name of a setting. */
  readonly cache?: boolean;
};

/** Settings and inputs of one run, as a person writes them. All that is wrong is said at once. */
export function forOneRun(
  { config = [], bind = [], sample, cache }: Said,
  cwd: string,
  artifact: ReadArtifact,
): ForOneRun | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const settings: Record<string, Json> = {};
  const bound: Record<string, Binding> = {};
  if (sample !== undefined) settings["execution_config.sample"] = sample;
  for (const pair of config) {
    const [name, text] = split(pair);
    if (name === null) problems.push(noPair("--config", pair, "max_concurrency=10"));
    else settings[name] = written(text);
  }
  for (const pair of bind) {
    const [name, text] = split(pair);
    if (name === null) {
      problems.push(noPair("--bind", pair, "step2.inputs.pricing=@pricing.json"));
      continue;
    }
    const binding = artifactIn(text, artifact) ?? bindingOf(text, cwd);
    if ("code" in binding) problems.push(binding);
    else bound[name] = binding;
  }
  if (problems.length > 0) return { problems };
  if (cache === false) settings["execution_config.cache"] = false;
  return {
    ...(Object.keys(settings).length === 0 ? {} : { config: settings }),
    ...(bind.length === 0 ? {} : { bind: bound }),
  };
}

function split(pair: string): readonly [string, string] | readonly [null, null] {
  const at = pair.indexOf("=");
  return at < 1 ? [null, null] : [pair.slice(0, at), pair.slice(at + 1)];
}

/** As it would stand in the file: `10`, `true`, `[a, b]`, `30s`. What is no YAML is a text. */
function written(text: string): Json {
  try {
    const value = parse(text, { prettyErrors: false, logLevel: "silent" }) as Json;
    return value === null && text.trim() !== "null" ? text : value;
  } catch {
    return text;
  }
}

export type ReadArtifact = (which: { readonly digest: string }) => ArtifactGot;

/** What `artifact:sha256:…` names, under that name; null where the text names none. */
export function artifactIn(
  text: string,
  read: ReadArtifact,
): { readonly value: Json; readonly from: string } | Problem | null {
  if (!text.startsWith("artifact:sha256:")) return null;
  const got = read({ digest: text.slice("artifact:".length) });
  if (got.problems === undefined) return { value: got.value, from: text };
  return got.problems[0] ?? null;
}

/** A value, `@file` for a file's content, or an address. `@@` begins a text with @. */
function bindingOf(text: string, cwd: string): Binding | Problem {
  if (/^https?:\/\/\S+$/.test(text)) return { url: text };
  if (text.startsWith("@@")) return { value: text.slice(1) };
  if (!text.startsWith("@")) return { value: written(text) };
  const path = resolve(cwd, text.slice(1));
  try {
    const content = readFileSync(path, "utf8");
    return { value: /\.(json|ya?ml)$/.test(path) ? whole(content) : content, from: path };
  } catch (error) {
    const why = whyUnread(error);
    return {
      code: "bad-input",
      message: `${path} cannot be read: ${why}`,
      mend: "Name a readable file after the @; a text that begins with @ is written @@.",
    };
  }
}

/** @throws Error with one sentence */
function whole(content: string): Json {
  return parse(content, { prettyErrors: false, logLevel: "error" }) as Json;
}

function noPair(option: string, pair: string, example: string): Problem {
  return {
    code: "bad-input",
    message: `"${pair}" after ${option} is no name with a value.`,
    mend: `Write it as: ${option} ${example}`,
  };
}
