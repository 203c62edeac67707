import { createHmac, timingSafeEqual } from "node:crypto";
import type { Problem } from "../../core/problem.ts";

/** What came from Slack, as it came: the body must be the very bytes. */
export type SlackCall = {
  readonly timestamp: string;
  readonly signature: string;
  readonly body: string;
};

/** Older than this it is not heard: it may have been kept by somebody. */
export const SLACK_AGE_MS_MOST = 300_000;
const BODY_BYTES_MOST = 1_048_576;

/** Calls that were heard, so that each is heard once. */
export type Heard = {
  /** @returns whether it is new */
  readonly hear: (name: string, at: number) => boolean;
};

/** Those of the last minutes; what is older is refused for its age. */
export function openHeard(): Heard {
  const heard = new Map<string, number>();
  return {
    hear: (name, at) => {
      for (const [known, when] of heard) {
        if (at - when <= 2 * SLACK_AGE_MS_MOST) break;
        heard.delete(known);
      }
      if (heard.has(name)) return false;
      heard.set(name, at);
      return true;
    },
  };
}

/**
 * Whether a call is Slack's, of now, and new. null: it is, and may be worked on after it is answered; who
 * the account is in this company, and whether they may decide, is asked as through every other door.
 *
 * @returns `again` for one that was heard before: it is answered, and nothing is done
 * @see "Verifying requests from Slack", api.slack.com, 2025
 */
export function verifySlack(
  { timestamp, signature, body }: SlackCall,
  by: { readonly secret: string; readonly now: number; readonly heard: Heard },
): Problem | "again" | null {
  const seconds = Number(timestamp);
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(by.now - seconds * 1_000) > SLACK_AGE_MS_MOST)
    return refused("This call is older than five minutes, or has no time.");
  if (body.length > BODY_BYTES_MOST) return refused("This call is too long.");
  const made = `v0=${createHmac("sha256", by.secret).update(`v0:${timestamp}:${body}`).digest("hex")}`;
  const [given, wanted] = [Buffer.from(signature), Buffer.from(made)];
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
    return refused("This call is not signed by Slack.");
  return by.heard.hear(signature, by.now) ? null : "again";
}

function refused(message: string): Problem {
  return { code: "not-allowed", message, mend: "See the signing secret in channels.yaml." };
}
