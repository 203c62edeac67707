import { describe, expect, test } from "vitest";
import type { CallRate } from "../../core/definition/index.ts";
import { virtualClock } from "../../testing/index.ts";
import { type CallLimit, openCallRates } from "./index.ts";

const limit = (
  callsMost: number,
  otherwise: CallRate["otherwise"] = "wait",
  name = "agent a",
): CallLimit => ({ name, of: name, rate: { callsMost, otherwise } });

function rates() {
  const clock = virtualClock();
  const began: string[] = [];
  const made = openCallRates<string>(clock, (caller) => {
    began.push(caller);
    const pass = passes.get(caller);
    if (pass !== undefined) made.begun(pass);
  });
  const passes = new Map<string, ReturnType<typeof made.enter>>();
  return {
    ...made,
    clock,
    began,
    passes,
    asks: (caller: string, ...limits: CallLimit[]) => {
      const pass = made.enter(caller, limits);
      passes.set(caller, pass);
      if (pass.state === "admitted") {
        began.push(caller);
        made.begun(pass);
      }
      return pass;
    },
  };
}

describe("a limit of calls a minute", () => {
  test("lets so many begin in any minute, the others later in their order", async () => {
    const { asks, began, clock } = rates();
    for (const caller of ["1", "2"]) asks(caller, limit(2));
    await clock.advance(30_000);
    for (const caller of ["3", "4", "5"]) asks(caller, limit(2));
    expect(began).toEqual(["1", "2"]);
    await clock.advance(29_999);
    expect(began).toEqual(["1", "2"]);
    await clock.advance(1);
    expect(began).toEqual(["1", "2", "3", "4"]);
    await clock.advance(60_000);
    expect(began).toEqual(["1", "2", "3", "4", "5"]);
  });

  test("forgets nobody who waits when the clock is put forward", () => {
    let now = 0;
    const alarms: { readonly due: number; readonly call: () => void; isOff: boolean }[] = [];
    const clock = {
      now: () => now,
      after: (ms: number, call: () => void) => {
        const alarm = { due: ms, call, isOff: false };
        alarms.push(alarm);
        return () => {
          alarm.isOff = true;
        };
      },
    };
    const admitted: string[] = [];
    const made = openCallRates<string>(clock, (caller) => admitted.push(caller));
    made.begun(made.enter("1", [limit(1)]));
    made.enter("2", [limit(1)]);
    now += 3_600_000;
    made.enter("3", [limit(1)]);
    for (const { call } of alarms.filter(({ isOff }) => !isOff)) call();
    expect(admitted).toEqual(["2"]);
  });

  test("never lets more begin in any minute, however they come", async () => {
    const { asks, began, clock } = rates();
    const at: number[] = [];
    for (let time = 0; time < 300; time += 1) {
      asks(String(time), limit(7));
      await clock.advance((time * 7919) % 2_000);
      while (at.length < began.length) at.push(clock.now());
    }
    expect(began.length).toBeGreaterThan(30);
    expect(began).toEqual([...began].sort((one, two) => Number(one) - Number(two)));
    const most = Math.max(
      ...at.map((from) => at.filter((one) => one >= from && one < from + 58_000).length),
    );
    expect(most).toBe(7);
  });

  test("says what one waits for, and until when", () => {
    const { asks, waitsFor, clock } = rates();
    asks("1", limit(1));
    const two = asks("2", limit(1));
    expect(waitsFor(two)).toEqual({ limit: limit(1), until: clock.now() + 60_000 });
  });

  test("of two limits both hold, and one that is waited for holds nothing of the other", async () => {
    const { asks, began, clock } = rates();
    const run = limit(1, "wait", "run");
    asks("1", run, limit(2));
    asks("2", run, limit(2));
    asks("3", limit(2));
    expect(began).toEqual(["1", "3"]);
    await clock.advance(60_000);
    expect(began).toEqual(["1", "3", "2"]);
  });

  test("is not waited for where it says skip or error", () => {
    const { asks, clock } = rates();
    asks("1", limit(1, "error"));
    expect(asks("2", limit(1, "error")).refusal).toEqual({
      limit: limit(1, "error"),
      until: clock.now() + 60_000,
    });
  });

  test("gives the room of one who leaves before it begins to the next", () => {
    const { enter, left, began } = rates();
    const one = enter("1", [limit(1)]);
    const two = enter("2", [limit(1)]);
    expect([one.state, two.state]).toEqual(["admitted", "waiting"]);
    left(one);
    expect([two.state, began]).toEqual(["admitted", ["2"]]);
  });

  test("forgets one who leaves while it waits", async () => {
    const { asks, left, began, clock } = rates();
    asks("1", limit(1));
    left(asks("2", limit(1)));
    asks("3", limit(1));
    await clock.advance(60_000);
    expect(began).toEqual(["1", "3"]);
  });

  test("counts as many calls as one says that it made", async () => {
    const { asks, made, began, clock } = rates();
    made(asks("1", limit(3)), 2);
    asks("2", limit(3));
    expect(began).toEqual(["1"]);
    await clock.advance(60_000);
    expect(began).toEqual(["1", "2"]);
  });
});
