import { expect, test } from "vitest";
import { append, digestOf, run, standing } from "../../../../test/contract/appends.ts";
import type { Append, Appended, Draft } from "../log.ts";
import { answersAsNumbers, answersFrom, handOver, takeOver } from "./hand-over.ts";

test("the thread that writes is handed all of an append: claims and results too", () => {
  const results = [{ digest: digestOf("q"), path: "a", output: { value: 1 }, until: 5 }];
  const claims = [{ account: "tokens day", amount: -3, most: null }];
  const batch: readonly Append[] = [
    append(run("aaaa"), 0, { claims, results }),
    append(run("bbbb"), 3, { claims }),
    append(run("cccc"), 0, { contents: [[digestOf("1"), "1"]] }),
    append(run("dddd"), 0, { names: [{ name: "order_id=7", until: null }] }),
    append(run("eeee"), 0, { standing: standing({ kind: "case" }) }),
  ];
  const taken = takeOver(handOver(batch));
  for (const [at, one] of batch.entries()) {
    const { events: _events, ...rest } = one;
    expect(taken[at]).toMatchObject(rest);
    expect(taken[at]?.claims).toEqual(one.claims);
    expect(taken[at]?.results).toEqual(one.results);
    expect(taken[at]?.names).toEqual(one.names);
  }
});

test("and every moment, before and after the one that they are told from", () => {
  const over = standing({ startedAt: 3, endedAt: 2_000_000_000_000 });
  const [one] = append(run("aaaa"), 0).events;
  const [at, later] = [1_790_000_000_000, 1_790_000_000_007];
  const drafts = [at, later].map((when, index) => ({ ...one, seq: index + 1, at: when }) as Draft);
  const batch = [
    append(run("aaaa"), 0, { events: drafts, standing: over }),
    append(run("bbbb"), 0, { standing: standing({ endedAt: null }) }),
  ];
  const taken = takeOver(handOver(batch));
  expect(taken.map(({ events }) => events.map((event) => event.at))).toEqual(
    batch.map(({ events }) => events.map((event) => event.at)),
  );
  expect(taken.map((append) => append.standing)).toEqual(batch.map((append) => append.standing));
});

test("and what runs of a batch say of themselves, where they say the same and where not", () => {
  const said = [
    standing({ done: 1 }),
    standing({ done: 2, startedAt: 9 }),
    null,
    standing({ done: 3 }),
    standing({ kind: "case" }),
    standing({ status: "waiting" }),
    standing({ status: "waiting", note: "why" }),
    standing({ status: "failed", endedAt: 12 }),
    standing({ status: "failed", endedAt: 13 }),
  ];
  const batch = said.map((one, at) => append(run(`aaa${at}`), 0, { standing: one }));
  expect(takeOver(handOver(batch)).map((one) => one.standing)).toEqual(said);
});

test("and every answer comes back as it was given", () => {
  const answers: readonly Appended[] = [
    { done: true, position: 0 },
    { done: true, position: 12 },
    { done: false, again: "behind" },
    { done: false, again: "seen" },
    { done: false, again: "claim" },
    { done: false, again: "named" },
  ];
  expect(answersFrom(answersAsNumbers(answers))).toEqual(answers);
});
