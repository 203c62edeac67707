import { array, assert, integer, nat, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { type Given, given } from "../../../../test/given/run.ts";

const AGENTS = { maker: "pure", sender: "ask" } as const;
const many = (count: number): string =>
  JSON.stringify(Array.from({ length: count }, (_, at) => at));
const begun = (text: string): Given => given(text, { agents: AGENTS }).start();

describe("a limit on what is in flight", () => {
  test("is five for a run that says none", () => {
    expect(begun(`steps: [{ id: all, each: ${many(9)}, agent: maker }]`).inFlight()).toHaveLength(
      5,
    );
  });

  test("of all that apply the least wins", () => {
    assert(
      property(
        integer({ min: 1, max: 8 }),
        integer({ min: 1, max: 8 }),
        integer({ min: 1, max: 8 }),
        (run, phase, each) => {
          const made = begun(`
          max_concurrency: ${run}
          phases:
            - name: One
              max_concurrency: ${phase}
              steps: [{ id: all, each: ${many(12)}, max_concurrency: ${each}, agent: maker }]
        `);
          expect(made.inFlight()).toHaveLength(Math.min(run, phase, each));
        },
      ),
      { numRuns: 40 },
    );
  });

  test("counts what is in flight below it, whatever ends first, and every item is done once", () => {
    assert(
      property(
        integer({ min: 1, max: 4 }),
        array(nat(), { minLength: 12, maxLength: 12 }),
        (most, chances) => {
          const run = begun(
            `{ max_concurrency: ${most}, steps: [{ id: all, each: ${many(12)}, agent: maker }] }`,
          );
          for (const chance of chances) {
            const flying = run.inFlight();
            expect(flying.length).toBeLessThanOrEqual(most);
            run.does(flying[chance % flying.length]!);
          }
          expect(run.status()).toBe("completed");
          expect(new Set(run.events("step.started").map(({ path }) => path)).size).toBe(13);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("is not taken up by what waits for a person or a timer", () => {
    const run = begun(`
      max_concurrency: 1
      execution: parallel
      steps:
        - { id: may, gate: May it be? }
        - { id: rest, wait: 1h }
        - { id: pay, agent: maker, approve: true }
        - { id: fails, agent: maker, retry: { jitter: false } }
        - { id: works, agent: maker }
    `);
    run.fails("fails", "network_timeout");
    expect(run.inFlight()).toEqual(["works"]);
    expect(run.status()).toBe("running");
  });

  test("is not taken up by a step that is held for a person", () => {
    const run = begun(`
      max_concurrency: 1
      execution: parallel
      steps: [{ id: send, agent: sender }, { id: works, agent: maker }]
    `);
    run.answers("send", {
      kind: "unknown",
      error: { class: "transient", kind: "lost", message: "?" },
    });
    expect(run.inFlight()).toEqual(["works"]);
  });

  test("is given first come, first served", () => {
    const run = begun(`
      max_concurrency: 1
      execution: parallel
      steps: [{ id: a, agent: maker }, { id: b, agent: maker }, { id: c, agent: maker }]
    `);
    for (const path of ["a", "b", "c"]) {
      expect(run.inFlight()).toEqual([path]);
      run.does(path);
    }
  });

  test("is given to work that has begun before new items are", () => {
    const run = begun(`
      max_concurrency: 2
      steps:
        - id: all
          each: [a, b, c]
          steps: [{ id: one, agent: maker }, { id: two, agent: maker }]
    `);
    expect(run.inFlight()).toEqual(["all[0]/one", "all[1]/one"]);
    run.does("all[0]/one");
    expect(run.inFlight()).toEqual(["all[1]/one", "all[0]/two"]);
    run.does("all[1]/one");
    run.does("all[0]/two");
    expect(run.inFlight()).toEqual(["all[1]/two", "all[2]/one"]);
  });

  test("is given to two that go over many items by turns, so that neither waits for the other's end", () => {
    const run = begun(`
      max_concurrency: 2
      execution: parallel
      steps:
        - { id: x, each: ${many(6)}, agent: maker }
        - { id: y, each: ${many(6)}, agent: maker }
    `);
    const begins: string[] = [];
    while (run.inFlight().length > 0) {
      begins.push(run.inFlight()[0]!.slice(0, 1));
      run.does(run.inFlight()[0]!);
    }
    expect(begins.join("")).toBe("xyxyxyxyxyxy");
  });

  test("makes what waits for a place seen", () => {
    const run = begun(`
      max_concurrency: 1
      execution: parallel
      steps: [{ id: a, agent: maker, retry: { jitter: false } }, { id: b, agent: maker }]
    `);
    run.fails("a", "network_timeout");
    run.after(5_000);
    expect(run.waits().map(({ path, what }) => [path, what.kind])).toEqual([
      ["a", "place"],
      ["b", "agent"],
    ]);
  });

  test("does not hold for what is undone: that goes one by one", () => {
    const run = begun(`
      max_concurrency: 1
      steps:
        - { id: a, agent: maker, compensate: { agent: maker } }
        - { id: b, agent: sender }
    `);
    run.does("a");
    run.tell({ type: "cancel", why: "", rollback: true });
    expect(run.inFlight()).toEqual(["!undo/1"]);
  });

  test("names of resources stand in name order with their capacity", () => {
    const run = begun(`
      resources: { crm: 2, bank: 1 }
      steps: [{ id: a, agent: maker, uses: [crm, bank] }]
    `);
    expect(run.owes("perform")[0]?.uses).toEqual([
      { resource: "bank", capacity: 1 },
      { resource: "crm", capacity: 2 },
    ]);
  });
});
