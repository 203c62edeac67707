import { expect, test } from "vitest";
import { given } from "../../../../test/given/run.ts";
import { type GivenTool, previewOf, wrote } from "../../../../test/given/tools.ts";
import { get } from "../index.ts";

const TOOLS = {
  "refund.create": {
    effects: "ask",
    verdict: "ask",
    verifies: true,
    chain: { from: ["dana", "eli"], need: 1, dueMs: null, edit: { amount: "decrease" } },
  },
} satisfies Record<string, GivenTool>;

const ASKED = { args: { amount: 640 }, preview: previewOf(0, 640) };

test("M8 what a decider has changed is what is written, and what is looked at again", () => {
  const text = "steps: [{ id: serve, agent: support }]";
  const run = given(text, { agents: { support: "pure" }, tools: TOOLS }).start();
  run.uses("serve", "refund.create", ASKED);
  const { key } = run.gate("serve");
  const open = get(run.run().open, key);
  if (open?.type !== "gate") throw new Error("Nobody is asked.");
  const { digest } = open.gate;
  run.tell({ type: "edit", key, digest, changes: { amount: 300 }, reason: "Less." }, "dana");

  const shown = run.events("gate.edited")[0]?.gate;
  expect(shown?.show).toMatchObject({ args: { amount: 300 }, preview: { before: 0 } });
  expect(shown?.show).not.toHaveProperty("preview.after");
  expect(shown?.evidence?.difference ?? null).toBeNull();
  expect(shown?.evidence?.missing.join()).toMatch(/how the record would be/);

  run.vote("serve", "dana");
  run.uses("serve", "refund.create", ASKED);
  expect(run.owes("use")).toMatchObject([{ do: "perform", args: { value: { amount: 300 } } }]);
  run.used("serve", wrote("re_1"));
  expect(run.owes("use")).toMatchObject([{ do: "verify", args: { value: { amount: 300 } } }]);
});

test("U4 what a decider has changed holds also when the record has changed since: people are asked about that", () => {
  const text = "steps: [{ id: serve, agent: support }]";
  const run = given(text, { agents: { support: "pure" }, tools: TOOLS }).start();
  run.uses("serve", "refund.create", ASKED);
  const { key } = run.gate("serve");
  const open = get(run.run().open, key);
  if (open?.type !== "gate") throw new Error("Nobody is asked.");
  const { digest } = open.gate;
  run.tell({ type: "edit", key, digest, changes: { amount: 700 }, reason: "More." }, "dana");
  run.vote("serve", "eli");

  const late = { ...ASKED, preview: previewOf(5, 645) };
  const [voided, judged] = run.uses("serve", "refund.create", late);
  expect(voided).toMatchObject({ type: "gate.voided" });
  expect(judged).toMatchObject({ edited: { amount: 700 }, args: { value: { amount: 700 } } });
  const again = get(run.run().open, run.gate("serve").key);
  if (again?.type !== "gate") throw new Error("Nobody is asked.");
  expect(again.gate.show).toMatchObject({ args: { amount: 700 } });
  // Who has changed it asks for it still.
  expect(again.gate.terms?.editors).toEqual(["dana"]);
  run.vote("serve", "eli");
  run.crashes();
  run.uses("serve", "refund.create", late);
  expect(run.owes("use")).toMatchObject([{ args: { value: { amount: 700 } } }]);
  run.used("serve", wrote("re_1"));
  run.tell({ type: "verified", key: run.use("serve").key, ok: true });
  expect(run.standing("serve", "refund.create", ASKED)).toMatchObject({
    done: { outcome: "ok", edited: { amount: 700 } },
  });
});
