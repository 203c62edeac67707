import type { AgentNeed } from "../../definition/index.ts";
import type { Draft } from "../draft.ts";
import type { Ranked } from "../facts.ts";
import type { LeafFrame } from "../run.ts";
import { type Position, scopeAt, valuesOf } from "../scope.ts";

/** Of the others that a choice was made among, so many are named in the log; the rest is counted. */
const OTHERS_NAMED_MOST = 5;

export type Choosing = {
  readonly need: AgentNeed;
  /** Where the step stands, for its inputs. */
  readonly at: Position;
  /** Who had it before: where it is as good as any, it goes on. */
  readonly before: string | null;
};

export type Chosen = {
  /** null: there is nobody. */
  readonly best: Ranked | null;
  /** Why this one, and why not the others; null where it was named. */
  readonly why: string | null;
};

/**
 * Who does it: of those that can, the first that takes what the step gives and is well. What was weighed
 * stands in the event.
 */
export function chosen(draft: Draft, step: LeafFrame["step"], choosing: Choosing): Chosen {
  const ranked = draft.facts.agents(choosing.need);
  if (choosing.need.kind === "named") {
    const well = ranked[0]?.healthy === true ? ranked[0] : ranked.find((one) => one.healthy);
    return { best: well ?? ranked[0] ?? null, why: null };
  }
  const faults = misfits(draft, step, { ranked, at: choosing.at });
  const fitting = ranked.filter((one) => faults.get(one) === undefined);
  const well = fitting.filter((one) => one.healthy);
  const stays = well.find((one) => one.agent === choosing.before);
  // Nobody takes it: the performer refuses it with a sentence.
  const best = stays ?? well[0] ?? fitting[0] ?? ranked[0] ?? null;
  if (best === null) return { best, why: null };
  return { best, why: whyChosen(best, { ranked, faults, before: choosing.before }) };
}

type Faults = ReadonlyMap<Ranked, string>;

const NO_FAULTS: Faults = new Map();

/** Why agents do not take what the step gives; its inputs are made only where somebody wants to see them. */
function misfits(
  draft: Draft,
  step: LeafFrame["step"],
  of: { readonly ranked: readonly Ranked[]; readonly at: Position },
): Faults {
  const asking = of.ranked.filter((one) => one.refuses !== undefined);
  if (asking.length === 0 || step.kind !== "task") return NO_FAULTS;
  const given = valuesOf(step.inputs, scopeAt(draft.run, of.at, draft.read));
  // What cannot be made is said when it is performed.
  if ("fault" in given) return NO_FAULTS;
  return new Map(
    asking.flatMap((one) => {
      const why = one.refuses?.(given.values) ?? null;
      return why === null ? [] : [[one, why] as const];
    }),
  );
}

function whyChosen(
  best: Ranked,
  of: {
    readonly ranked: readonly Ranked[];
    readonly faults: Faults;
    readonly before: string | null;
  },
): string {
  const { ranked, faults, before } = of;
  const others = ranked.filter((one) => one !== best);
  if (others.length === 0) return best.why;
  const named = others.slice(0, OTHERS_NAMED_MOST).map((one) => {
    const misfit = faults.get(one);
    if (misfit !== undefined) return `not ${one.agent}, which does not take it: ${misfit}`;
    if (!one.healthy) return `not ${one.agent}: ${one.why}`;
    return `before ${one.agent}: ${one.why}`;
  });
  const more = others.length - named.length;
  const goesOn = best.agent === before ? ["it had it before"] : [];
  return [best.why, ...goesOn, ...named, ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}
