import { type GateOpening, type Terms, usesOf } from "../../src/core/approval/index.ts";
import { get, type Key, type Run } from "../../src/core/machine/index.ts";
import { DECIDERS } from "./board.ts";
import { tell } from "./telling.ts";
import type { World } from "./world.ts";

type OfChain = GateOpening & { readonly terms: Terms };

/** What a gate of a chain asks now; null: it is another gate, or none. */
export function chainAt({ open }: Run, key: Key): OfChain | null {
  const at = get(open, key);
  if (at?.type !== "gate" || at.gate.terms === undefined) return null;
  return { ...at.gate, terms: at.gate.terms };
}

/** Somebody does something at a gate of a chain, allowed or not; in the end enough of them decide. */
export function atBoard(world: World, run: Run, key: Key): boolean {
  const { chance, weather, votes } = world;
  const gate = chainAt(run, key);
  if (gate === null) return false;
  const { digest, terms } = gate;
  const by = weather.isCalm ? nextOf(run, key, gate) : chance.one(DECIDERS);
  const { presented, actions = [] } = terms;
  const how = weather.isCalm ? 1 : chance.next();
  if (how < 0.06) return told(world, run, { type: "claim", key, by });
  if (how < 0.12) return told(world, run, { type: "release", key, why: "", by });
  if (how < 0.16) return told(world, run, { type: "ask", key, text: "Why?", by });
  if (how < 0.18) return told(world, run, { type: "view", key, presented, by });
  if (how < 0.2)
    return told(world, run, { type: "override", key, digest, presented, reason: "Now.", by });
  if (how < 0.24) {
    const changes =
      usesOf(gate).length === 0
        ? { p: chance.between(0, 99), ...(chance.is(0.3) ? { extra: true } : {}) }
        : { amount: chance.between(1, 99) };
    const one = actions.length === 0 ? {} : { action: chance.one(actions).digest };
    const edit = { type: "edit", key, digest, changes, reason: "Better so.", by, ...one } as const;
    return told(world, run, edit);
  }
  const allow = weather.isCalm || chance.is(0.9);
  votes.push({ run: run.id, key, voter: by, digest, allow });
  world.counts.votes++;
  const reason = "seen";
  const isPart = !weather.isCalm && actions.length > 0 && allow && chance.is(0.5);
  const permits = isPart
    ? { permits: actions.filter(() => chance.is(0.7)).map((one) => one.digest) }
    : {};
  return told(world, run, { type: "vote", key, digest, presented, allow, reason, by, ...permits });
}

/** Where all goes well the same people decide each time. */
function nextOf({ open }: Run, key: Key, { from, terms }: OfChain): string {
  const at = get(open, key);
  const voters = at?.type === "gate" ? at.votes.map(({ voter }) => voter) : [];
  const taken = [...terms.parties.requesters, ...voters];
  return from.find((person) => !taken.includes(person)) ?? from[0] ?? "ana";
}

/** Mostly there was something to do; but where nobody may decide, time must go on. */
function told(world: World, run: Run, signal: Parameters<typeof tell>[2]): boolean {
  tell(world, run.id, signal);
  return world.weather.isCalm || world.chance.is(0.7);
}
