/** Inputs are transformed where they are written: pick, map, filter, join, format. */
import { describe, expect, test } from "vitest";
import type { Json } from "../../json.ts";
import { compileTemplate, evaluateTemplate } from "../index.ts";

const params: Json = {
  orders: [
    { id: 1, customer: "ada", total: 30, note: "x" },
    { id: 2, customer: "bo", total: 5, note: "y" },
    { id: 3, customer: "ada", total: 7, note: "z" },
  ],
  customers: [
    { customer: "ada", city: "Bergen" },
    { customer: "cy", city: "Rome" },
  ],
  batches: [[1, 2], [2, 3], 4],
};

describe("an input", () => {
  test.each<readonly [string, Json]>([
    ["$params.customers[0].pick(['city', 'absent'])", { city: "Bergen" }],
    ["$params.orders.pick(['id'])", [{ id: 1 }, { id: 2 }, { id: 3 }]],
    ["$params.orders.map(o, o.total)", [30, 5, 7]],
    ["$params.orders.filter(o, o.total > 6).map(o, o.id)", [1, 3]],
    ["$params.orders.map(o, o.customer).distinct().join(', ')", "ada, bo"],
    [
      "$params.orders.joinOn(params.customers, 'customer').pick(['id', 'city'])",
      [
        { id: 1, city: "Bergen" },
        { id: 3, city: "Bergen" },
      ],
    ],
    ["$params.batches.flatten()", [1, 2, 2, 3, 4]],
    ["$'%s has %s orders, 100%%'.format(['Ada', 2])", "Ada has 2 orders, 100%"],
    ["Order ${params.orders[0].id} of ${params.orders[0].customer}", "Order 1 of ada"],
  ])("written as %s is transformed", (written, value) => {
    expect(given(written)).toEqual({ kind: "value", value });
  });

  test.each([
    ["$'%s'.format([1, 2])", "format has 1 places (%s) and is given 2 values"],
    ["$params.batches.pick(['a'])", "pick of a list takes objects; one is a list"],
    ["$params.orders.joinOn([1], 'id')", "joinOn takes lists of objects; one is a number"],
    ["$params.orders.pick([1])", "pick takes names; one is a number"],
  ])("written as %s says what is wrong", (written, message) => {
    expect(given(written)).toEqual({ kind: "fault", message: expect.stringContaining(message) });
  });
});

function given(written: string) {
  const template = compileTemplate(written, { params: null } as never);
  if ("problems" in template) throw new Error(JSON.stringify(template.problems));
  return evaluateTemplate(template, {
    name: (name) => (name === "params" ? params : undefined),
    step: () => undefined,
  });
}
