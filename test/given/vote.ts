import { get, type Key, type Run, type Told } from "../../src/core/machine/index.ts";

/** A person's vote at an open gate, on what it shows now; where a chain asks for a reason, with one. */
export function voteAt({ open }: Run, key: Key, allow: boolean): Extract<Told, { type: "vote" }> {
  const at = get(open, key);
  if (at?.type !== "gate") throw new Error(`No gate ${key} is open.`);
  const { digest, terms } = at.gate;
  if (terms === undefined) return { type: "vote", key, digest, allow, reason: "" };
  const reason = allow ? "" : "No.";
  return { type: "vote", key, digest, allow, reason, presented: terms.presented };
}
