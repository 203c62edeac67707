import type { ValuePath } from "../reading/place.ts";
import type { Report } from "../reading/report.ts";
import type { RetrySource, StrategySource } from "../steps/step-source.ts";
import { durationMs } from "../types/duration-value.ts";
import type { Retry, Strategy } from "../workflow.ts";

/** Three attempts, exponential from five seconds to a minute, spread by chance. */
export const RETRY_DEFAULT: Retry = {
  attemptsMost: 3,
  backoff: "exponential",
  firstMs: 5_000,
  mostMs: 60_000,
  jitter: true,
  on: [],
};

/** What a step says about retry, over what holds where it says nothing. */
export function readRetry(
  source: boolean | number | RetrySource | undefined,
  context: { readonly path: ValuePath; readonly report: Report; readonly otherwise: Retry },
): Retry {
  const { otherwise } = context;
  if (source === undefined || source === true) return otherwise;
  if (source === false) return { ...otherwise, attemptsMost: 1 };
  if (typeof source === "number") return { ...otherwise, attemptsMost: source };
  return {
    ...delaysOf(source, context),
    attemptsMost: source.enabled === false ? 1 : (source.max_attempts ?? otherwise.attemptsMost),
    backoff: source.backoff ?? otherwise.backoff,
    jitter: source.jitter ?? otherwise.jitter,
    on: source.retry_on ? errorWords(source.retry_on) : otherwise.on,
  };
}

type Context = Parameters<typeof readRetry>[1];

function delaysOf(
  source: RetrySource,
  { path, report, otherwise }: Context,
): Pick<Retry, "firstMs" | "mostMs"> {
  const first = durationMs(source.initial_delay, { path: [...path, "initial_delay"], report });
  const most = durationMs(source.max_delay, { path: [...path, "max_delay"], report });
  if (first !== null && most !== null && most < first) {
    report.add({
      code: "impossible-limit",
      message: "The longest wait is shorter than the first one.",
      mend: "Make max_delay at least as long as initial_delay.",
      path: [...path, "max_delay"],
    });
  }
  const firstMs = first ?? Math.min(otherwise.firstMs, most ?? otherwise.firstMs);
  return { firstMs, mostMs: Math.max(most ?? otherwise.mostMs, firstMs) };
}

/** Other spellings of the same class or kind, as the machine's table has it. */
export function errorWords(words: string | readonly string[] | undefined): readonly string[] {
  const list = words === undefined ? [] : typeof words === "string" ? [words] : words;
  return list.flatMap((word) => (Object.hasOwn(SAME, word) ? (SAME[word] ?? word) : word));
}

const SAME: Readonly<Record<string, string | readonly string[]>> = {
  transient_error: "transient",
  permanent_error: "permanent",
  degradable_error: "degradable",
  critical_error: "critical",
  // Away for good or for a while: whoever names the one means the other too.
  agent_unavailable: ["agent_unavailable", "agent_temporarily_unavailable"],
};

export function readStrategy(source: StrategySource | undefined): Strategy | null {
  return source === "continue_with_warning" ? "degradable" : (source ?? null);
}
