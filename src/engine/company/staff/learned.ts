import type { Amounts } from "../../../core/amounts.ts";
import { amountsOf, experienceOf } from "../../../core/foresight/index.ts";
import { type Event, eventOf, type Usage } from "../../../core/machine/index.ts";
import type { Log } from "../../store/index.ts";

/**
 * What one attempt of an agent used at most lately: what is set aside where nobody declares it. Of the
 * newest runs that have ended, read once when it is first asked for, and of all attempts since.
 */
export type Learned = {
  /** null: nothing is known. */
  readonly of: (agent: string) => Amounts | null;
  readonly heard: (agent: string, usage: Usage | undefined) => void;
};

const RUNS_READ_MOST = 20;
const EVENTS_READ_MOST = 5_000;
/** Attempts of one agent that are remembered; those that came first are forgotten. */
const ATTEMPTS_KEPT_MOST = 50;

export function openLearned(log: Pick<Log, "standings" | "read">): Learned {
  const uses = new Map<string, Amounts[]>();
  const keep = (agent: string, amounts: Amounts): void => {
    if (Object.keys(amounts).length === 0) return;
    const kept = uses.get(agent) ?? [];
    kept.push(amounts);
    if (kept.length > ATTEMPTS_KEPT_MOST) kept.shift();
    uses.set(agent, kept);
  };
  let isRead = false;
  const read = (): void => {
    isRead = true;
    const since = new Map(uses);
    uses.clear();
    for (const { tries } of experienceOf(newest(log)).steps.values())
      for (const { agent, usage } of tries) keep(agent, usage);
    for (const [agent, kept] of since) for (const amounts of kept) keep(agent, amounts);
  };
  return {
    of: (agent) => {
      if (!isRead) read();
      const kept = uses.get(agent);
      return kept === undefined ? null : highest(kept);
    },
    heard: (agent, usage) => {
      if (usage !== undefined) keep(agent, amountsOf(usage));
    },
  };
}

/** The oldest of them first. */
function newest(log: Pick<Log, "standings" | "read">): readonly (readonly Event[])[] {
  const runs: Event[][] = [];
  let left = EVENTS_READ_MOST;
  for (const { stream, seq, endedAt } of log.standings({ most: RUNS_READ_MOST })) {
    left -= seq;
    if (left < 0) break;
    if (endedAt !== null) runs.push([...log.read(stream)].map(eventOf));
  }
  return runs.reverse();
}

function highest(all: readonly Amounts[]): Amounts {
  const most: Record<string, number> = {};
  for (const amounts of all)
    for (const [unit, amount] of Object.entries(amounts))
      most[unit] = Math.max(most[unit] ?? 0, amount);
  return most;
}
