import type { Event } from "../../core/machine/index.ts";
import { plain } from "./text.ts";
import { voterWords } from "./voter.ts";

type OfGate = Exclude<
  Extract<Event, { readonly type: `gate.${string}` }>,
  { readonly type: "gate.opened" }
>;
type Words = {
  readonly [Type in OfGate["type"]]: (
    event: Extract<OfGate, { readonly type: Type }>,
    told: { readonly name: string },
  ) => string | null;
};

/** What happened at a gate, as one line. */
export const GATE_WORDS: Words = {
  "gate.voted": ({ allow, reason, ...by }) =>
    `${voterWords(by)} ${allow ? "approves" : "rejects"}${reason ? `: ${plain(reason)}` : ""}`,
  "gate.advanced": ({ from }, { name }) => `${name}: goes on to ${people(from)}`,
  "gate.claimed": ({ person }, { name }) => `${name}: ${plain(person)} has claimed it`,
  "gate.released": ({ why }, { name }) => because(`${name}: is free again`, why),
  "gate.edited": ({ by, changes, reason }, { name }) =>
    `${name}: ${plain(by)} changes ${Object.keys(changes).map(plain).join(", ")}: ${plain(reason)}`,
  "gate.asked": ({ by, text }) => `${plain(by)} asks: ${plain(text)}`,
  "gate.answered": ({ by, text }) => `${plain(by)} answers: ${plain(text)}`,
  "gate.viewed": () => null,
  "gate.reminded": ({ to }, { name }) => `${name}: ${people(to)} reminded`,
  "gate.escalated": ({ to }) => `${plain(to)} is asked`,
  "gate.overridden": ({ voter, reason }, { name }) =>
    `${name}: ${plain(voter)} breaks the glass: ${plain(reason)}`,
  "gate.closed": ({ allowed, why, permits, blocks = [], conditions = [] }, { name }) => {
    const part = permits === undefined ? "approved" : `${permits.length} of what it asks approved`;
    const on = conditions.length === 0 ? "" : `, when ${conditions.map(plain).join(" and ")}`;
    const said = because(`${name}: ${allowed ? part : "not approved"}${on}`, why);
    return blocks.length === 0
      ? said
      : `${said}; against the rest: ${blocks.map(plain).join("; ")}`;
  },
  "gate.consumed": ({ use }, { name }) =>
    use === undefined ? `${name}: what was approved is begun` : null,
  "gate.voided": ({ why }, { name }) => `${name}: the approval holds no more. ${plain(why)}`,
};

function because(text: string, why: string): string {
  return why === "" ? text : `${text}, ${plain(why)}`;
}

export function people(names: readonly string[]): string {
  return names.length > 0 ? names.map(plain).join(", ") : "anyone who may";
}
