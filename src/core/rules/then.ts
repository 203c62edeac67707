import { suggestion } from "../expression/index.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { ownOf } from "../own.ts";
import type { RulePath, RuleReading } from "./reading.ts";
import type { Then } from "./rule.ts";

/** What an agent is told when its author says nothing else: short, and nothing of the policy. */
const SAY_DEFAULT = "This is not allowed here.";
const KINDS = ["allow", "deny", "approve", "limit", "permit"] as const;
type Kind = (typeof KINDS)[number];

/**
 * What follows when a rule holds, as written: `allow`, `permit`, `deny`, `deny: Not by mail.`,
 * `approve: refund-manager`, `limit: { amount: { most: 500 } }`, `limit: { redact: [phone] }`.
 *
 * @param tools that the rule can mean, for the arguments that `limit` names; null: any
 */
export function readThen(
  source: Json | undefined,
  reading: RuleReading & { readonly tools: readonly string[] | null },
): Then | null {
  const refuse = refusing(reading);
  if (source === undefined || source === null)
    return refuse([], `The rule does not say what follows.`, `Write ${FORMS}.`);
  const [kind, value] = spelled(source);
  const known = KINDS.find((one) => one === kind);
  if (known === undefined)
    return refuse([], `"${kind}" is nothing that can follow.`, `Write ${FORMS}.`);
  return READ[known](value, { reading, refuse, path: isObject(source) ? [known] : [] });
}

const FORMS = "then: allow, permit, deny, { approve: chain } or { limit: { … } }";

function spelled(source: Json): readonly [string, Json] {
  if (typeof source === "string") return [source, null];
  if (!isObject(source)) return [JSON.stringify(source), null];
  const entries = Object.entries(source);
  const [first] = entries;
  return entries.length === 1 && first !== undefined
    ? first
    : [Object.keys(source).join(", "), null];
}

/** What is wrong with a key stands at the key. */
type Mend = string | { readonly mend: string; readonly key: true };
type Refuse = (path: RulePath, message: string, mend: Mend) => null;
type Given = {
  readonly reading: RuleReading & { readonly tools: readonly string[] | null };
  readonly refuse: Refuse;
  readonly path: RulePath;
};

const READ: Readonly<Record<Kind, (value: Json, given: Given) => Then | null>> = {
  allow: (value, given) => bare("allow", value, given),
  permit: (value, given) => bare("permit", value, given),
  deny: (value, { refuse, path }) => {
    if (value === null || value === true) return { kind: "deny", say: SAY_DEFAULT };
    return typeof value === "string" && value.trim() !== ""
      ? { kind: "deny", say: value.trim() }
      : refuse(path, "deny takes the words that the agent is told.", "Write deny: Not by mail.");
  },
  approve: (value, { reading, refuse, path }) => {
    if (typeof value !== "string")
      return refuse(path, "approve takes the name of a chain.", "Write approve: refund-manager.");
    return reading.chains.includes(value)
      ? { kind: "approve", chain: value }
      : refuse(
          path,
          `There is no chain of approval "${value}".`,
          suggestion(value, reading.chains, "Chains"),
        );
  },
  limit: (value, given) => limit(value, given),
};

function bare(kind: "allow" | "permit", value: Json, { refuse, path }: Given): Then | null {
  return value === null || value === true
    ? { kind }
    : refuse(path, `${kind} stands alone.`, `Write then: ${kind}.`);
}

function limit(value: Json, { reading, refuse, path }: Given): Then | null {
  const mend = "Write limit: { amount: { most: 500 } }, or limit: { redact: [phone] }.";
  if (!isObject(value) || Object.keys(value).length === 0)
    return refuse(path, "limit takes arguments with what they may be, or fields to redact.", mend);
  const { redact = [], ...args } = value;
  if (!Array.isArray(redact) || redact.some((field) => typeof field !== "string"))
    return refuse([...path, "redact"], "redact is a list of fields.", mend);
  const known = argumentsOf(reading);
  for (const [name, held] of Object.entries(args)) {
    if (known !== null && !known.includes(name))
      return refuse([...path, name], `No tool that this rule can mean has an argument "${name}".`, {
        mend: suggestion(name, known, "Arguments"),
        key: true,
      });
    const wrong = isObject(held)
      ? (whatIsWrong(held) ?? notANumber(name, reading))
      : `${name} does not say what it may be.`;
    if (wrong !== null) return refuse([...path, name], wrong, mend);
  }
  return { kind: "limit", args, redact: redact.map(String) };
}

function whatIsWrong(held: JsonObject): string | null {
  const other = Object.keys(held).find((key) => key !== "most" && key !== "least");
  if (other !== undefined) return `"${other}" is no limit; there are most and least.`;
  const isNumber = Object.values(held).every((value) => typeof value === "number");
  return isNumber ? null : "most and least are numbers.";
}

/** What is no number could not be held, and would go through as it is. */
function notANumber(name: string, { names, tools }: Given["reading"]): string | null {
  const other = (tools ?? Object.keys(names.tools)).find((tool) => {
    const properties = ownOf(names.tools, tool)?.args["properties"];
    const schema = isObject(properties) ? ownOf(properties, name) : undefined;
    const type = isObject(schema) ? schema["type"] : undefined;
    return schema !== undefined && type !== "number" && type !== "integer";
  });
  return other === undefined
    ? null
    : `"${name}" of "${other}" is not declared as a number, and only numbers are held.`;
}

function argumentsOf(reading: Given["reading"]): readonly string[] | null {
  const { tools } = reading.names;
  const names: string[] = [];
  for (const tool of reading.tools ?? Object.keys(tools)) {
    const properties = ownOf(tools, tool)?.args["properties"];
    if (!isObject(properties)) return null;
    names.push(...Object.keys(properties));
  }
  return [...new Set(names)];
}

function refusing(reading: RuleReading): Refuse {
  return (path, message, mend) => {
    reading.report({
      code: "wrong-value",
      message,
      ...(typeof mend === "string" ? { mend } : mend),
      path: [...reading.path, "then", ...path],
    });
    return null;
  };
}
