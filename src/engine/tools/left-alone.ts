import { clockAt } from "../../core/calendar/index.ts";
import type { Breaker } from "../governor/index.ts";
import { type Answer, type Asked, type OpenSystem, type Refused, refused } from "./kind.ts";
import { withinTime } from "./using/within-time.ts";

/** `leftAlone`: why nothing is asked of it now, and until when; null: it is asked. */
export type Guarded = OpenSystem & { readonly leftAlone: () => string | null };

export type Terms = {
  readonly name: string;
  readonly breaker: Breaker;
  readonly now: () => number;
  /** Of the company's clocks. */
  readonly zone: string;
};

/**
 * A system that is left alone for a while when it has failed again and again: what is asked of it then
 * fails at once, and certainly nothing was done. After the pause one call is let through, and what
 * becomes of it says whether others are.
 */
export function guarded(system: OpenSystem, terms: Terms): Guarded {
  let last = "";
  const against = (): Refused | null => refusalBy(terms, last);
  const heard = (answer: { readonly ok: true } | Refused): void => {
    const how = howItWas(answer);
    if (!answer.ok && how === "badly") last = answer.error.message;
    terms.breaker.left(how);
  };
  const through = async (work: () => Promise<Answer>, { abort }: Asked): Promise<Answer> => {
    const refusal = against();
    if (refusal !== null) return refusal;
    const answer = await withinTime(work, abort);
    heard(answer);
    return answer;
  };
  const { rehearse } = system;
  return {
    ...system,
    leftAlone: () => {
      const alone = terms.breaker.leftAlone();
      return alone === null ? null : `It is asked nothing ${sayWhy(alone, terms.zone, last)}`;
    },
    look: (asked) => through(() => system.look(asked), asked),
    write: (asked, so) => through(() => system.write(asked, so), asked),
    ...(rehearse && {
      rehearse: async (asked, look) => {
        const refusal = against();
        if (refusal !== null) return refusal;
        const seen = await withinTime(() => rehearse(asked, look), asked.abort);
        heard(seen);
        return seen;
      },
    }),
  };
}

function refusalBy({ name, breaker, now, zone }: Terms, last: string): Refused | null {
  const refusal = breaker.enter();
  if (refusal === null) return null;
  const retryAfterMs = Math.ceil(refusal.ms);
  const said = sayWhy({ until: now() + retryAfterMs, why: refusal.why }, zone, last);
  const bare = refused("tool_unavailable", `The system "${name}" is asked nothing ${said}`);
  return { ...bare, error: { ...bare.error, retryAfterMs } };
}

/** Kinds of failure that say nothing of how a system is. */
const ELSEWHERE: ReadonlySet<string> = new Set(["api_rate_limit", "stopped"]);
/** It was there, and what it holds is another by now. */
const ANSWERED: ReadonlySet<string> = new Set(["stale"]);

function howItWas(answer: { readonly ok: true } | Refused): Parameters<Breaker["left"]>[0] {
  if (answer.ok) return "well";
  const { kind, class: its } = answer.error;
  if (ELSEWHERE.has(kind)) return "neither";
  // One that says no has been there to say it.
  return its === "transient" && !ANSWERED.has(kind) ? "badly" : "well";
}

function sayWhy(
  { until, why }: { readonly until: number; readonly why: string },
  zone: string,
  last: string,
): string {
  return `until ${sayWhen(until, zone)}: ${why}, at last so: ${last}`;
}

/** By the company's clocks: "2026-03-02 09:05:07 Asia/Hong_Kong". */
function sayWhen(at: number, zone: string): string {
  const whole = Math.ceil(at / 1_000) * 1_000;
  return `${new Date(clockAt(zone, whole)).toISOString().slice(0, 19).replace("T", " ")} ${zone}`;
}
