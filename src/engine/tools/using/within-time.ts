import type { Answer } from "../kind.ts";
import { doubtful } from "../kind.ts";

/** A kind that is told to stop has this long to say what became of it. */
const LAST_WORD_MS = 3_000;

/** The time of one call: the tool's own, and whoever stops it before. */
export function timeOf(abort: AbortSignal, timeoutMs: number): AbortSignal {
  return AbortSignal.any([abort, AbortSignal.timeout(timeoutMs)]);
}

/** What a kind answers; or, where it does not, that nobody knows. Never rejects. */
export function withinTime<Given>(
  work: (abort: AbortSignal) => Promise<Given>,
  abort: AbortSignal,
): Promise<Given | Extract<Answer, { readonly ok: false }>> {
  const { promise, resolve } = Promise.withResolvers<
    Given | Extract<Answer, { readonly ok: false }>
  >();
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    timer = setTimeout(() => resolve(stopped(abort)), LAST_WORD_MS);
  };
  if (abort.aborted) stop();
  else abort.addEventListener("abort", stop, { once: true });
  const end = (given: Given | Extract<Answer, { readonly ok: false }>): void => {
    clearTimeout(timer);
    abort.removeEventListener("abort", stop);
    resolve(given);
  };
  work(abort).then(end, (thrown: unknown) =>
    end(doubtful("tool_failed", thrown instanceof Error ? thrown.message : String(thrown))),
  );
  return promise;
}

/** It was stopped after it had begun, and has not said how far it came. */
export function stopped(abort: AbortSignal): Extract<Answer, { readonly ok: false }> {
  return isOutOfTime(abort)
    ? doubtful("timeout", "It took longer than its time limit.")
    : doubtful("stopped", "It was stopped before it answered.");
}

export function isOutOfTime({ reason }: AbortSignal): boolean {
  return reason instanceof Error && reason.name === "TimeoutError";
}
