import { describe, expect, test } from "vitest";
import { given } from "../../../test/given/run.ts";
import { INLINE_BYTES_MOST } from "./draft.ts";

const LARGE = "x".repeat(INLINE_BYTES_MOST);

describe("a large value", () => {
  test("M7 stands in the log by its digest, and its content beside the events", () => {
    const run = given("steps: [{ id: paid, wait: { event: payment } }]").start();
    run.tell({ type: "arrived", key: run.listen("paid").key, payload: { LARGE }, source: "bank" });
    const [finished] = run.events("step.finished");
    expect(finished?.output).toMatchObject({ bytes: JSON.stringify({ LARGE }).length });
    expect(JSON.stringify(run.log())).not.toContain(LARGE);
    expect(run.output("paid")).toEqual({ LARGE });
  });

  test("is read by what follows in the same decision", () => {
    const run = given(`
      steps:
        - { id: paid, wait: { event: payment }, outputs: { note: string } }
        - { id: thank, agent: mailer, when: size($paid.note) > 10 }
    `).start();
    const { key } = run.listen("paid");
    run.tell({ type: "arrived", key, payload: { note: LARGE }, source: "bank" });
    expect(run.inFlight()).toEqual(["thank"]);
  });
});
