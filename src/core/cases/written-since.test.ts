import { expect, test } from "vitest";
import type { CaseId } from "../id.ts";
import { type Case, noCase } from "./case.ts";
import { WRITTEN_MOST, writtenSince } from "./index.ts";

const message = (at: number, more: object = {}) => ({
  key: at,
  id: `m${at}`,
  at,
  from: "4711",
  channel: "mail",
  text: `Words of ${at}.`,
  trust: "customer" as const,
  isOurs: false,
  attachments: [],
  ...more,
});

function caseWith(change: Partial<Case>): Case {
  return { ...noCase("cs_seven" as CaseId), ...change };
}

test("what was written in a case since a moment is what came from outside, the oldest first", () => {
  const request = { ...message(6), requester: "4712", source: "customer", type: null, about: {} };
  const now = caseWith({
    conversation: [message(3), message(5), message(8, { isOurs: true, text: "Ours." }), message(9)],
    requests: [
      { ...request, state: "bound", missing: [], unclear: null, movedTo: null },
      { ...request, at: 7, state: "moved", missing: [], unclear: null, movedTo: null },
    ] as unknown as Case["requests"],
  });
  const found = writtenSince(now, 4);
  expect(found.map(({ at, from }) => `${at} ${from}`)).toEqual(["5 4711", "6 4712", "9 4711"]);
  expect(Object.keys(found[0] ?? {})).toEqual(["at", "from", "channel", "trust", "text"]);
  expect(writtenSince(now, 9)).toEqual([]);
});

test("M7 at most so much of it is given, the newest", () => {
  const all = Array.from({ length: WRITTEN_MOST + 5 }, (_, at) => message(at + 1));
  const found = writtenSince(caseWith({ conversation: all }), 0);
  expect(found).toHaveLength(WRITTEN_MOST);
  expect(found.at(-1)?.at).toBe(WRITTEN_MOST + 5);
});
