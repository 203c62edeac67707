import { describe, expect, test } from "vitest";
import type { Envelope } from "../audit/index.ts";
import { instantOf } from "../instant.ts";
import { MusterError } from "../problem.ts";
import type { Event } from "./event.ts";
import { draftOf, eventOf } from "./written.ts";

const AT = 1_765_533_600_000;

/** As a store does it, without the chain. */
function stored(event: Event): Envelope {
  const { at, ...draft } = draftOf(event);
  return { ...draft, v: 1, id: `wf_test.${draft.seq}`, at: instantOf(at) } as unknown as Envelope;
}

const EVENTS: readonly Event[] = [
  { type: "step.started", path: "", slot: 0, seq: 2, at: AT, by: "muster" },
  { type: "run.resumed", seq: 3, at: AT, by: "ana", end: true, settled: true },
  {
    type: "step.finished",
    path: "setup/welcome[3]",
    outcome: "completed",
    output: { value: { id: 7 } },
    closes: 2,
    seq: 4,
    at: AT + 1,
    by: "agent:mailer",
  },
  { type: "timer.ended", key: 3, seq: 5, at: AT, by: "timer" },
];

describe("a written event", () => {
  test("is read back as it was", () => {
    for (const event of EVENTS) expect(eventOf(stored(event))).toEqual(event);
  });

  test("says who did it, and keeps path and author out of its data", () => {
    expect(draftOf(EVENTS[2]!)).toEqual({
      seq: 4,
      at: AT + 1,
      type: "step.finished",
      step: "setup/welcome[3]",
      actor: { kind: "agent", id: "mailer" },
      data: { outcome: "completed", output: { value: { id: 7 } }, closes: 2 },
    });
    expect(draftOf(EVENTS[1]!).actor).toEqual({ kind: "human", id: "ana" });
    expect(draftOf(EVENTS[3]!).actor).toEqual({ kind: "system", id: "timer" });
  });

  test("of a type from a later version is refused with the mend", () => {
    const later = { ...stored(EVENTS[1]!), type: "run.teleported" };
    expect(() => eventOf(later)).toThrow(MusterError);
    expect(() => eventOf(later)).toThrow(/does not know/);
  });
});
