import { describe, expect, test } from "vitest";
import { HOUR, MANAGER_OF, REFUND, ROLES } from "../../../../test/given/approval.ts";
import type { World } from "../../../../test/given/facts.ts";
import { fold, type Given, given } from "../../../../test/given/run.ts";
import type { Digest } from "../../id.ts";
import { get } from "../index.ts";

const PAY = `
  owner: wing
  parameters: { amount: 640 }
  steps:
    - id: pay
      agent: bank
      task: Pay it.
      inputs: { refund: { amount: $params.amount }, text: Sorry. }
      approve: refund-manager
      retry: { jitter: false }
`;

type Changing = { -readonly [Name in keyof World]: World[Name] };

function paying(more: Partial<World> = {}, by = "rita"): { run: Given; world: Changing } {
  const world: Changing = {
    agents: { bank: "idempotent" },
    teams: { ...ROLES },
    managers: MANAGER_OF,
    chains: { "refund-manager": REFUND },
    ...more,
  };
  const run = given(PAY, world);
  const origin = { amount: "given" };
  const started = { params: { amount: 640 }, parent: null, origin } as const;
  run.tell({ type: "start", definition: run.run().workflow.digest, ...started }, by);
  return { run, world };
}

function shown(run: Given): { key: number; digest: Digest; presented: Digest } {
  const { key } = run.gate("pay");
  const open = get(run.run().open, key);
  if (open?.type !== "gate" || open.gate.terms === undefined) throw new Error("No chain is asked.");
  return { key, digest: open.gate.digest, presented: open.gate.terms.presented };
}

describe("an approval by a chain of the map", () => {
  test("is asked of whom the chain names, until its time, and not of who asks", () => {
    const { run } = paying();
    expect(run.events("step.started")[0]?.gate).toMatchObject({
      chain: "refund-manager",
      from: ["ana", "ben"],
      due: run.at() + 4 * HOUR,
      terms: { parties: { requesters: ["rita"], owners: ["wing"], agent: "bank" } },
    });
    const own = paying({}, "ana").run;
    expect(
      own.refused({ type: "vote", ...shown(own), allow: true, reason: "" }, "ana").message,
    ).toBe("ana may not decide this: ana asks for it.");
    run.vote("pay", "ana");
    expect(run.inFlight()).toEqual(["pay"]);
  });

  test("is what the file says where the map has no such chain", () => {
    const { run } = paying({ chains: {} });
    expect(run.events("step.started")[0]?.gate).toEqual({
      ask: 'May "Pay it." be done?',
      chain: "refund-manager",
      digest: expect.any(String),
      from: [],
      need: 1,
      show: { refund: { amount: 640 }, text: "Sorry." },
    });
    run.vote("pay", "rita");
    expect(run.inFlight()).toEqual(["pay"]);
  });

  test("is used up when the step begins, once for all its attempts", () => {
    const { run } = paying();
    run.vote("pay", "ana");
    const types = run.log().map(({ type }) => type);
    expect(types.slice(-3)).toEqual(["gate.closed", "gate.consumed", "attempt.started"]);
    run.fails("pay", "network_timeout");
    run.after(60_000);
    expect(run.attempt("pay")).toMatchObject({ attempt: 2 });
    expect(run.events("gate.consumed")).toHaveLength(1);
    run.does("pay");
    expect(run.status()).toBe("completed");
    expect(run.run().granted?.size).toBe(0);
  });

  test("is asked anew when a person orders the step again", () => {
    const { run } = paying();
    run.vote("pay", "ana");
    run.fails("pay", { class: "critical", kind: "crashed", message: "No." });
    run.tell({ type: "retry", path: "pay" }, "wing");
    expect(run.inFlight()).toEqual([]);
    run.vote("pay", "ben");
    expect(run.inFlight()).toEqual(["pay"]);
    expect(run.events("gate.consumed")).toHaveLength(2);
  });

  test("holds no more when its voters, its chain or its action are others by the time it begins", () => {
    const late = (change: (world: Changing) => void, told: "resume" | null = "resume"): Given => {
      const { run, world } = paying();
      run.tell({ type: "pause", why: "" });
      run.vote("pay", "ana");
      change(world);
      if (told !== null) run.tell({ type: "resume" });
      return run;
    };
    const revoked = late((world) => {
      world.teams = { ...ROLES, manager: ["ben"] };
    });
    expect(revoked.inFlight()).toEqual([]);
    expect(revoked.events("gate.voided")).toMatchObject([{ how: "voter" }]);
    revoked.vote("pay", "ben");
    expect(revoked.inFlight()).toEqual(["pay"]);
    const other = late((world) => {
      world.chains = { "refund-manager": { ...REFUND, digest: "chain-2" } };
    });
    expect(other.events("gate.voided")).toMatchObject([{ how: "chain" }]);
    expect(other.gate("pay").from).toEqual(["ana", "ben"]);
    const same = late(() => undefined);
    expect(same.inFlight()).toEqual(["pay"]);
  });

  test("kill switch stops allowed approvals", () => {
    let stopped: string | null = null;
    const { run } = paying({ stopped: () => stopped });
    run.tell({ type: "pause", why: "" });
    run.vote("pay", "ana");
    stopped = "wing stopped all: Look first.";
    run.tell({ type: "resume" });
    expect(run.inFlight()).toEqual([]);
    expect(run.events("gate.consumed")).toEqual([]);
    expect(run.exception("pay").error).toBe(
      "It was allowed, and is stopped: wing stopped all: Look first.",
    );
    stopped = null;
    run.tell({ type: "retry", path: "pay" }, "wing");
    expect(run.inFlight()).toEqual(["pay"]);
    expect(run.events("gate.consumed")).toHaveLength(1);
  });

  test("that is edited does what was edited, and asks the others", () => {
    const { run } = paying();
    const { key, digest } = shown(run);
    const edit = { type: "edit", key, digest, reason: "As agreed." } as const;
    run.tell({ ...edit, changes: { "refund.amount": 700 } }, "ana");
    expect(run.refused({ type: "vote", ...shown(run), allow: true, reason: "" }, "ana").code).toBe(
      "not-allowed",
    );
    run.vote("pay", "ben");
    expect(run.asked("pay").inputs).toEqual({ refund: { amount: 700 }, text: "Sorry." });
    const again = fold(run.run().workflow, run.log());
    expect(again.frames).toEqual(run.run().frames);
  });

  test("timeout rejects/escalates, never approves", () => {
    const { run } = paying();
    run.after(2 * HOUR);
    expect(run.events("gate.reminded")).toMatchObject([{ to: ["ana", "ben"] }]);
    expect(run.owes("timer")).toEqual([
      { type: "timer", key: expect.any(Number), due: run.at() + 1.6 * HOUR },
    ]);
    run.after(2 * HOUR);
    expect(run.events("gate.escalated")).toMatchObject([{ to: "director", from: ["wing"] }]);
    run.after(2 * HOUR);
    expect(run.status()).toBe("failed");
    expect(run.events("gate.closed")).toMatchObject([{ allowed: false, expired: true }]);
    expect(run.events("attempt.started")).toEqual([]);
  });

  test("restart while pending", () => {
    const { run } = paying();
    run.after(HOUR);
    run.crashes();
    expect(run.owes("timer")).toHaveLength(1);
    run.after(HOUR);
    expect(run.events("gate.reminded")).toHaveLength(1);
    run.crashes();
    run.vote("pay", "ana");
    expect(run.inFlight()).toEqual(["pay"]);
    run.crashes();
    expect(run.events("gate.consumed")).toHaveLength(1);
  });

  test("is claimed, asked about and looked at like every other", () => {
    const { run } = paying();
    const { key, presented } = shown(run);
    run.tell({ type: "view", key, presented }, "ana");
    run.tell({ type: "claim", key }, "ana");
    run.tell({ type: "ask", key, text: "Is it back?" }, "ana");
    run.tell({ type: "reply", key, text: "Yes." }, "rita");
    expect(
      run.refused({ type: "vote", ...shown(run), allow: true, reason: "" }, "ben").message,
    ).toBe("ana has claimed this.");
    run.tell({ type: "release", key, why: "" }, "ana");
    run.vote("pay", "ben");
    expect(run.inFlight()).toEqual(["pay"]);
  });

  test("that is cancelled with its run is open no more", () => {
    const { run } = paying();
    const vote = { type: "vote", ...shown(run), allow: true, reason: "" } as const;
    run.tell({ type: "cancel", why: "", rollback: false });
    expect(run.refused(vote, "ana").code).toBe("conflict");
  });

  test("begins by a broken glass too, which its log names", () => {
    const { run } = paying();
    const broken = { type: "override", ...shown(run), reason: "The bank closes." } as const;
    run.tell(broken, "dot");
    expect(run.events("gate.overridden")).toMatchObject([{ voter: "dot", review: "director" }]);
    expect(run.inFlight()).toEqual(["pay"]);
  });
});

describe("a gate of its own by a chain", () => {
  const ask = (more: Partial<World> = {}): Given =>
    given(
      `
    parameters: { amount: 7 }
    steps:
      - { id: may, gate: { ask: Pay?, show: { refund: { amount: $params.amount } }, chain: refund-manager } }
  `,
      { teams: { ...ROLES }, chains: { "refund-manager": { ...REFUND, not: [] } }, ...more },
    ).start({ amount: 7 });

  test("gives what was decided, by whom and for whom, and what was edited", () => {
    const delegations = [
      { from: "ben", to: "gus", since: 0, until: Number.MAX_SAFE_INTEGER, chains: null },
    ];
    const run = ask({ delegations });
    const { key, digest } = run.gate("may");
    const changes = { "refund.amount": 5 };
    run.tell({ type: "edit", key, digest: digest as Digest, changes, reason: "Less." }, "ben");
    run.vote("may", "gus");
    expect(run.output("may")).toEqual({
      allowed: true,
      by: "gus",
      reason: "",
      votes: [{ voter: "gus", for: "ben", allow: true, reason: "" }],
      edited: { refund: { amount: 5 } },
    });
  });
});
