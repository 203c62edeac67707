import type { FailureClass } from "../../core/machine/index.ts";

/** What an http status says, where the answer itself does not say more. */
export type Meaning = {
  readonly kind: string;
  readonly class: FailureClass;
  /** Nothing was done. */
  readonly certain: boolean;
  readonly words: string;
};

/**
 * A status that is no success, as a failure. What the other side refuses to look at was certainly not
 * done; of an error of its own nobody knows.
 */
export function meaningOf(status: number): Meaning {
  const known = MEANINGS[status];
  if (known !== undefined) return known;
  if (status >= 300 && status < 400) return REDIRECT;
  if (status >= 400 && status < 500) return NOT_WANTED;
  return BROKEN;
}

const NOT_THERE: Meaning = {
  kind: "agent_not_found",
  class: "permanent",
  certain: true,
  words: "there is nothing at this address",
};
const NOT_ALLOWED: Meaning = {
  kind: "authentication_failure",
  class: "permanent",
  certain: true,
  words: "it does not let us in",
};
const NOT_WANTED: Meaning = {
  kind: "invalid_input_data",
  class: "permanent",
  certain: true,
  words: "it does not take what it is given",
};
const BUSY: Meaning = {
  kind: "agent_temporarily_unavailable",
  class: "transient",
  certain: true,
  words: "it is busy",
};
const REDIRECT: Meaning = {
  kind: "agent_not_found",
  class: "permanent",
  certain: true,
  words: "it sends us elsewhere, where we do not follow",
};
const BROKEN: Meaning = {
  kind: "agent_failed",
  class: "transient",
  certain: false,
  words: "it failed",
};

const MEANINGS: Readonly<Record<number, Meaning>> = {
  401: NOT_ALLOWED,
  403: NOT_ALLOWED,
  404: NOT_THERE,
  405: NOT_THERE,
  407: NOT_ALLOWED,
  408: BUSY,
  410: NOT_THERE,
  421: NOT_THERE,
  425: BUSY,
  429: {
    kind: "api_rate_limit",
    class: "transient",
    certain: true,
    words: "it was asked too often",
  },
  // Whoever stands before it may say this of something that was begun.
  503: { ...BUSY, certain: false, words: "it is not available" },
};
