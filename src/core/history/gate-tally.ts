import { sayVoter } from "../approval/index.ts";
import type { Event } from "../machine/index.ts";

/** What became of the gates of one rule, of one chain without a rule, or of one step that asks by itself. */
export type GateTally = {
  /** The rule; the chain where no rule asked; else the step: "refund/pay". */
  readonly of: string;
  readonly kind: "rule" | "chain" | "step";
  readonly asked: number;
  readonly approved: number;
  readonly refused: number;
  /** Rejected by the clock. */
  readonly expired: number;
  readonly edited: number;
  readonly open: number;
  /** From asking to the decision of people, in milliseconds; null: none was decided. */
  readonly medianMs: number | null;
  readonly deciders: readonly string[];
  /** Every one of at least `ALWAYS_LEAST` was approved as it was asked: nobody would miss the question. */
  readonly isAlways: boolean;
};

/** From so many decisions on, "always" says something. */
export const ALWAYS_LEAST = 5;

type Seen = {
  readonly names: readonly Pick<GateTally, "of" | "kind">[];
  readonly at: number;
  closed: { readonly at: number; readonly allowed: boolean; readonly expired: boolean } | null;
  isEdited: boolean;
  readonly voters: Set<string>;
};

/** What people were asked and what they said, told from the events of runs and nothing else. */
export type GateCount = {
  /** @param workflow of the run that the event is of */
  readonly hear: (run: string, workflow: string, event: Event) => void;
  /** Most asked first. */
  readonly tally: () => readonly GateTally[];
};

/** @param since what was asked before that moment is not counted */
export function countGates(since: number = 0): GateCount {
  const gates = new Map<string, Seen>();
  return {
    hear: (run, workflow, event) => {
      // What an edit asks is the same gate.
      const isOpening = event.type === "gate.opened" || event.type === "step.started";
      const opening = isOpening ? event.gate : undefined;
      if (opening !== undefined && event.at >= since) {
        const names = namesOf(opening, `${workflow}/${"path" in event ? event.path : ""}`);
        const seen = { names, at: event.at, closed: null, isEdited: false };
        gates.set(`${run}.${event.seq}`, { ...seen, voters: new Set() });
      } else if ("key" in event) happened(gates.get(`${run}.${event.key}`), event);
    },
    tally: () => tallied([...gates.values()]),
  };
}

function namesOf(
  { terms, chain }: Extract<Event, { readonly type: "gate.opened" }>["gate"],
  step: string,
): Seen["names"] {
  const rules = [...new Set((terms?.rules ?? []).map(({ rule }) => rule))];
  if (rules.length > 0) return rules.map((of) => ({ of, kind: "rule" }));
  return [chain === "" ? { of: step, kind: "step" } : { of: chain, kind: "chain" }];
}

function happened(gate: Seen | undefined, event: Event): void {
  if (gate === undefined) return;
  if (event.type === "gate.voted") gate.voters.add(sayVoter(event));
  if (event.type === "gate.overridden") gate.voters.add(event.voter);
  if (event.type === "gate.edited") gate.isEdited = true;
  if (event.type !== "gate.closed") return;
  gate.closed = { at: event.at, allowed: event.allowed, expired: gate.voters.size === 0 };
}

function tallied(gates: readonly Seen[]): readonly GateTally[] {
  const byName = new Map<string, { readonly name: Seen["names"][number]; readonly of: Seen[] }>();
  for (const gate of gates)
    for (const name of gate.names) {
      const key = `${name.kind} ${name.of}`;
      const known = byName.get(key);
      if (known === undefined) byName.set(key, { name, of: [gate] });
      else known.of.push(gate);
    }
  return [...byName.values()]
    .map(({ name, of }) => tallyOf(name, of))
    .toSorted((one, two) => two.asked - one.asked || (one.of < two.of ? -1 : 1));
}

function tallyOf(name: Seen["names"][number], gates: readonly Seen[]): GateTally {
  const closed = gates.flatMap((gate) => (gate.closed === null ? [] : [{ gate, ...gate.closed }]));
  const byPeople = closed.filter(({ expired }) => !expired);
  const approved = byPeople.filter(({ allowed }) => allowed).length;
  const edited = gates.filter(({ isEdited }) => isEdited).length;
  return {
    ...name,
    asked: gates.length,
    approved,
    refused: byPeople.length - approved,
    expired: closed.length - byPeople.length,
    edited,
    open: gates.length - closed.length,
    medianMs: median(byPeople.map(({ gate, at }) => at - gate.at)),
    deciders: [...new Set(byPeople.flatMap(({ gate }) => [...gate.voters]))].toSorted(),
    isAlways: closed.length >= ALWAYS_LEAST && approved === closed.length && edited === 0,
  };
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((one, two) => one - two);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  const next = sorted[Math.floor(sorted.length / 2)];
  return middle === undefined || next === undefined ? null : (middle + next) / 2;
}
