import { describe, expect, test } from "vitest";
import { type Given, given } from "../../../../test/given/run.ts";
import { type GivenTool, previewOf, read, wrote } from "../../../../test/given/tools.ts";

type Tools = Record<string, GivenTool> & { readonly "refund.create": GivenTool };

const CHAIN = { from: ["dana", "eli"], need: 1, dueMs: null };

function tools(more: Partial<GivenTool> = {}): Tools {
  return {
    "order.read": { effects: "pure" },
    "note.write": { effects: "idempotent" },
    "refund.create": { effects: "ask", verdict: "ask", chain: CHAIN, owner: "wing", ...more },
  };
}

const ASKED = { preview: previewOf(1, 2) };

/** People have allowed it, and its agent comes back while it is halted. */
function halted(of: Tools, more: { readonly stopped?: () => string | null } = {}): Given {
  const text = "steps: [{ id: serve, agent: support, retry: 2 }]";
  const run = given(text, { agents: { support: "pure" }, tools: of, ...more }).start();
  run.uses("serve", "refund.create", ASKED);
  run.vote("serve", run.gate("serve").from[0] ?? "");
  return run;
}

describe("what people allowed while it is halted", () => {
  test.each(["by a chain", "by who is asked without one"])("U4 stays allowed: %s", (how) => {
    const of =
      how === "by a chain"
        ? tools()
        : {
            ...tools(),
            "refund.create": { effects: "ask", verdict: "ask", owner: "wing" } as const,
          };
    const tool: GivenTool = of["refund.create"];
    const run = halted(of);
    tool.stopped = "wing stopped all: Look first.";
    expect(run.uses("serve", "refund.create", ASKED).map(({ type }) => type)).toEqual([
      "attempt.suspended",
      "exception.raised",
    ]);
    expect(run.events("exception.raised")[0]).toMatchObject({
      why: "failed",
      owner: "wing",
      error: {
        message: '"refund.create" was allowed, and is halted: wing stopped all: Look first.',
      },
    });
    expect(run.inFlight()).toEqual([]);
    expect(run.status()).toBe("waiting");

    run.crashes();
    tool.stopped = null;
    run.tell({ type: "retry", key: run.exception("serve").key });
    const [consumed, started] = run.uses("serve", "refund.create", ASKED);
    expect(consumed).toMatchObject({ type: "gate.consumed" });
    expect(started).toMatchObject({ type: "writeback.started" });
    run.used("serve", wrote("re_1"));
    expect(run.uses("serve", "refund.create", ASKED)).toEqual([]);
    expect(run.events("gate.opened")).toHaveLength(1);
    expect(run.events("gate.voided")).toEqual([]);
    expect(run.events("gate.consumed")).toHaveLength(1);
    run.does("serve");
    expect(run.status()).toBe("completed");
  });

  test("is held back again when it is tried while it is halted still", () => {
    let why: string | null = "wing stopped all: Look first.";
    const run = halted(tools(), { stopped: () => why });
    for (let at = 0; at < 2; at += 1) {
      run.uses("serve", "refund.create", ASKED);
      run.tell({ type: "retry", key: run.exception("serve").key });
    }
    why = null;
    expect(run.uses("serve", "refund.create", ASKED)[0]).toMatchObject({ type: "gate.consumed" });
    expect(run.events("exception.raised")).toHaveLength(2);
  });

  test("is void all the same when the record has changed by then, or the map denies it", () => {
    const stale = tools();
    const run = halted(stale);
    stale["refund.create"].stopped = "wing stopped all: Look first.";
    run.uses("serve", "refund.create", ASKED);
    stale["refund.create"].stopped = null;
    run.tell({ type: "retry", key: run.exception("serve").key });
    const other = { preview: previewOf(5, 6) };
    expect(run.uses("serve", "refund.create", other)[0]).toMatchObject({
      type: "gate.voided",
      how: "action",
    });

    const denied = tools();
    const late = halted(denied);
    denied["refund.create"].verdict = "deny";
    expect(late.uses("serve", "refund.create", ASKED)[0]).toMatchObject({
      type: "gate.voided",
      how: "denied",
    });
  });

  test("U3 what is being written beside it goes on, and is awaited before it is tried again", () => {
    const of = tools();
    const run = halted(of);
    of["refund.create"].stopped = "wing stopped refund.create: Look first.";
    run.uses("serve", "note.write");
    run.uses("serve", "refund.create", ASKED);
    const retry = { type: "retry", key: run.exception("serve").key } as const;
    expect(run.refused(retry)).toMatchObject({ code: "conflict" });
    run.used("serve", wrote("n1"));
    run.tell(retry);
    expect(run.uses("serve", "note.write")).toEqual([]);
  });

  test("goes with a step that is left out, and with a run that is cancelled", () => {
    const of = tools();
    const run = halted(of);
    of["refund.create"].stopped = "wing stopped all: Look first.";
    run.uses("serve", "refund.create", ASKED);
    run.tell({ type: "skip", key: run.exception("serve").key, why: "" });
    expect(run.run().open.size).toBe(0);
    expect(run.run().granted?.size ?? 0).toBe(0);
  });

  test("a read that people allowed is held back too", () => {
    const of = tools({ effects: "pure" });
    const run = halted(of);
    of["refund.create"].stopped = "wing stopped all: Look first.";
    run.uses("serve", "refund.create", ASKED);
    of["refund.create"].stopped = null;
    run.tell({ type: "retry", key: run.exception("serve").key });
    run.uses("serve", "refund.create", ASKED);
    run.used("serve", read("text"));
    expect(run.standing("serve", "refund.create").is).toBe("answered");
  });
});
