import { describe, expect, test } from "vitest";
import { openBreaker } from "./index.ts";

const DEFINITION = { failures: 3, windowMs: 60_000, pauseMs: 10_000 };

function breaker() {
  let at = 0;
  const made = openBreaker(DEFINITION, () => at);
  return {
    ...made,
    after: (ms: number) => {
      at += ms;
    },
    fails: (times: number) => {
      for (let one = 0; one < times; one += 1) if (made.enter() === null) made.left("badly");
    },
  };
}

describe("a breaker", () => {
  test("opens after so many failures in its window, and says for how long", () => {
    const one = breaker();
    one.fails(2);
    expect(one.enter()).toBeNull();
    one.left("badly");
    expect(one.state()).toBe("open");
    one.after(4_000);
    expect(one.enter()).toEqual({ ms: 6_000, why: "it failed 3 times in a short while" });
  });

  test("does not open where failures are further apart than its window", () => {
    const one = breaker();
    for (let times = 0; times < 10; times += 1) {
      one.fails(1);
      one.after(31_000);
    }
    expect(one.state()).toBe("closed");
  });

  test("does not open where more goes well than badly", () => {
    const one = breaker();
    for (let times = 0; times < 10; times += 1) {
      one.fails(1);
      for (let more = 0; more < 2; more += 1) {
        one.enter();
        one.left("well");
      }
    }
    expect(one.state()).toBe("closed");
  });

  test("lets one through when its pause is over, and closes when that goes well", () => {
    const one = breaker();
    one.fails(3);
    one.after(10_000);
    expect(one.state()).toBe("half-open");
    expect(one.enter()).toBeNull();
    expect(one.enter()?.why).toContain("is being tried again");
    one.left("well");
    expect(one.state()).toBe("closed");
    one.fails(2);
    expect(one.state()).toBe("closed");
  });

  test("pauses twice as long each time that trial goes badly, up to ten times the first", () => {
    const one = breaker();
    one.fails(3);
    const pauses: number[] = [];
    for (let times = 0; times < 6; times += 1) {
      const ms = one.enter()?.ms ?? 0;
      pauses.push(ms);
      one.after(ms);
      one.fails(1);
    }
    expect(pauses).toEqual([10_000, 20_000, 40_000, 80_000, 100_000, 100_000]);
  });

  test("tries again after a trial that was stopped", () => {
    const one = breaker();
    one.fails(3);
    one.after(10_000);
    expect(one.enter()).toBeNull();
    one.left("neither");
    expect(one.enter()).toBeNull();
  });

  test("takes no notice of answers to what was asked before it opened", () => {
    const one = breaker();
    one.enter();
    one.fails(3);
    one.left("badly");
    one.left("well");
    expect(one.state()).toBe("open");
  });
});
