import { describe, expect, test } from "vitest";
import { workflow as workflowOf } from "../../../test/given/workflow.ts";
import type { JsonObject } from "../../core/json.ts";
import { noticesOf } from "./notice.ts";

const workflow = workflowOf(`
name: refund
owner: wing
steps: [{ id: pay, agent: bank, approve: refund-manager }]
`);

function told(type: string, data: JsonObject, tellsDeciders = true) {
  const happening = { run: "wf_test", seq: 7, at: 0, type, step: "pay", actor: "x", data };
  return noticesOf(happening, { workflow, isSub: false, tellsDeciders }).map(
    ({ event, to, body }) => ({ event, to: to.recipients, channel: to.channel, text: body.text }),
  );
}

const gate = { ask: "Refund Ada Leung?", from: ["ana", "ben"], terms: {} };

describe("who decides", () => {
  test("is told when a gate of a chain opens, goes on, is edited, reminds and escalates", () => {
    const opened = told("step.started", { gate });
    expect(opened).toMatchObject([
      { event: "approval_needed", to: ["ana", "ben"], channel: "approvals" },
    ]);
    // Mail goes where others read it too: the matter itself is not in it.
    expect(opened[0]?.text).not.toContain("Ada");
    expect(opened[0]?.text).toContain("waits for a decision at pay");
    for (const type of ["gate.opened", "gate.edited"])
      expect(told(type, { gate })).toMatchObject([{ to: ["ana", "ben"] }]);
    expect(told("gate.reminded", { to: ["ben"] })).toMatchObject([{ to: ["ben"] }]);
    expect(told("gate.escalated", { to: "director", from: ["wing"] })).toMatchObject([
      { event: "escalated", to: ["wing"] },
    ]);
    expect(told("gate.advanced", { from: ["fay"] })).toMatchObject([{ to: ["fay"] }]);
  });

  test("is told of through the owner when the glass was broken", () => {
    expect(told("gate.overridden", { voter: "dot" })).toMatchObject([{ to: ["wing"] }]);
  });

  test("is told of nothing where the company has no channel for it, or the file names people itself", () => {
    expect(told("step.started", { gate }, false)).toEqual([]);
    const { terms: _terms, ...plain } = gate;
    expect(told("step.started", { gate: plain })).toEqual([]);
  });
});
