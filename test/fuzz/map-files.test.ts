import { expect, test } from "vitest";
import { playMap } from "./map-files.ts";

const SEED = 1;
const CASES = 120;

test("whatever is wrong in a map or the files beside it is told with its place and its mend, and nobody may do more by it", () => {
  const failed: string[] = [];
  let read = 0;
  for (let number = 0; number < CASES; number += 1) {
    const { isRead, complaints } = playMap(SEED, number);
    if (isRead) read += 1;
    failed.push(...complaints.map((what) => `${number}: ${what.slice(0, 600)}`));
  }
  expect(failed).toEqual([]);
  // Neither is everything refused, nor nothing.
  expect(read).toBeGreaterThan(CASES / 20);
  expect(read).toBeLessThan(CASES);
});
