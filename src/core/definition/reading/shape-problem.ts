import type { z } from "zod";
import { suggestion } from "../../expression/index.ts";
import type { Json } from "../../json.ts";
import type { ProblemCode } from "../../problem.ts";
import { KEY_SEPARATOR } from "./closed-shape.ts";
import type { ValuePath } from "./place.ts";
import { type Fault, type Report, shownPath } from "./report.ts";

/**
 * Checks a map against its shape and reports all that is wrong with it.
 *
 * @param later words that are known and come in a later release, with the sentence that says so
 * @returns the map without the keys that are wrong, so that the rest of it can still be checked
 */
export function checkShape<Source>(
  shape: z.ZodType<Source>,
  value: Json,
  context: {
    readonly path: ValuePath;
    readonly report: Report;
    readonly later?: Readonly<Record<string, string>>;
  },
): Partial<Source> {
  const checked = shape.safeParse(value);
  if (checked.success) return checked.data;
  const wrong = new Set<string>();
  for (const issue of checked.error.issues) {
    if (issue.code === "unrecognized_keys" && issue.path.length === 0) {
      for (const key of issue.keys) wrong.add(key);
    } else if (issue.path.length > 0) wrong.add(String(issue.path[0]));
    for (const fault of faultsOf(issue, value, context.later ?? {})) {
      context.report.add({ ...fault, path: [...context.path, ...fault.path] });
    }
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  const kept = Object.entries(value).filter(([key]) => !wrong.has(key));
  return Object.fromEntries(kept) as Partial<Source>;
}

type Issue = z.core.$ZodIssue;

function faultsOf(
  issue: Issue,
  value: Json,
  later: Readonly<Record<string, string>>,
): readonly Fault[] {
  const path = issue.path.filter((part) => typeof part !== "symbol");
  if (issue.code === "unrecognized_keys") {
    const allowed = issue.message.split(KEY_SEPARATOR);
    return issue.keys.map((key) => unknownKey(key, allowed, { path, later }));
  }
  if (issue.code === "invalid_union") {
    const branch = nearestBranch(issue.errors);
    if (branch !== null) {
      return branch.flatMap((inner) =>
        faultsOf({ ...inner, path: [...issue.path, ...inner.path] }, value, later),
      );
    }
  }
  return [wrongValue(issue, path, valueAt(value, path))];
}

function unknownKey(
  key: string,
  allowed: readonly string[],
  context: { readonly path: ValuePath; readonly later: Readonly<Record<string, string>> },
): Fault {
  const comes = Object.hasOwn(context.later, key) ? context.later[key] : undefined;
  return {
    code: "unknown-key",
    message: comes ?? `There is no key "${key}" here.`,
    mend: comes
      ? `Take "${key}" out.`
      : (elsewhere(key, allowed) ?? suggestion(key, allowed, "Keys")),
    path: [...context.path, key],
    key: true,
  };
}

const MONEY =
  "Write resource_config: { money_budget: { total: USD 5.00 } }, and tokens in token_budget beside it.";
const TIME = "Write resource_limits: { total_timeout: 1h }.";

/** What is written at the top of a workflow and stands in its settings. */
const IN_SETTINGS: Readonly<Record<string, string>> = {
  budget: MONEY,
  max_cost: MONEY,
  cost_limit: MONEY,
  money_budget: MONEY,
  token_budget: MONEY,
  max_tokens: MONEY,
  timeout: TIME,
  total_timeout: TIME,
};

function elsewhere(key: string, allowed: readonly string[]): string | null {
  const isTop = allowed.includes("resource_config");
  return isTop && Object.hasOwn(IN_SETTINGS, key) ? (IN_SETTINGS[key] ?? null) : null;
}

/** Of the forms a value may have, the one that was meant: where the fault lies inside, not in its type. */
function nearestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const inside = branches.filter(
    (branch) =>
      !branch.some((issue) => issue.path.length === 0 && issue.code !== "unrecognized_keys"),
  );
  return inside.toSorted((one, other) => one.length - other.length)[0] ?? null;
}

function wrongValue(issue: Issue, path: ValuePath, found: Json | undefined): Fault {
  const name = shownPath(path);
  if (found === undefined) {
    return {
      code: "missing-key",
      message: `"${path.at(-1) ?? ""}" is missing here.`,
      mend: `Write ${name}: ${issue.message}.`,
      path: path.slice(0, -1),
    };
  }
  return {
    code: codeOf(issue, found),
    message: `${name === "" ? "This" : `"${name}"`} wants ${issue.message}; here stands ${shown(found)}.`,
    mend:
      issue.code === "invalid_value" && typeof found === "string"
        ? suggestion(found, issue.values.map(String), "Values")
        : `Write ${issue.message}.`,
    path,
  };
}

function codeOf(issue: Issue, found: Json): ProblemCode {
  if (issue.code === "too_small" || issue.code === "too_big") {
    return typeof found === "number" ? "impossible-limit" : "limit";
  }
  return issue.code === "invalid_type" || issue.code === "invalid_union"
    ? "wrong-type"
    : "wrong-value";
}

function valueAt(value: Json, path: ValuePath): Json | undefined {
  let here: Json | undefined = value;
  for (const part of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, part)) return undefined;
    here = (here as { readonly [key: string | number]: Json })[part];
  }
  return here;
}

const SHOWN_CHARACTERS_MOST = 60;

/** A value as part of a sentence, cut short. */
export function shown(value: Json): string {
  if (value === null) return "nothing";
  const text = JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS_MOST ? `${text.slice(0, SHOWN_CHARACTERS_MOST)}…` : text;
}
