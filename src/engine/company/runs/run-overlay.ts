import {
  type Bound,
  type Laid,
  leavesOf,
  type Overlay,
  settingNamed,
} from "../../../core/definition/index.ts";
import type { Digest } from "../../../core/id.ts";
import { isObject, type Json } from "../../../core/json.ts";
import type { Problem } from "../../../core/problem.ts";
import { copyJson } from "../../agents/index.ts";
import { digestOf } from "../../runtime/index.ts";
import { type Fetched, fetchValue, VALUE_BYTES_MOST } from "../files/fetch-value.ts";
import { badInput } from "./check-told.ts";

/** A value for an input: as an author writes it, the content of a file, or what an address answers. */
export type Binding = { readonly value: Json; readonly from?: string } | { readonly url: string };

/** What one run says about its settings and inputs. */
export type ForOneRun = {
  /** By the setting's name: `execution_config.max_concurrency`, `max_concurrency`. */
  readonly config?: Readonly<Record<string, Json>>;
  /** By the input's name: `step2.inputs.pricing`. */
  readonly bind?: Readonly<Record<string, Binding>>;
};

/** Where a bound input came from, as the log keeps it. */
export type BoundFrom = {
  readonly from: string;
  readonly digest: Digest;
  readonly bytes: number;
};

export type Overlaid = {
  readonly overlay: Overlay;
  readonly bound: Readonly<Record<string, BoundFrom>>;
};

const CONFIG_MOST = 200;
const BINDINGS_MOST = 100;

/** All of it read and fetched, before the run is started; or everything that is wrong with it. */
export async function overlayOf({
  config = {},
  bind = {},
}: ForOneRun): Promise<Overlaid | { readonly problems: readonly Problem[] }> {
  const settings = settingsOf(config);
  const inputs = inputsOf(bind);
  const problems = [...settings.problems, ...inputs.problems];
  if (problems.length > 0) return { problems };
  const values = await Promise.all(
    inputs.wanted.map(async (one) => [one, await valueOf(one)] as const),
  );
  const bound: Bound[] = [];
  const from: Record<string, BoundFrom> = {};
  for (const [{ name, step, input }, got] of values) {
    if ("code" in got) {
      problems.push({ ...got, message: `${name}: ${got.message}` });
      continue;
    }
    bound.push({ step, input, value: got.value });
    const text = JSON.stringify(got.value);
    from[name] = { from: got.from, digest: digestOf(text), bytes: text.length };
  }
  if (problems.length > 0) return { problems };
  return { overlay: { settings: settings.laid, bound }, bound: from };
}

function settingsOf(config: unknown): {
  readonly laid: readonly Laid[];
  readonly problems: readonly Problem[];
} {
  const copy = copyJson(config, "config", VALUE_BYTES_MOST);
  if (!copy.ok) return { laid: [], problems: [badInput(copy.why)] };
  if (!isObject(copy.value) || Object.keys(copy.value).length > CONFIG_MOST)
    return {
      laid: [],
      problems: [
        badInput(`"config" is an object of at most ${CONFIG_MOST} settings, each by its name.`),
      ],
    };
  const laid: Laid[] = [];
  const problems: Problem[] = [];
  for (const [word, value] of inOrder(copy.value)) {
    const named = settingNamed(word);
    if ("code" in named) {
      problems.push(named);
      continue;
    }
    const said = word === "notification" ? notifications(value) : value;
    for (const [path, leaf] of leavesOf(said, named.path))
      laid.push({ path, value: leaf, origin: "run", where: null });
  }
  return { laid, problems };
}

/** In a few words: `slack webhook https://…`, `webhook https://…`, `email ana@example.com`. */
function notifications(value: Json): Json {
  if (typeof value !== "string") return value;
  const words = value.trim().split(/\s+/);
  const to = words.at(-1) ?? "";
  if (words[0] === "slack" && to.startsWith("http")) return [{ type: "slack", webhook: to }];
  if (words[0] === "slack" && to.startsWith("#")) return [{ type: "slack", channel: to }];
  if (words[0] === "webhook" && to.startsWith("http")) return [{ type: "webhook", url: to }];
  if (words[0] === "email") return [{ type: "email", recipients: to.split(",") }];
  return value;
}

type Wanted = {
  readonly name: string;
  readonly step: string;
  readonly input: string;
  readonly binding: Binding;
};

function inputsOf(bind: unknown): {
  readonly wanted: readonly Wanted[];
  readonly problems: readonly Problem[];
} {
  const copy = copyJson(bind, "bind", VALUE_BYTES_MOST * 2);
  if (!copy.ok) return { wanted: [], problems: [badInput(copy.why)] };
  if (!isObject(copy.value) || Object.keys(copy.value).length > BINDINGS_MOST)
    return {
      wanted: [],
      problems: [
        badInput(`"bind" is an object of at most ${BINDINGS_MOST} inputs, each by its name.`),
      ],
    };
  const wanted: Wanted[] = [];
  const problems: Problem[] = [];
  for (const [name, binding] of inOrder(copy.value)) {
    const [, step, input] = INPUT.exec(name) ?? [];
    if (step === undefined || input === undefined)
      problems.push(
        badInput(`"${name}" names no input of a step.`, "Write it as step2.inputs.NAME."),
      );
    else if (!isBinding(binding))
      problems.push(badInput(`"${name}" is to be bound to { value } or { url }.`));
    else wanted.push({ name, step, input, binding });
  }
  return { wanted, problems };
}

const INPUT = /^(?:\$?steps\.)?\$?([A-Za-z0-9][A-Za-z0-9_-]{0,63})\.inputs\.([^.\s]+)$/;

function isBinding(value: Json): value is Binding {
  if (!isObject(value)) return false;
  return typeof value["url"] === "string" ? value["value"] === undefined : "value" in value;
}

async function valueOf({ binding }: Wanted): Promise<Fetched | Problem> {
  if ("url" in binding) {
    const got = await fetchValue(binding.url);
    return "code" in got ? got : { ...got, value: literal(got.value) };
  }
  const { value, from } = binding;
  // What stands in a file is data; what a person writes may be an expression, as in the workflow.
  return from === undefined ? { value, from: "given" } : { value: literal(value), from };
}

/** A value in which a dollar is a dollar. */
function literal(value: Json): Json {
  if (typeof value === "string") return value.replaceAll("$", "$$$$");
  if (Array.isArray(value)) return value.map(literal);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, literal(inner)]));
}

/** The same settings in another order are the same definition. */
function inOrder(object: { readonly [key: string]: Json }): readonly (readonly [string, Json])[] {
  return Object.entries(object).sort(([one], [other]) => (one < other ? -1 : 1));
}
