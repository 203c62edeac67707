import type { Json } from "../../../core/json.ts";
import { type Exchanged, meaningOf, retryAfterMs } from "../../outside/index.ts";
import { type Answer, doubtful, type Refused, refused, type ToolFailureKind } from "../kind.ts";
import { stopped } from "../using/within-time.ts";

/** Of an answer that refuses, this much stands in a failure's message. */
const QUOTE_CHARACTERS_MOST = 200;

type Of = {
  readonly abort: AbortSignal;
  /** A preview or a verification: a record that is not there is an answer. */
  readonly isLook: boolean;
};

/** What came of asking. Once something was sent, only an answer can say that nothing was done. */
export function answerOf(exchanged: Exchanged, of: Of): Answer {
  switch (exchanged.kind) {
    case "unsent":
      return refused("tool_unavailable", `It could not be reached: ${exchanged.why}.`);
    case "broken":
      return doubtful(
        "tool_failed",
        `It was asked and gave no whole answer: ${exchanged.why}. Whether it was done nobody knows.`,
      );
    case "stopped": {
      const answer = stopped(of.abort);
      return exchanged.wasSent ? answer : { ...answer, doubt: false };
    }
    case "too large":
      return doubtful("output_limit", "It answered with more than may be read. Let it give less.");
    case "answered":
      return answered(exchanged, of);
  }
}

type Answered = Extract<Exchanged, { readonly kind: "answered" }>;

function answered({ status, headers, body }: Answered, { isLook }: Of): Answer {
  if (status >= 200 && status < 300) {
    const { location } = headers;
    return {
      ok: true,
      value: parsed(body),
      ...(location === undefined ? {} : { reference: location }),
    };
  }
  if (status === 404 && isLook) return { ok: true, value: null };
  const text = body.trim().slice(0, QUOTE_CHARACTERS_MOST);
  const says = text === "" ? "" : ` It says: ${JSON.stringify(text)}`;
  const own = OWN[status];
  const meaning = meaningOf(status);
  const [kind, words] = own ?? [KINDS[meaning.kind] ?? "tool_failed", meaning.words];
  const message = `It answered with status ${status}: ${words}.${says}`;
  if (own === undefined && !meaning.certain) return doubtful(kind, message);
  const wait = headers["retry-after"];
  return wait === undefined ? refused(kind, message) : waiting(refused(kind, message), wait);
}

function waiting(answer: Refused, seconds: string): Refused {
  const ms = retryAfterMs(seconds, undefined);
  return ms === null ? answer : { ...answer, error: { ...answer.error, retryAfterMs: ms } };
}

/** What a status says of a record rather than of whoever answers. */
const OWN: Readonly<Record<number, readonly [kind: ToolFailureKind, words: string]>> = {
  409: ["conflict", "something there stands against it"],
  412: ["stale", "the record is no longer as it was when this was judged"],
  428: ["stale", "it wants to know which record was seen"],
};

const KINDS: Readonly<Record<string, ToolFailureKind>> = {
  agent_not_found: "tool_not_found",
  authentication_failure: "authentication_failure",
  invalid_input_data: "invalid_input_data",
  agent_temporarily_unavailable: "tool_busy",
  api_rate_limit: "api_rate_limit",
  agent_failed: "tool_failed",
};

/** JSON, else the text itself; nothing is null. */
function parsed(body: string): Json {
  if (body.trim() === "") return null;
  try {
    return JSON.parse(body) as Json;
  } catch {
    return body;
  }
}
