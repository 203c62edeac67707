import { expect, test } from "vitest";
import { adapted } from "./index.ts";

const at = (inFlight: number, isFull = true) => ({
  most: 16,
  inFlight: () => inFlight,
  isFull: () => isFull,
});

test("a limit falls to half of what is in flight while the event loop is late, never below one", () => {
  expect(adapted(16, 400, at(10))).toMatchObject({ from: 16, to: 5 });
  expect(adapted(5, 400, at(10))).toMatchObject({ from: 5, to: 2 });
  expect(adapted(2, 400, at(1))).toMatchObject({ to: 1 });
  expect(adapted(1, 9_000, at(1))).toBeNull();
  expect(adapted(16, 400, at(0))).toBeNull();
});

test("it rises by one while something waits for it, and is the whole again when nothing does", () => {
  expect(adapted(5, 20, at(5))).toMatchObject({ from: 5, to: 6 });
  expect(adapted(5, 20, at(1, false))).toMatchObject({ from: 5, to: 16 });
  expect(adapted(16, 20, at(16))).toBeNull();
});
