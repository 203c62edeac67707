import type { Chain, Delegation } from "../../src/core/approval/index.ts";
import type { Facts } from "../../src/core/machine/index.ts";
import { type Chance, chanceOf } from "./chance.ts";
import { PEOPLE } from "./taste.ts";

const HOUR = 3_600_000;

/** The chain that some steps of every world name: two stages, of people whose roles change with the hours. */
export const BOARD: Chain = {
  name: "board",
  digest: "board-1",
  stages: [
    { from: { role: "clerk" }, need: 1, due: { ms: HOUR, isWorking: false }, isDistinct: false },
    { from: { role: "chief" }, need: 1, due: { ms: HOUR, isWorking: false }, isDistinct: true },
  ],
  not: ["requester", "editor"],
  edit: { p: "decrease", extra: "any", amount: "decrease" },
  remind: [0.5],
  onTimeout: [{ kind: "escalate", to: { people: ["dora", "emil"] }, after: null }],
  bulk: null,
  breakGlass: { role: "duty", review: "chief" },
};

/** The chain of what is smaller: one person, who has an hour. */
const DESK: Chain = {
  ...BOARD,
  name: "desk",
  digest: "desk-1",
  stages: BOARD.stages.slice(0, 1),
  onTimeout: [{ kind: "reject" }],
  breakGlass: null,
};

/** Where a world is calm people have all the time they need, however the clock is put forward. */
function chainIn(name: string, isCalm: boolean): Chain | null {
  const chain = [BOARD, DESK].find((one) => one.name === name);
  if (chain === undefined || !isCalm) return chain ?? null;
  return { ...chain, stages: chain.stages.map((stage) => ({ ...stage, due: null })) };
}

/** A chain by its name, as the auditor knows it. */
export function stagesOf(name: string): Chain["stages"] {
  return name === "desk" ? DESK.stages : BOARD.stages;
}

/** Who decides at it, delegates and those on duty among them. */
export const DECIDERS: readonly string[] = [...PEOPLE, "dora", "emil", "fred"];

/** Of whom it is in force by the clock on the wall, so that an auditor can say it again. */
export function rolesAt(name: string, at: number, isCalm: boolean): readonly string[] {
  const hour = Math.floor(at / HOUR) % 2;
  if (name === "clerk") return isCalm || hour === 0 ? PEOPLE : PEOPLE.slice(1);
  if (name === "chief") return isCalm || hour === 1 ? PEOPLE : PEOPLE.slice(0, 2);
  return name === "duty" ? ["emil"] : [];
}

export const DELEGATIONS: readonly Delegation[] = [
  { from: "cy", to: "fred", since: 0, until: Number.MAX_SAFE_INTEGER, chains: ["board"] },
];

/** Whether all is halted at a moment: for a quarter of some hours. */
export function isHalted(at: number, seed: number): boolean {
  const hour = Math.floor(at / HOUR);
  return at % HOUR < HOUR / 4 && chanceOf(`halt ${seed} ${hour}`).is(0.2);
}

/** Why a tool may not be used at a moment: all is halted, or it is; null: it may. */
export function whyHalted(
  { seed, isCalm }: Omit<Town, "now">,
  at: number,
  tool: string,
): string | null {
  if (isCalm) return null;
  if (isHalted(at, seed)) return "All is halted.";
  const hour = Math.floor(at / HOUR);
  const isOff = at % HOUR > HOUR / 2 && chanceOf(`halt ${tool} ${seed} ${hour}`).is(0.2);
  return isOff ? `"${tool}" is halted.` : null;
}

type Town = { readonly seed: number; readonly isCalm: boolean; readonly now: () => number };

export function peopleOf({ isCalm, now }: Town): NonNullable<Facts["people"]> {
  return (name) => rolesAt(name, now(), isCalm);
}

export function approvalsOf({ seed, isCalm, now }: Town): NonNullable<Facts["approvals"]> {
  return {
    chain: (name) => chainIn(name, isCalm),
    manager: () => null,
    delegations: () => DELEGATIONS,
    after: (at, { ms }) => at + ms,
    stopped: () => (!isCalm && isHalted(now(), seed) ? "All is halted." : null),
  };
}

/** Some approvals name the chain; drawn apart, so that worlds stay what they were. */
export function chainOf(chance: Chance, id: string): { readonly chain?: string } {
  return chance.apart(`chain ${id}`).is(0.4) ? { chain: BOARD.name } : {};
}
