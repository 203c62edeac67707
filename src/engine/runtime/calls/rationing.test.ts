import { describe, expect, test } from "vitest";
import { inOrder, mixedWorkflow, task } from "../../../../test/given/checked.ts";
import { definitionsOf, ok, performerOf, runId, start } from "../../../../test/given/performer.ts";
import type { CallRate } from "../../../core/definition/index.ts";
import { virtualClock } from "../../../testing/index.ts";
import { newDisk, openMemory } from "../../store/index.ts";
import { openEmbedded } from "../embedded.ts";

/** Three steps, one after another, of a run that may be asked for once a minute; and when each was begun. */
async function run(
  of: { readonly run?: CallRate; readonly agent?: CallRate },
  steps = inOrder([task("a"), task("b"), task("c")]),
) {
  const clock = virtualClock();
  const log = openMemory({ disk: newDisk() });
  const workflow = mixedWorkflow(steps, of.run === undefined ? {} : { rate: of.run });
  const begun: string[] = [];
  const performer = performerOf(({ path }) => {
    begun.push(`${path} ${clock.now() - from}`);
    return ok();
  });
  const terms = { ...performer.terms("worker"), ...(of.agent ? { rate: of.agent } : {}) };
  const runtime = openEmbedded({
    log,
    clock,
    definitions: definitionsOf([workflow]),
    performer: { ...performer, terms: () => terms },
  });
  void runtime.start();
  await clock.settle();
  const from = clock.now();
  const begin = async (name: string) => {
    const id = runId(name);
    void runtime.send(id, start(workflow.digest, clock.now()));
    await clock.settle();
    return id;
  };
  const events = (id: ReturnType<typeof runId>, type: string) =>
    [...log.read(id)].filter((envelope) => envelope.type === type).map(({ data }) => data);
  return {
    clock,
    runtime,
    begun,
    begin,
    events,
    status: (id: string) => log.standing(id as never)?.status,
  };
}

const once = (otherwise: CallRate["otherwise"]): CallRate => ({ callsMost: 1, otherwise });

describe("max_calls_per_minute of a run", () => {
  test("wait: what is too much begins later, and says what it waits for", async () => {
    const { begin, begun, clock, runtime, status } = await run({ run: once("wait") });
    const id = await begin("aaaa1111");
    expect(begun).toEqual(["a 0"]);
    expect(runtime.queued(id)).toEqual([
      {
        key: expect.any(Number),
        waitsFor: `the rate limit of the run (1 calls a minute) until ${new Date(clock.now() + 60_000).toISOString()}`,
        isRateLimited: true,
      },
    ]);
    await clock.advance(60_000);
    await clock.advance(60_000);
    expect(begun).toEqual(["a 0", "b 60000", "c 120000"]);
    expect(status(id)).toBe("completed");
  });

  test("skip: the step is left out, and its event says why", async () => {
    const { begin, begun, events, status } = await run({ run: once("skip") });
    const id = await begin("aaaa1111");
    expect(begun).toEqual(["a 0"]);
    expect(events(id, "step.finished").slice(1, 3)).toMatchObject([
      { outcome: "degraded", error: { kind: "skipped_by_rate_limit" } },
      { outcome: "degraded", warning: expect.stringContaining("its strategy is skip") },
    ]);
    expect(status(id)).toBe("completed");
  });

  test("error: the attempt is refused as api_rate_limit, and tried again when it may", async () => {
    const { begin, begun, clock, events } = await run({ run: once("error") });
    const id = await begin("aaaa1111");
    expect(begun).toEqual(["a 0"]);
    expect(events(id, "attempt.ended")).toMatchObject([
      {
        outcome: "refused",
        error: { kind: "api_rate_limit", class: "transient", retryAfterMs: 60_000 },
      },
    ]);
    await clock.advance(60_000);
    expect(begun).toEqual(["a 0", "b 60000"]);
  });

  test("is of that run alone, and an agent's own of all runs", async () => {
    const steps = [task("a")];
    const own = await run({ run: once("wait") }, steps);
    await own.begin("aaaa1111");
    await own.begin("bbbb2222");
    expect(own.begun).toEqual(["a 0", "a 0"]);
    const agents = await run({ agent: once("wait") }, steps);
    await agents.begin("aaaa1111");
    const two = await agents.begin("bbbb2222");
    expect(agents.begun).toEqual(["a 0"]);
    expect(agents.runtime.queued(two)[0]?.waitsFor).toContain("the rate limit of agent worker");
    await agents.clock.advance(60_000);
    expect(agents.begun).toEqual(["a 0", "a 60000"]);
  });

  test("holds up nothing that is stopped meanwhile", async () => {
    const { begin, runtime, clock, status } = await run({ run: once("wait") });
    const id = await begin("aaaa1111");
    const cancel = { type: "cancel", why: "no more", rollback: false } as const;
    void runtime.send(id, { ...cancel, at: clock.now(), by: "ana" });
    await clock.settle();
    expect(status(id)).toBe("cancelled");
    expect(runtime.figures()).toMatchObject({ attempts: 0 });
  });
});
