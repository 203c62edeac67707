import { expect, test } from "vitest";
import { playCases } from "./play-cases.ts";

/** A few of the thousands that `npm run fuzz` plays. */
const SEED = 1;
const CASES = 300;

test("whatever is wrong in a definition, its params, its agents or what it is told ends in a clear problem or a correct run", async () => {
  const { ends, failed } = await playCases({ seed: SEED, from: 0, to: CASES });
  const again = failed.map(
    ({ number, complaints }) =>
      `npm run fuzz -- --seed ${SEED} --only ${number}: ${complaints.join("; ")}`,
  );
  expect(again).toEqual([]);
  // Neither is everything refused, nor nothing.
  expect([...ends.keys()]).toEqual(expect.arrayContaining(["refused", "completed", "failed"]));
});
