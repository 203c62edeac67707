import { isObject, type JsonObject } from "../../core/json.ts";
import type { FailureClass, Usage } from "../../core/machine/index.ts";
import { copyJson } from "../json-copy.ts";
import { retryAfterMs } from "../outside/index.ts";
import type { AgentAnswer } from "./agent.ts";
import type { ClassOf } from "./failed.ts";
import { invalidAnswer, OUTPUT_BYTES_MOST } from "./invalid-answer.ts";

const WARNINGS_MOST = 100;
export const TEXT_CHARACTERS_MOST = 4_000;
const KIND_CHARACTERS_MOST = 100;
const DETAILS_BYTES_MOST: number = 64 * 1024;

/** Whose answer it is, and the table its kinds of failure are looked up in. */
export type Origin = { readonly name: string; readonly classOf: ClassOf };

/**
 * What an agent gave, checked and copied: nothing of it is trusted. A shape that is not the
 * protocol's is a failure with a sentence. A bad `usage` or `warnings` does not undo work that was
 * done: it is left out, and a warning says so. Never throws.
 */
export function checkAnswer(given: unknown, from: Origin): AgentAnswer {
  const copy = copyJson(given, "The answer", OUTPUT_BYTES_MOST);
  if (!copy.ok) return invalidAnswer(from.name, copy.why);
  const answer = copy.value;
  if (!isObject(answer)) return invalidAnswer(from.name, `The answer is ${nameOf(answer)}.`);
  if (answer["error"] !== undefined && answer["error"] !== null) return errorOf(answer, from);
  const outputs = answer["outputs"];
  if (isObject(outputs)) return outputsOf(answer, outputs);
  if (outputs !== undefined)
    return invalidAnswer(from.name, `Its "outputs" are ${nameOf(outputs)}.`);
  const keys = Object.keys(answer).slice(0, 5).join(", ");
  return invalidAnswer(
    from.name,
    `The answer has neither "outputs" nor "error"${keys === "" ? "" : `, but: ${keys}`}.`,
  );
}

function nameOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}

function outputsOf(answer: JsonObject, outputs: JsonObject): AgentAnswer {
  if (answer["usage"] === undefined && answer["warnings"] === undefined) return { outputs };
  const usage = usageOf(answer["usage"]);
  const warnings = warningsOf(answer["warnings"]);
  if (usage === "bad") warnings.push("The agent's usage could not be read and was left out.");
  else warnings.push(...unknownUsage(answer["usage"]));
  return {
    outputs,
    ...(usage === "bad" || usage === null ? {} : { usage }),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

/** Whole numbers from 0, and a currency; null is: none given. */
function usageOf(given: unknown): Usage | null | "bad" {
  if (given === undefined || given === null) return null;
  if (typeof given !== "object") return "bad";
  const usage: { -readonly [Key in keyof Usage]: Usage[Key] } = {};
  for (const [key, amount] of Object.entries(given)) {
    if (amount === null) continue;
    if (key === "currency") {
      if (typeof amount !== "string" || !/^[A-Za-z]{3}$/.test(amount)) return "bad";
      usage.currency = amount.toUpperCase();
    } else if (key === "tokens" || key === "costMicros" || key === "calls") {
      if (!Number.isSafeInteger(amount) || amount < 0) return "bad";
      usage[key] = amount;
    }
  }
  return usage;
}

const USAGE_KEYS = ["tokens", "costMicros", "currency", "calls"];

/** What is not counted is told: else a budget would look kept that is not. */
function unknownUsage(given: unknown): readonly string[] {
  const unknown = Object.keys(given ?? {}).filter((key) => !USAGE_KEYS.includes(key));
  if (unknown.length === 0) return [];
  const names = unknown.join(", ").slice(0, KIND_CHARACTERS_MOST);
  return [`Of the agent's usage nothing counts ${names}; it may say ${USAGE_KEYS.join(", ")}.`];
}

function warningsOf(given: unknown): string[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) return ["The agent's warnings are no list and were left out."];
  const texts = given.filter((warning) => typeof warning === "string");
  const kept = texts.slice(0, WARNINGS_MOST).map((text) => text.slice(0, TEXT_CHARACTERS_MOST));
  const dropped = given.length - kept.length;
  return dropped === 0 ? kept : [...kept, `${dropped} more of the agent's warnings were left out.`];
}

const CLASSES: readonly FailureClass[] = ["transient", "permanent", "degradable", "critical"];

function errorOf(answer: JsonObject, from: Origin): AgentAnswer {
  const given = answer["error"];
  const error: JsonObject | null = typeof given === "string" ? { message: given } : asObject(given);
  if (error === null) return invalidAnswer(from.name, `Its "error" is ${nameOf(given)}.`);
  const usage = usageOf(answer["usage"]);
  const retryAfter = retryAfterMs(error["retryAfter"], error["retryAfterMs"]);
  const details = detailsOf(error["details"]);
  return {
    error: {
      class: classOf(error, from),
      kind: textOf(error["kind"], KIND_CHARACTERS_MOST) ?? "agent_failed",
      message:
        textOf(error["message"], TEXT_CHARACTERS_MOST) ??
        `The agent "${from.name}" failed and did not say why.`,
      ...(retryAfter === null ? {} : { retryAfterMs: retryAfter }),
      ...(details === null ? {} : { details }),
      ...(typeof error["certain"] === "boolean" ? { certain: error["certain"] } : {}),
    },
    ...(usage === "bad" || usage === null ? {} : { usage }),
  };
}

function asObject(value: JsonObject[string] | undefined): JsonObject | null {
  return isObject(value) ? value : null;
}

/** As the agent says, else as the table says of its kind, else transient. */
function classOf(error: JsonObject, from: Origin): FailureClass {
  const given = CLASSES.find((one) => one === error["class"]);
  if (given !== undefined) return given;
  const kind = error["kind"];
  return (typeof kind === "string" ? from.classOf(kind) : null) ?? "transient";
}

function textOf(value: unknown, charactersMost: number): string | null {
  return typeof value === "string" && value.trim() !== "" ? value.slice(0, charactersMost) : null;
}

/** For people; what is too large is left out. */
function detailsOf(given: JsonObject[string] | undefined): JsonObject | null {
  if (!isObject(given)) return null;
  return copyJson(given, "details", DETAILS_BYTES_MOST).ok ? given : null;
}
