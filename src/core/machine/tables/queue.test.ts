import { array, assert, boolean, nat, property, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { emptyQueue, first, join, leave } from "./queue.ts";

describe("a queue", () => {
  test("serves who came first, whoever left it from the middle", () => {
    assert(
      property(array(tuple(boolean(), nat(40)), { maxLength: 200 }), (acts) => {
        let queue = emptyQueue<string>();
        let waiting: { readonly ticket: number; readonly name: string }[] = [];
        for (const [joins, number] of acts) {
          if (joins) {
            waiting.push({ ticket: queue.tail, name: `step ${queue.tail}` });
            queue = join(queue, `step ${queue.tail}`);
          } else {
            const leaving = waiting[number % Math.max(1, waiting.length)];
            if (leaving !== undefined) queue = leave(queue, leaving.ticket);
            waiting = waiting.filter((one) => one !== leaving);
          }
          expect(first(queue)).toBe(waiting[0]?.name);
          expect(queue.waiting.size).toBe(waiting.length);
        }
      }),
    );
  });

  test("that was left is as it was", () => {
    const queue = join(join(emptyQueue<string>(), "a"), "b");
    expect(first(leave(queue, 0))).toBe("b");
    expect(first(queue)).toBe("a");
  });

  test("is not left by a ticket that was never drawn, or has left before", () => {
    const queue = join(emptyQueue<string>(), "a");
    expect(first(leave(queue, 7))).toBe("a");
    expect(first(leave(leave(queue, 0), 0))).toBeUndefined();
  });
});
