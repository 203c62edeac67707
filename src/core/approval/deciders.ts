import { type Approval, chainOf, stageOf } from "./approval.ts";
import type { Deciders, Delegation, Stage } from "./chain.ts";
import type { ApprovalFacts } from "./facts.ts";
import type { Parties } from "./opening.ts";

const NO_PARTIES: Parties = { requesters: [], owners: [], agent: "" };

/** The people who are meant, today: in all that is named together. null: anyone who may act on the run. */
export function meantBy(
  deciders: Deciders,
  parties: Parties,
  facts: Pick<ApprovalFacts, "people" | "manager">,
): readonly string[] | null {
  const { role, team, people, managerOf } = deciders;
  const groups: (readonly string[])[] = [];
  if (role !== undefined) groups.push(facts.people(role));
  if (team !== undefined) groups.push(facts.people(team));
  // What is in no list of people means itself.
  if (people !== undefined)
    groups.push(
      people.flatMap((name) => (facts.people(name).length === 0 ? [name] : facts.people(name))),
    );
  if (managerOf !== undefined) {
    const below = managerOf === "requester" ? parties.requesters : parties.owners;
    groups.push(below.flatMap((person) => facts.manager(person) ?? []));
  }
  if (groups.length === 0) return null;
  const [first = [], ...rest] = groups;
  return [...new Set(first)].filter((person) => rest.every((group) => group.includes(person)));
}

/** Who may decide at the stage that is asked now, the delegates apart; null: anyone. */
export function decidersOf(
  approval: Approval,
  facts: Pick<ApprovalFacts, "people" | "manager">,
): readonly string[] | null {
  return decidersAt(approval, { stage: stageOf(approval), at: approval.stage }, facts);
}

export function decidersAt(
  { gate, also }: Approval,
  { stage, at }: { readonly stage: Stage; readonly at: number },
  facts: Pick<ApprovalFacts, "people" | "manager">,
): readonly string[] | null {
  const parties = gate.terms?.parties ?? NO_PARTIES;
  const named = [stage.from, ...also.filter((one) => one.stage === at).map(({ to }) => to)];
  const all: string[] = [];
  for (const one of named) {
    const meant = meantBy(one, parties, facts);
    if (meant === null) return null;
    all.push(...meant);
  }
  return [...new Set(all)];
}

/** Why somebody may not decide this whatever their role; null: nothing is against it. */
export function whyExcluded(approval: Approval, person: string): string | null {
  const { not } = chainOf(approval);
  const parties = approval.gate.terms?.parties ?? NO_PARTIES;
  if (not.includes("requester") && parties.requesters.includes(person))
    return `${person} asks for it`;
  if (approval.editors.includes(person) && (not.includes("editor") || not.includes("requester")))
    return `${person} has changed it, and so asks for it`;
  if (not.includes("owner") && parties.owners.includes(person))
    return `${person} answers for the agent that asks for it`;
  const { isDistinct } = stageOf(approval);
  const isEarlier = ({ stage = 0, voter, for: of }: Approval["votes"][number]): boolean =>
    stage < approval.stage && (voter === person || of === person);
  if (isDistinct && approval.votes.some(isEarlier))
    return `${person} has decided at an earlier stage`;
  return null;
}

/** Those who let this person decide in their place now, for this chain. */
export function delegators(
  person: string,
  chain: string,
  { delegations, at }: Pick<ApprovalFacts, "delegations" | "at">,
): readonly string[] {
  return delegations
    .filter((one) => one.to === person && isInForce(one, chain, at))
    .map(({ from }) => from);
}

export function isInForce(
  { since, until, chains }: Delegation,
  chain: string,
  at: number,
): boolean {
  return since <= at && at < until && (chains === null || chains.includes(chain));
}

/** "manager in support", "ana or bo", "the one above who asks": as people read it. */
export function sayDeciders({ role, team, people, managerOf }: Deciders): string {
  const parts: string[] = [];
  if (role !== undefined) parts.push(role);
  if (people !== undefined) parts.push(people.join(" or "));
  if (managerOf === "requester") parts.push("the manager of who asks");
  if (managerOf === "owner") parts.push("the manager of who answers for the agent");
  const who = parts.join(" and ");
  if (team === undefined) return who === "" ? "anyone who may act on the run" : who;
  return who === "" ? team : `${who} in ${team}`;
}

/** "gus for bo": whoever decides in another's place is named with whose place it is. */
export function sayVoter({
  voter,
  for: of,
}: {
  readonly voter: string;
  readonly for?: string;
}): string {
  return of === undefined ? voter : `${voter} for ${of}`;
}
