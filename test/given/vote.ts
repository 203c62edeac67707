import { get, type Key, type OpenGate, type Run, type Told } from "../../src/core/machine/index.ts";

function gateAt({ open }: Run, key: Key): OpenGate {
  const at = get(open, key);
  if (at?.type !== "gate") throw new Error(`No gate ${key} is open.`);
  return at;
}

/** A person's vote at an open gate, on what it shows now; where a chain asks for a reason, with one. */
export function voteAt(run: Run, key: Key, allow: boolean): Extract<Told, { type: "vote" }> {
  const { digest, terms } = gateAt(run, key).gate;
  if (terms === undefined) return { type: "vote", key, digest, allow, reason: "" };
  const reason = allow ? "" : "No.";
  return { type: "vote", key, digest, allow, reason, presented: terms.presented };
}

/** What somebody tells an open gate: with a chance anything, without one a vote that goes on. */
export function atGate(
  run: Run,
  key: Key,
  chance: (() => number) | null,
): { readonly told: Told; readonly by: string } {
  const { votes, rest, gate } = gateAt(run, key);
  const claimed = rest?.claimed ?? null;
  const only = gate.from.length > 0 && gate.need === 1 ? gate.from[0] : undefined;
  if (chance === null)
    return { told: voteAt(run, key, true), by: claimed ?? only ?? `voter ${votes.length}` };
  const any = chance() < 0.5 ? "ana" : "ben";
  const by = only === undefined || gate.from.includes(any) ? any : only;
  const dice = chance();
  if (dice < 0.1) return { told: { type: "claim", key }, by };
  if (dice < 0.2) return { told: { type: "release", key, why: "" }, by: claimed ?? by };
  if (dice < 0.25) return { told: { type: "ask", key, text: "Why?" }, by };
  if (dice < 0.3) return { told: { type: "reply", key, text: "So." }, by };
  return { told: voteAt(run, key, chance() < 0.8), by };
}
