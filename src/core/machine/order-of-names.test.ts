import { describe, expect, test } from "vitest";
import { given } from "../../../test/given/run.ts";

/** The log keeps the names of an object in order; an agent may give them in any. */
describe("the order of names in a value", () => {
  const asks = (order: object) =>
    given(`
      parameters: { order: {} }
      steps:
        - { id: pay, agent: payer, approve: true, inputs: { order: $params.order, said: "about \${params.order}" } }
    `).start({ order } as never);
  const one = asks({ b: 1, a: { d: 2, c: 3 } });
  const other = asks({ a: { c: 3, d: 2 }, b: 1 });

  test("makes no other action of what people approve", () => {
    expect(one.gate("pay").digest).toBe(other.gate("pay").digest);
  });

  test("makes no other text of it", () => {
    one.vote("pay", "ana");
    other.vote("pay", "ana");
    expect(one.asked("pay").inputs["said"]).toBe('about {"a":{"c":3,"d":2},"b":1}');
    expect(other.asked("pay").inputs["said"]).toBe(one.asked("pay").inputs["said"]);
  });
});
