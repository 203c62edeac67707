import { describe, expect, test } from "vitest";
import { serving, TOOLS } from "../../../../test/given/serving.ts";
import { wrote } from "../../../../test/given/tools.ts";

describe("what was written and can be taken back", () => {
  const UNDO = { tool: "refund.cancel", args: { id: "re_1" } };
  const tools = { ...TOOLS, "refund.cancel": { effects: "idempotent" } } as const;

  test("is taken back by a rollback, newest first, by a use of its own that is judged", () => {
    const text = "steps: [{ id: serve, agent: support }, { id: late, agent: support }]";
    const run = serving({ tools }, text);
    run.uses("serve", "refund.create");
    run.used("serve", wrote("re_1", UNDO));
    run.uses("serve", "note.write");
    run.used("serve", wrote("n1", { tool: "note.write", args: { text: "" } }));
    run.does("serve");
    run.tell({ type: "cancel", why: "", rollback: true });
    expect(run.asked("!undo/1")).toMatchObject({ tool: "note.write", inputs: { text: "" } });
    run.uses("!undo/1", "note.write", { args: { text: "" } });
    run.used("!undo/1", wrote("n1"));
    run.does("!undo/1");
    expect(run.asked("!undo/2")).toMatchObject({ tool: "refund.cancel", inputs: UNDO.args });
    run.uses("!undo/2", "refund.cancel", { args: UNDO.args });
    run.used("!undo/2", wrote("re_1"));
    run.does("!undo/2");
    expect(run.status()).toBe("rolled back");
  });

  test("is left to the step's own way to undo it, where its author says one", () => {
    const text =
      "steps: [{ id: serve, agent: support, compensate: { agent: other } }, { id: late, agent: support }]";
    const run = serving({ tools }, text);
    run.uses("serve", "refund.create");
    run.used("serve", wrote("re_1", UNDO));
    run.does("serve");
    run.tell({ type: "cancel", why: "", rollback: true });
    expect(run.asked("!undo/1").tool).toBeUndefined();
    run.does("!undo/1");
    expect(run.status()).toBe("rolled back");
  });
});
