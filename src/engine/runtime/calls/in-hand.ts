import type { Key } from "../../../core/machine/index.ts";
import type { Attempt } from "./attempt.ts";

/**
 * Attempts of one run that this process has in its hands. Mostly it is one at a time: no map is made for
 * that one, and none is made smaller again with each step.
 */
export type InHand = { one: Attempt | null; others: Map<Key, Attempt> | null };

export function nothingInHand(): InHand {
  return { one: null, others: null };
}

export function inHand({ one, others }: InHand, key: Key): Attempt | undefined {
  return one?.key === key ? one : others?.get(key);
}

export function takeInHand(hand: InHand, attempt: Attempt): void {
  if (hand.one === null) hand.one = attempt;
  else {
    hand.others ??= new Map();
    hand.others.set(attempt.key, attempt);
  }
}

/** @returns whether it was there */
export function letGoOf(hand: InHand, { key }: Attempt): boolean {
  if (hand.one?.key !== key) return hand.others?.delete(key) === true;
  hand.one = null;
  return true;
}

export function isEmpty({ one, others }: InHand): boolean {
  return one === null && (others === null || others.size === 0);
}

/** As they are now, in the order of their keys: what is let go of meanwhile is among them. */
export function allInHand({ one, others }: InHand): readonly Attempt[] {
  const all = [...(others?.values() ?? [])];
  if (one !== null) all.push(one);
  return all.sort((first, second) => first.key - second.key);
}
