import { describe, expect, test } from "vitest";
import { fold, type Given, given } from "../../../../test/given/run.ts";
import { workflow } from "../../../../test/given/workflow.ts";
import { freeze, thaw } from "../snapshot.ts";

const OLD = `
  parameters: { size: 5 }
  steps:
    - { id: a, agent: keeper, inputs: { size: $params.size }, outputs: { n: number }, compensate: { agent: keeper } }
    - { id: b, agent: keeper, inputs: { n: $a.n }, outputs: { m: number }, retry: 3, error_strategy: halt_and_escalate }
    - { id: c, agent: keeper }
`;

/** Paused while b is in flight. */
function paused(other: string, agents: Readonly<Record<string, "pure">> = {}): Given {
  const run = given(OLD, { versions: [workflow(other)], agents }).start({ size: 5 });
  run.does("a", { n: 1 });
  run.tell({ type: "pause", why: "a new version" });
  return run;
}

function move(_run: Given, other: string) {
  const { digest: definition } = workflow(other);
  return { type: "move", definition, why: "mended" } as const;
}

function moved(other: string): Given {
  const run = paused(other);
  run.tell(move(run, other), "cy");
  return run;
}

function refusal(other: string): string {
  const run = paused(other);
  return run.refused(move(run, other)).message;
}

describe("a paused run is moved to another version of its workflow", () => {
  test("new steps begin, and changed unstarted steps use the new text", () => {
    const other = OLD.replace(
      "- { id: c, agent: keeper }",
      "- { id: x, agent: clerk }\n    - { id: c, agent: clerk }",
    );
    const run = moved(other);
    expect(run.events("run.moved")[0]).toMatchObject({ by: "cy", why: "mended" });
    run.tell({ type: "resume" });
    run.does("b", { m: 2 });
    expect(run.attempt("x")).toMatchObject({ agent: "clerk" });
    run.does("x");
    expect(run.attempt("c")).toMatchObject({ agent: "clerk" });
    run.does("c");
    expect(run.status()).toBe("completed");
    expect(run.run().work).toEqual({ done: 4, expected: 4 });
  });

  test("a step put before those that have begun begins too", () => {
    const other = OLD.replace("steps:\n", "steps:\n    - { id: first, agent: clerk }\n");
    const run = moved(other);
    run.tell({ type: "resume" });
    expect(run.inFlight()).toEqual(["b", "first"]);
    run.does("b", { m: 2 });
    expect(run.inFlight()).toEqual(["first", "c"]);
    run.does("first");
    run.does("c");
    expect(run.status()).toBe("completed");
  });

  test("a step put behind one that failed while it was paused does not begin", () => {
    const old = `
      steps:
        - { id: one, execution: parallel, steps: [{ id: a, agent: keeper, error_strategy: fail_immediately }, { id: w, agent: keeper }] }
    `;
    const other = `${old}    - { id: b, agent: keeper }`;
    const run = given(old, { versions: [workflow(other)] }).start();
    run.fails("one/a", "invalid_input_data", true);
    run.tell({ type: "pause", why: "a new version" });
    run.does("one/w");
    run.tell(move(run, other), "cy");
    run.tell({ type: "resume" });
    const started = run.events("step.started").map(({ path }) => path);
    expect(started).toEqual(["one", "one/a", "one/w"]);
    expect(run.status()).toBe("failed");
  });

  test("what has finished stays as it was", () => {
    const run = paused(OLD.replace("id: c, agent: keeper", "id: c, agent: clerk"));
    const before = run.run().outputs;
    run.tell(move(run, OLD.replace("id: c, agent: keeper", "id: c, agent: clerk")));
    expect(run.run().outputs).toBe(before);
  });

  test("M3 a call in flight is asked in the words it was asked in, also after a crash and a snapshot", () => {
    const other = OLD.replace("inputs: { n: $a.n }", "inputs: { n: $a.n, more: yes }");
    const run = moved(other);
    expect(run.asked("b").inputs).toEqual({ n: 1 });
    run.crashes();
    expect(run.asked("b").inputs).toEqual({ n: 1 });
    const { id, workflow: now, definitions } = run.run();
    const old = workflow(OLD);
    const find = (digest: string) => (digest === old.digest ? old : definitions(digest as never));
    const text = freeze(run.run(), () => "" as never);
    const thawed = thaw(text, { id, workflow: old, definitions: find }, () => "");
    expect(thawed?.workflow.digest).toBe(now.digest);
    expect(JSON.parse(JSON.stringify(thawed?.frames))).toEqual(
      JSON.parse(JSON.stringify(run.run().frames)),
    );
  });

  test("a step that failed and waits for a person is tried again by the new text", () => {
    const other = OLD.replace(
      "id: b, agent: keeper, inputs: { n: $a.n }",
      "id: b, agent: clerk, inputs: { n: 7 }",
    );
    const run = paused(other);
    run.tell({ type: "resume" });
    run.fails("b", "invalid_input_data", true);
    expect(run.status()).toBe("paused");
    run.tell(move(run, other));
    run.tell({ type: "retry", path: "b", why: "mended" });
    expect([run.attempt("b"), run.asked("b").inputs]).toMatchObject([{ agent: "clerk" }, { n: 7 }]);
  });

  test("M4 folding the log gives the run", () => {
    const other = OLD.replace("- { id: c, agent: keeper }", "- { id: x, agent: clerk }");
    const run = moved(other);
    run.tell({ type: "resume" });
    run.does("b", { m: 2 });
    const folded = fold(workflow(OLD), run.log(), run.run().definitions);
    expect(JSON.stringify(folded)).toBe(JSON.stringify(run.run()));
  });

  test("it is refused with a sentence unless every finished and in-flight step still fits", () => {
    expect(refusal(OLD.replace("id: a,", "id: z,").replace("$a.n", "1"))).toBe(
      'wf_example cannot be moved: the step "keeper (a)" (a) has begun, and the new version does not have it.',
    );
    expect(refusal(OLD.replace("outputs: { n: number }", "outputs: { n: string }"))).toContain(
      "promises other outputs there",
    );
    expect(
      refusal(
        OLD.replace(
          "id: b, agent: keeper, inputs: { n: $a.n }, outputs: { m: number }, retry: 3, error_strategy: halt_and_escalate",
          "id: b, wait: 1h",
        ),
      ),
    ).toContain("has begun as a task, and is a wait there");
    expect(refusal(OLD.replace(", compensate: { agent: keeper }", ""))).toContain(
      "a rollback undoes a, and the new version does not say how",
    );
    expect(refusal(OLD.replace("{ size: 5 }", "{ size: { type: object } }"))).toContain(
      'its param "size" is no object',
    );
  });

  test("it is paused first, and the other definition is there", () => {
    const run = given(OLD).start({ size: 5 });
    expect(run.refused(move(run, OLD)).message).toContain("it is not paused");
    run.tell({ type: "pause", why: "" });
    expect(run.refused(move(run, `steps: [{ id: a, agent: k }]`)).code).toBe("not-found");
  });

  test("items that have not begun are done by the new text, and the list stays the one it began with", () => {
    const list = `
      max_concurrency: 1
      steps:
        - id: all
          each: [1, 2, 3]
          agent: keeper
          inputs: { n: $item }
    `;
    const other = list.replace("agent: keeper", "agent: clerk");
    const run = given(list, { versions: [workflow(other)] }).start();
    run.tell({ type: "pause", why: "" });
    run.tell(move(run, other));
    run.tell({ type: "resume" });
    run.does("all[0]");
    expect(run.attempt("all[1]")).toMatchObject({ agent: "clerk" });
    run.does("all[1]");
    run.does("all[2]");
    expect(run.status()).toBe("completed");
  });

  test("other limits hold from then on", () => {
    const wide = `
      max_concurrency: 1
      execution: parallel
      steps: [{ id: a, agent: k }, { id: b, agent: k }, { id: c, agent: k }]
    `;
    const other = wide.replace("max_concurrency: 1", "max_concurrency: 3");
    const run = given(wide, { versions: [workflow(other)] }).start();
    run.tell({ type: "pause", why: "" });
    run.tell(move(run, other));
    run.tell({ type: "resume" });
    expect(run.inFlight()).toEqual(["a", "b", "c"]);
  });
});
