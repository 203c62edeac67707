import { expect, test } from "vitest";
import type { Attempt } from "./attempt.ts";
import { allInHand, inHand, isEmpty, letGoOf, nothingInHand, takeInHand } from "./in-hand.ts";

const attempt = (key: number): Attempt => ({ key }) as Attempt;

test("attempts in hand are found by their key, whichever came first and whichever has gone", () => {
  const hand = nothingInHand();
  for (const key of [4, 2, 9]) takeInHand(hand, attempt(key));
  expect(letGoOf(hand, attempt(4))).toBe(true);
  takeInHand(hand, attempt(7));
  expect([2, 4, 7, 9].map((key) => inHand(hand, key)?.key)).toEqual([2, undefined, 7, 9]);
  expect(allInHand(hand).map(({ key }) => key)).toEqual([2, 7, 9]);
  for (const one of allInHand(hand)) expect(letGoOf(hand, one)).toBe(true);
  expect([isEmpty(hand), letGoOf(hand, attempt(7))]).toEqual([true, false]);
});
