import type { Problem } from "../problem.ts";
import { type Approval, actionsOf, chainOf, isPlain } from "./approval.ts";
import { whyNotBulk } from "./vote.ts";

/**
 * Whether so many may be decided at once: the same chain, rules and tools, each of little risk and
 * untainted, and not more than the chain says; of a list each that is in it counts. Each still gets a vote
 * and a digest of its own.
 */
export function whyNotTogether(approvals: readonly Approval[]): Problem | null {
  const [first] = approvals;
  if (first === undefined)
    return { code: "bad-input", message: "Nothing is named.", mend: "Name what to decide." };
  for (const one of approvals) {
    if (one.state !== "open")
      return { code: "conflict", message: `"${matterOf(one)}" was decided before.` };
    const against = whyNotBulk(one);
    if (against !== null) return { ...against, message: `"${matterOf(one)}": ${against.message}` };
  }
  const other = approvals.find((one) => kindOf(one) !== kindOf(first));
  if (other !== undefined || isPlain(first))
    return {
      code: "bad-input",
      message: `These are not of one kind: "${matterOf(first)}" and "${matterOf(other ?? first)}" have other rules, tools or chains.`,
      mend: "Decide those of one rule at once, and the others by themselves.",
    };
  const most = chainOf(first).bulk?.most ?? 0;
  const many = approvals.reduce((all, one) => all + actionsOf(one).length, 0);
  if (many > most)
    return {
      code: "limit",
      message: `${many} are named; at most ${most} of this chain are decided at once.`,
      mend: `Name at most ${most}; a question that lists several counts as so many.`,
    };
  return null;
}

/** What is decided, in one sentence. */
function matterOf({ gate }: Approval): string {
  return gate.evidence?.action || gate.ask;
}

/** What is listed has rules of its own, each; of the same tool for the same rules it is as what is asked by itself. */
function kindOf({ gate: { terms } }: Approval): string {
  const rules = [terms, ...(terms?.actions ?? [])].flatMap((one) => one?.rules ?? []);
  const named = [...new Set(rules.map(({ rule, version }) => `${rule} ${version}`))].sort();
  const what = (terms?.what ?? "").split(", ").sort();
  return JSON.stringify([terms?.chain.digest ?? null, what, named]);
}
