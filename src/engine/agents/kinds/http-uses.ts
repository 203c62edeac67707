import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import type { Usage } from "../../../core/machine/index.ts";
import { copyJson } from "../../json-copy.ts";
import type { AgentAnswer } from "../agent.ts";
import { checkAnswer, type Origin } from "../answer.ts";
import { invalidAnswer, OUTPUT_BYTES_MOST } from "../invalid-answer.ts";

/** Uses that one answer asks for. */
export const USES_IN_ANSWER_MOST = 32;

/** A tool that an agent wants to use, as it says it. */
export type Wanted = {
  readonly tool: string;
  readonly args: JsonObject;
  readonly as?: string;
};

/** Instead of an answer: what an agent wants of tools before it goes on. */
export type Wants = {
  readonly use: readonly Wanted[];
  /** They are proposed at once: people who are asked decide on them together. */
  readonly together?: true;
  readonly usage?: Usage;
  readonly warnings?: readonly string[];
};

export type Said = Wants | AgentAnswer;

/**
 * What an agent said that may ask for tools instead of answering: `{ "use": [{ "tool", "args", "as"? }] }`.
 * Checked and copied like an answer; what is neither is a failure with a sentence. Never throws.
 */
export function checkSaid(given: unknown, from: Origin): Said {
  if (!isObject(given as Json) || !isAsking(given as JsonObject)) return checkAnswer(given, from);
  const copy = copyJson(given, "The answer", OUTPUT_BYTES_MOST);
  if (!copy.ok) return invalidAnswer(from.name, copy.why);
  const { use, usage, warnings, together, ...rest } = copy.value as JsonObject;
  const also = ["outputs", "error"].find((one) => (rest[one] ?? null) !== null);
  if (also !== undefined)
    return invalidAnswer(from.name, `It asks for tools with "use", and has "${also}" besides.`);
  const wanted = wantedIn(use);
  if (typeof wanted === "string") return invalidAnswer(from.name, wanted);
  // Usage and warnings are read as those of any answer.
  const beside = checkAnswer({ outputs: {}, usage, warnings }, from);
  if ("error" in beside) return beside;
  const { outputs: _none, ...read } = beside;
  return { use: wanted, ...read, ...(together === true ? { together } : {}) };
}

function isAsking(given: JsonObject): boolean {
  return given["use"] !== undefined && given["use"] !== null;
}

const HOW = 'Write "use": [{ "tool": NAME, "args": { … } }].';

function wantedIn(use: Json | undefined): readonly Wanted[] | string {
  if (!Array.isArray(use) || use.length === 0) return `Its "use" is no list of uses. ${HOW}`;
  if (use.length > USES_IN_ANSWER_MOST)
    return `It asks for ${use.length} uses at once; the most is ${USES_IN_ANSWER_MOST}.`;
  const wanted: Wanted[] = [];
  for (const [at, one] of (use as readonly Json[]).entries()) {
    const { tool, args = {}, as = null } = isObject(one) ? one : {};
    if (typeof tool !== "string" || !isObject(args)) return `use[${at}] is no use. ${HOW}`;
    if (as !== null && typeof as !== "string") return `The name of use[${at}], "as", is no text.`;
    wanted.push({ tool, args, ...(as === null ? {} : { as }) });
  }
  return wanted;
}
