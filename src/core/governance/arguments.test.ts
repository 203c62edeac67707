import { expect, test } from "vitest";
import type { Tool } from "../map/index.ts";
import { normalised } from "./arguments.ts";

const PAY = (currency: string): Tool =>
  ({
    name: "refund.pay",
    args: {
      type: "object",
      properties: { amount: { type: "number", currency, minimum: 0 } },
      required: ["amount"],
    },
    scope: { args: {} },
  }) as unknown as Tool;

const why = (amount: number | string, currency = "HKD"): string | null => {
  const found = normalised(PAY(currency), { amount });
  return "why" in found ? found.why : null;
};

test("money that is finer than it can be paid is no argument", () => {
  for (const amount of [0, 2000, 0.01, 0.29, 1.1, 4.35, 1_234_567.89, "12.50"])
    expect([amount, why(amount)]).toEqual([amount, null]);
  expect(why(0.001)).toBe(
    'Of the arguments of "refund.pay": amount: 0.001 is finer than HKD is paid: 2 digits after the point at most.',
  );
  expect(why(12.345)).toContain("finer");
  expect(why(12.5, "JPY")).toContain("0 digits");
  expect(why(12.345, "KWD")).toBeNull();
});

test("an amount that is written with its currency or with commas is told how it is written", () => {
  for (const amount of ["HKD 2000", "2,000", "much"])
    expect(why(amount)).toContain("written without the currency and without commas, as 1250.5.");
  expect(why(-5)).toContain("must be >= 0");
});
