import type { RuleSaid, Verdict } from "./judgement.ts";

/** What a rule that nothing follows yet (`shadow: true`) said while the work went on. */
export type Watched = {
  /** Uses of tools about which it was asked. */
  readonly asked: number;
  readonly held: number;
  /** Too little was known to tell; in force, the stricter way would have been taken. */
  readonly undetermined: number;
  /** What was decided would have been another: stopped, asked about or held back, or nobody asked. */
  readonly changed: number;
};

/** Counts what shadow rules say, out of what was judged. */
export type Watch = {
  readonly hear: (judged: {
    readonly verdict: Verdict;
    readonly rules: readonly RuleSaid[];
  }) => void;
  readonly counts: () => Readonly<Record<string, Watched>>;
};

const NONE: Watched = { asked: 0, held: 0, undetermined: 0, changed: 0 };

/** @param rules only what these said as they are now written is counted: another text is another rule */
export function openWatch(
  rules: readonly { readonly id: string; readonly digest: string }[],
): Watch {
  const versions = new Map(rules.map(({ id, digest }) => [id, digest]));
  const counts = new Map(rules.map(({ id }) => [id, NONE]));
  return {
    hear: ({ verdict, rules: said }) => {
      for (const one of said) {
        const known = counts.get(one.rule);
        if (known === undefined || !one.isShadow || versions.get(one.rule) !== one.version)
          continue;
        counts.set(one.rule, {
          asked: known.asked + 1,
          held: known.held + (one.holds === "true" ? 1 : 0),
          undetermined: known.undetermined + (isUnclear(one) ? 1 : 0),
          changed: known.changed + (wouldChange(one, verdict, said) ? 1 : 0),
        });
      }
    },
    counts: () => Object.fromEntries(counts),
  };
}

function isUnclear({ holds }: RuleSaid): boolean {
  return holds === "undetermined" || holds === "fault";
}

const STRICTNESS: Readonly<Record<Verdict, number>> = { allow: 0, limit: 1, ask: 2, deny: 3 };
const WOULD: Readonly<Record<"limit" | "approve" | "deny", Verdict>> = {
  limit: "limit",
  approve: "ask",
  deny: "deny",
};

/** In force: what is stricter than what was decided changes it; a permit does where no rule had people asked. */
function wouldChange(one: RuleSaid, verdict: Verdict, said: readonly RuleSaid[]): boolean {
  if (one.holds === "false") return false;
  if (one.follows === "allow") return false;
  if (one.follows !== "permit") {
    const would = one.holds === "fault" ? "deny" : WOULD[one.follows];
    return STRICTNESS[would] > STRICTNESS[verdict];
  }
  const isAsked = said.some(
    ({ follows, isShadow, holds }) => follows === "approve" && !isShadow && holds !== "false",
  );
  return one.holds === "true" && verdict === "ask" && !isAsked;
}
