import { expect, test } from "vitest";
import { given } from "../../../test/given/run.ts";

test("x", () => {
  const run = given(`
    steps:
      - { id: a, agent: x, outputs: { n: number } }
      - { id: b, agent: y, inputs: { n: $a.n } }
  `).start();
  console.log(run.inFlight(), run.log());
  const [p] = run.inFlight();
  run.does(p!, { n: "12" });
  console.log(run.log().at(-2), run.run().frames);
  run.does(run.inFlight()[0]!);
  expect(run.status()).toBe("completed");
});
