import type { CheckedEvent, Wrong } from "./log-check.ts";

/** All is as it was written, and something was done that may not be. */
export function violation({ stream, seq, position }: CheckedEvent, what: string): Wrong {
  const event = `${stream}.${seq}`;
  return { kind: "policy-violation", position, event, message: `Event ${event} ${what}.` };
}
