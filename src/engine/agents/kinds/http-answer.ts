import { isObject, type Json } from "../../../core/json.ts";
import {
  type Exchanged,
  type Meaning,
  meaningOf,
  retryAfterMs,
  type Secrets,
} from "../../outside/index.ts";
import { checkAnswer, type Origin } from "../answer.ts";
import { failed, stopped } from "../failed.ts";
import { OUTPUT_BYTES_MOST } from "../invalid-answer.ts";
import type { Setting } from "../setting.ts";
import { checkSaid, type Said } from "./http-uses.ts";

/** Of an answer that is no JSON, this much stands in a failure's message. */
const QUOTE_CHARACTERS_MOST = 200;

type Of = {
  readonly origin: Origin;
  readonly secrets: Secrets;
  readonly setting: Setting;
  readonly abort: AbortSignal;
  /** It was asked before in this attempt: that nothing was done is for it to say. */
  readonly isLater: boolean;
};

/** What came of asking, as the protocol has it. */
export function saidBy(exchanged: Exchanged, of: Of): Said {
  const who = `The agent "${of.origin.name}"`;
  switch (exchanged.kind) {
    case "unsent":
      return failed(
        "agent_unavailable",
        of.secrets.hide(`${who} could not be reached: ${exchanged.why}.`),
        !of.isLater,
      );
    case "broken":
      return failed(
        "agent_failed",
        of.secrets.hide(
          `${who} was asked and gave no whole answer: ${exchanged.why}. Whether it did its work nobody knows.`,
        ),
      );
    case "stopped":
      return stopped(of.origin.name, of.abort, !exchanged.wasSent && !of.isLater);
    case "too large":
      return failed(
        "output_limit",
        `${who} answered with more than ${OUTPUT_BYTES_MOST} bytes. Let it keep what is large, and give where that is.`,
      );
    case "answered":
      return answered(exchanged, of, who);
  }
}

type Answered = Extract<Exchanged, { readonly kind: "answered" }>;

function answered(exchanged: Answered, of: Of, who: string): Said {
  const { status, headers } = exchanged;
  const body = of.secrets.hide(exchanged.body);
  const given = parsed(body);
  const isWell = status >= 200 && status < 300;
  if (isWell && given !== null) return checkSaid(given.value, of.origin);
  if (isWell)
    return failed(
      "invalid_answer",
      `${who} answered with status ${status} and no JSON: ${JSON.stringify(body.slice(0, QUOTE_CHARACTERS_MOST))}`,
    );
  const meaning = meaningOf(status);
  const to = status >= 300 && status < 400 ? headers.location : undefined;
  const where = to === undefined ? "" : ` It names ${of.secrets.hide(to).slice(0, 200)}.`;
  const message = `${who} answered with status ${status}: ${meaning.words}.${where}`;
  const said = given !== null && isObject(given.value) ? given.value["error"] : undefined;
  const error = said === undefined ? quoted(message, body) : said;
  return merged(error, { message, meaning, retryAfter: headers["retry-after"] ?? null }, of);
}

function parsed(text: string): { readonly value: Json } | null {
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    return null;
  }
}

function quoted(message: string, body: string): string {
  const text = body.trim().slice(0, QUOTE_CHARACTERS_MOST);
  return text === "" ? message : `${message} It says: ${JSON.stringify(text)}`;
}

type Told = {
  readonly message: string;
  readonly meaning: Meaning;
  readonly retryAfter: string | null;
};

/** What the agent itself says goes before what its status says. */
function merged(error: Json, { message, meaning, retryAfter }: Told, of: Of): Said {
  const own = isObject(error) ? error : { message: typeof error === "string" ? error : message };
  const ofOwnKind = typeof own["kind"] === "string" && own["kind"] !== meaning.kind;
  // With a kind of its own, the table says the rest of it.
  const status = ofOwnKind
    ? {}
    : { kind: meaning.kind, class: meaning.class, certain: meaning.certain && !of.isLater };
  const wait = retryAfter === null ? null : waitMs(retryAfter, of.setting.now());
  const text = typeof own["message"] === "string" ? {} : { message };
  const kept = wait === null || own["retryAfter"] !== undefined ? {} : { retryAfterMs: wait };
  return checkAnswer({ error: { ...status, ...text, ...kept, ...own } }, of.origin);
}

/** Seconds, or a date. */
function waitMs(text: string, now: number): number | null {
  const at = /^\s*\d+\s*$/.test(text) ? Number.NaN : Date.parse(text);
  return Number.isNaN(at)
    ? retryAfterMs(text, undefined)
    : retryAfterMs(undefined, Math.max(0, at - now));
}
