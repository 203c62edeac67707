import { describe, expect, test } from "vitest";
import { type Given, given, RUN } from "../../../../test/given/run.ts";
import { type GivenTool, read, wrote } from "../../../../test/given/tools.ts";
import { workflow } from "../../../../test/given/workflow.ts";
import type { Digest, RunId } from "../../id.ts";
import type { EffectClass } from "../event.ts";
import { failure } from "../failure.ts";
import { absent } from "../run.ts";
import { planFork } from "./fork.ts";
import { pastOf } from "./past.ts";

const HASH = `sha256:${"0".repeat(64)}` as Digest;
const TOOLS = {
  "order.read": { effects: "pure" },
  "note.write": { effects: "idempotent" },
  "refund.pay": { effects: "ask" },
  "refund.ask": {
    effects: "ask",
    verdict: "ask",
    chain: { from: ["dana"], need: 1, dueMs: null },
  },
} satisfies Record<string, GivenTool>;
const TEXT = "steps: [{ id: look, agent: reader }, { id: serve, agent: support }]";
const FAILS = `steps: [{ id: look, agent: reader }, { id: serve, agent: support, error_strategy: fail_immediately }]`;

function world(effects: EffectClass) {
  return { agents: { support: effects, reader: "pure" }, tools: TOOLS } as const;
}

function serving(effects: EffectClass, text = TEXT): Given {
  const run = given(text, world(effects)).start();
  run.does("look");
  return run;
}

type Ask = {
  readonly at?: number;
  readonly text?: string;
  readonly retryFailed?: boolean;
  /** Of the source, where it is itself a fork. */
  readonly id?: RunId;
};

function forked(source: Given, effects: EffectClass, ask: Ask = {}): Given {
  const { at = source.run().seq, text = TEXT, retryFailed = false, id = RUN } = ask;
  const past = pastOf(source.log(), {
    from: absent(id, workflow(text)),
    at,
    read: source.facts.read,
  });
  if ("before" in past) throw new Error(`${at} is no end of a decision.`);
  const plan = planFork(past, { params: {}, retryFailed, read: source.facts.read });
  if ("code" in plan) throw new Error(plan.message);
  const fork = given(text, world(effects));
  fork.tell({
    type: "start",
    definition: workflow(text).digest,
    params: {},
    parent: null,
    from: { source: { run: id, seq: at, hash: HASH }, inheritance: plan.inheritance },
  });
  expect(plan.doubts).toBe(fork.events("exception.raised").length);
  return fork;
}

const UNKNOWN = { kind: "unknown", error: failure("lost", "Silence.") } as const;

describe("a fork of a run whose agent waits for people", () => {
  test.each(["pure", "idempotent"] as const)("does %s work again that only read", (effects) => {
    const source = serving(effects);
    source.uses("serve", "order.read");
    source.used("serve", read(1));
    source.uses("serve", "refund.ask");
    expect(source.events("attempt.suspended")).toHaveLength(1);
    const fork = forked(source, effects);
    expect(fork.inFlight()).toEqual(["serve"]);
    expect(fork.events("exception.raised")).toEqual([]);
  });

  test("M9 gives an `ask` that was begun to a person, also when its next attempt is not begun", () => {
    const source = serving("ask");
    source.begins("serve");
    source.uses("serve", "refund.ask");
    const waiting = forked(source, "ask");
    expect(waiting.inFlight()).toEqual([]);
    expect(waiting.exception("serve").why).toBe("unknown");
    expect(waiting.exception("serve").error).toContain("was begun and waited for people");
    source.vote("serve", "dana");
    const decided = forked(source, "ask");
    expect(decided.exception("serve").error).toContain("was begun and waited for people");
    decided.tell({ type: "retry", key: decided.exception("serve").key });
    decided.does("serve");
    expect(decided.status()).toBe("completed");
  });

  test("gives what it had written to a person, and says which tool, where and when", () => {
    const source = serving("pure");
    source.uses("serve", "refund.pay");
    source.used("serve", wrote({ id: 1 }));
    source.uses("serve", "refund.ask");
    const fork = forked(source, "pure");
    expect(fork.inFlight()).toEqual([]);
    const { seq = 0 } = source.events("writeback.committed")[0] ?? {};
    const { error, why } = fork.exception("serve");
    expect(why).toBe("unknown");
    expect(error).toContain(`refund.pay was committed in ${RUN} at `);
    expect(error).toContain(`(event ${seq})`);
    const again = forked(fork, "pure", { id: fork.run().id });
    expect(again.exception("serve").error).toBe(error);
  });

  test("from before it wrote anything begins it anew", () => {
    const source = serving("pure");
    const at = source.run().seq;
    source.uses("serve", "refund.pay");
    source.used("serve", wrote({ id: 1 }));
    expect(forked(source, "pure", { at }).inFlight()).toEqual(["serve"]);
  });
});

describe("a fork of a run whose step was writing through a tool", () => {
  test("gives it to a person, unless its source knows since that nothing was written", () => {
    const source = serving("pure");
    source.uses("serve", "refund.pay");
    const at = source.run().seq;
    const begun = forked(source, "pure", { at });
    expect(begun.exception("serve").error).toContain("refund.pay was begun in");
    source.used("serve", { kind: "failed", error: failure("refused", "No."), certain: true });
    expect(forked(source, "pure", { at }).inFlight()).toEqual(["serve"]);
    expect(forked(source, "pure").inFlight()).toEqual(["serve"]);
  });

  test("gives it to a person where nobody knows what became of the write", () => {
    const source = serving("pure");
    source.uses("serve", "refund.pay");
    source.used("serve", UNKNOWN);
    const fork = forked(source, "pure");
    expect(fork.exception("serve").error).toContain("nobody knows whether it was done");
  });
});

describe("a fork of a run whose step has written and then failed", () => {
  const failed = (text: string): Given => {
    const source = serving("pure", text);
    source.uses("serve", "note.write");
    source.used("serve", wrote({ id: 1 }));
    source.fails("serve", "invalid_input_data");
    return source;
  };

  test("asks a person before it is done again under new keys", () => {
    const source = failed(FAILS);
    expect(source.status()).toBe("failed");
    const fork = forked(source, "pure", { text: FAILS });
    expect(fork.inFlight()).toEqual([]);
    expect(fork.exception("serve").error).toContain("note.write was committed in");
    fork.tell({ type: "retry", key: fork.exception("serve").key });
    fork.uses("serve", "note.write");
    expect(fork.events("writeback.started")).toHaveLength(1);
  });

  test("asks nobody where it only read", () => {
    const source = serving("pure", FAILS);
    source.uses("serve", "order.read");
    source.used("serve", read(1));
    source.fails("serve", "invalid_input_data");
    expect(forked(source, "pure", { text: FAILS }).inFlight()).toEqual(["serve"]);
  });

  test("leaves one that was degraded as it is, and asks when it is to be tried again", () => {
    const text = `
      steps:
        - { id: look, agent: reader }
        - { id: serve, agent: support, optional: true, error_strategy: fail_immediately }
        - { id: end, agent: reader }
    `;
    const source = failed(text);
    expect(source.inFlight()).toEqual(["end"]);
    expect(forked(source, "pure", { text }).inFlight()).toEqual(["end"]);
    const again = forked(source, "pure", { text, retryFailed: true });
    expect(again.exception("serve").error).toContain("note.write was committed in");
    expect(again.inFlight()).toEqual([]);
  });
});
