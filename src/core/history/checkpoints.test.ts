import { describe, expect, test } from "vitest";
import { cases } from "../../../test/given/cases.ts";
import { given } from "../../../test/given/run.ts";
import { workflow } from "../../../test/given/workflow.ts";
import { journey } from "../../../test/given/world.ts";
import { checkpointsOf, countCheckpoints, NO_CHECKPOINTS } from "./checkpoints.ts";
import { emptyHistory } from "./history.ts";
import { readEvent } from "./read-event.ts";
import { stateDocument } from "./state-document.ts";

const PHASES = `
  phases:
    - name: One
      steps: [{ id: a, agent: keeper }, { id: b, agent: keeper }]
    - name: Two
      steps: [{ id: c, agent: keeper }, { id: d, agent: keeper }]
`;

function strategy(text: string): string {
  return `
  execution_config: { checkpoint_strategy: { ${text} } }${PHASES}`;
}

function played(text: string, afterMs = 1_000) {
  const run = given(text).start();
  for (const path of ["one/a", "one/b", "two/c", "two/d"]) {
    run.after(afterMs);
    run.does(path);
  }
  return { run, workflow: workflow(text) };
}

function found(text: string, afterMs?: number) {
  const { run, workflow } = played(text, afterMs);
  return checkpointsOf(run.log(), workflow).map(({ id, phase, step }) => [id, phase, step]);
}

describe("checkpoints at configurable intervals", () => {
  test("checkpoint_interval: per_step", () => {
    expect(found(strategy("interval: per_step"))).toEqual([
      ["cp_1", 1, "one/a"],
      ["cp_2", 1, "one/b"],
      ["cp_3", 2, "two/c"],
      ["cp_4", 2, "two/d"],
    ]);
  });

  test("checkpoint_interval: per_phase, also where nobody says anything", () => {
    const each = [
      ["cp_1", 1, "one"],
      ["cp_2", 2, "two"],
    ];
    expect(found(strategy("interval: per_phase"))).toEqual(each);
    expect(found(PHASES)).toEqual(each);
  });

  test("timed, every 30s: where anything happened since the one before", () => {
    expect(found(strategy("interval: timed, every: 30s"), 20_000)).toEqual([
      ["cp_1", 1, ""],
      ["cp_2", 1, ""],
    ]);
    const text = strategy("interval: timed, every: 30s");
    const { run, workflow } = played(text, 20_000);
    const [first] = checkpointsOf(run.log(), workflow);
    expect(first?.at).toBe((run.log()[0]?.at ?? 0) + 30_000);
  });

  test("the clock alone makes the last one that is timed, while the run goes on", () => {
    const text = strategy("interval: timed, every: 30s");
    const run = given(text).start();
    run.after(1_000);
    run.does("one/a");
    expect(checkpointsOf(run.log(), workflow(text), run.at() + 20_000)).toEqual([]);
    expect(checkpointsOf(run.log(), workflow(text), run.at() + 40_000)).toHaveLength(1);
  });

  test("enabled: false makes none", () => {
    expect(found(strategy("enabled: false"))).toEqual([]);
  });

  test('"every" beside another interval is refused: nothing would act on it', () => {
    expect(() => workflow(strategy("interval: per_step, every: 30s"))).toThrow(/means nothing/);
    expect(() => workflow(strategy("every: 10ms"))).toThrow(/a second apart/);
  });

  test("each stands at the end of a decision, and what is read on is what is read at once", () => {
    for (let seed = 0; seed < cases(40); seed++) {
      const { log, workflow } = journey(seed);
      const all = checkpointsOf(log, workflow);
      const ends = new Set(log.filter((event) => event.end).map(({ seq }) => seq));
      expect(all.filter(({ seq }) => !ends.has(seq))).toEqual([]);
      expect(all.map(({ number }) => number)).toEqual(all.map((_, at) => at + 1));
      let counting = NO_CHECKPOINTS;
      const read = log.flatMap((event) => {
        const counted = countCheckpoints({ counting, workflow }, event);
        counting = counted.counting;
        return counted.made ?? [];
      });
      expect(read).toEqual(all);
    }
  });

  test('the state document lists them: "checkpoints": [{"id": "cp_1", "phase": 1, "timestamp": …}]', () => {
    const { run, workflow } = played(PHASES);
    const history = run.log().reduce(readEvent, emptyHistory(workflow));
    expect(stateDocument(history)["checkpoints"]).toMatchObject([
      { id: "cp_1", phase: 1, timestamp: expect.stringMatching(/^20.*Z$/) },
      { id: "cp_2", phase: 2 },
    ]);
  });
});
