import { expect, test } from "vitest";
import { awaited } from "./awaited.ts";

test("the tools of an attempt are made with its first use, once", async () => {
  let made = 0;
  const reply = { outcome: "denied", say: "Not here." } as const;
  const tools = awaited(() => {
    made += 1;
    return { use: async () => reply, useAll: async () => [reply] };
  });
  const answer = { kind: "refused", error: { code: "x" } } as never;
  expect(tools.settled(answer)).toBe(answer);
  expect(made).toBe(0);
  expect(await tools.use("a", {})).toBe(reply);
  expect(await tools.useAll([])).toEqual([reply]);
  expect(made).toBe(1);
});
