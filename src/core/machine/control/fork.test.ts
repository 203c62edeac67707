import { describe, expect, test } from "vitest";
import { cases } from "../../../../test/given/cases.ts";
import { type Drive, drive, type Ending, factsOf } from "../../../../test/given/ending.ts";
import type { World } from "../../../../test/given/facts.ts";
import { type Given, given, RUN } from "../../../../test/given/run.ts";
import { workflow } from "../../../../test/given/workflow.ts";
import { outputsOf } from "../../../../test/simulation/agents.ts";
import { libraryOf } from "../../../../test/simulation/library.ts";
import { DEFAULTS } from "../../../../test/simulation/taste.ts";
import type { Workflow } from "../../definition/index.ts";
import type { Digest, RunId } from "../../id.ts";
import type { JsonObject } from "../../json.ts";
import { evolving } from "../evolve.ts";
import { absent } from "../run.ts";
import { type ForkPlan, planFork } from "./fork.ts";
import { pastOf } from "./past.ts";

const FORK = "wf_forked" as RunId;
const HASH = `sha256:${"0".repeat(64)}` as Digest;

describe("a fork", () => {
  test("of an undisturbed run with the same params ends the same, from whatever position; so does a fork of that", () => {
    for (let seed = 0; seed < cases(10); seed++) {
      const whole = sourceOf(seed);
      for (const seq of someEnds(whole, 4)) {
        const first = forkOf(whole, seq);
        expect({ seed, seq, ...endOf(first) }).toEqual({ seed, seq, ...endOf(whole) });
        const [middle = first.ending.run.seq] = someEnds(first, 3).slice(1);
        const second = forkOf(first, middle, "wf_again" as RunId);
        expect({ seed, seq, ...endOf(second) }).toEqual({ seed, seq, ...endOf(whole) });
      }
    }
  });

  test("asks nobody again for what has ended", () => {
    for (let seed = 0; seed < cases(10); seed++) {
      const whole = sourceOf(seed);
      for (const seq of someEnds(whole, 4)) {
        const ended = whole.ending.log.flatMap((event) =>
          event.type === "step.finished" && event.seq <= seq && event.outcome === "completed"
            ? [event.path]
            : [],
        );
        const inside = forkOf(whole, seq).ending.asked.filter((path) => ended.includes(path));
        // Rounds are counted anew where the latest had not ended.
        expect(inside.filter((path) => !path.includes("{"))).toEqual([]);
      }
    }
  });
});

type Whole = Pick<Drive, "id" | "definition" | "contents"> & { readonly ending: Ending };

function sourceOf(seed: number): Whole {
  const library = libraryOf(seed * 8, { size: 14, isCalm: true, only: null });
  const definition = library.definitions.get(library.mains[0] as Digest) as Workflow;
  const contents = new Map<Digest, string>();
  const id = "wf_source" as RunId;
  const ending = drive({ id, definition, contents, params: DEFAULTS, outputs: outputsOf });
  return { id, definition, contents, ending };
}

function someEnds({ ending: { log } }: Whole, most: number): readonly number[] {
  const ends = log.filter((event) => event.end === true).map(({ seq }) => seq);
  return ends.filter((_, at) => at % Math.ceil(ends.length / most) === 0 || at === ends.length - 1);
}

function endOf({ ending: { run, outputs } }: Whole) {
  return { outcome: run.outcome, outputs, degraded: run.degraded, work: run.work };
}

function forkOf({ id: run, definition, contents, ending }: Whole, seq: number, id = FORK): Whole {
  const { read } = factsOf(contents);
  const past = pastOf(ending.log, { from: absent(run, definition), at: seq, read });
  if ("before" in past) throw new Error(`${seq} is no end of a decision.`);
  const plan = planFork(past, { params: DEFAULTS, retryFailed: false, read });
  if ("code" in plan) throw new Error(plan.message);
  const from = { source: { run, seq, hash: HASH }, inheritance: plan.inheritance };
  const of = { id, definition, contents };
  const made = drive({ ...of, params: DEFAULTS, outputs: outputsOf, from });
  const folded = made.log.reduce(evolving(read), absent(id, definition));
  expect([folded.work, folded.degraded]).toEqual([made.run.work, made.run.degraded]);
  return { ...of, ending: made };
}

type Ask = {
  readonly at?: number;
  readonly params?: JsonObject;
  readonly retryFailed?: boolean;
};

/** What a fork of a run driven by hand would begin with; from where it is, unless said. */
function planned(source: Given, text: string, ask: Ask = {}) {
  const { read } = source.facts;
  const at = ask.at ?? source.run().seq;
  const past = pastOf(source.log(), { from: absent(RUN, workflow(text)), at, read });
  if ("before" in past) throw new Error(`${at} is no end of a decision.`);
  const params = { ...past.run.params, ...ask.params };
  return planFork(past, { params, retryFailed: ask.retryFailed ?? false, read });
}

function plannedWell(source: Given, text: string, ask: Ask = {}): ForkPlan {
  const plan = planned(source, text, ask);
  if ("code" in plan) throw new Error(plan.message);
  return plan;
}

const WORLD = { agents: { reader: "pure", keeper: "idempotent", sender: "ask" } } as const;

/** The fork, driven by hand from its beginning. */
function begun(
  text: string,
  plan: ForkPlan,
  params: JsonObject = {},
  world: Partial<World> = WORLD,
): Given {
  const fork = given(text, world);
  fork.tell({
    type: "start",
    definition: workflow(text).digest,
    params,
    parent: null,
    from: { source: { run: RUN, seq: 1, hash: HASH }, inheritance: plan.inheritance },
  });
  return fork;
}

const SIDE_BY_SIDE = `
  execution: parallel
  steps:
    - { id: read, agent: reader }
    - { id: keep, agent: keeper }
    - { id: send, agent: sender }
    - { id: note, agent: reader }
`;

describe("a fork inherits outputs but not calls in flight", () => {
  test("what only reads begins anew; writers in flight or in doubt become exceptions", () => {
    const source = given(SIDE_BY_SIDE, WORLD).start();
    source.begins("send");
    source.does("note");
    const fork = begun(SIDE_BY_SIDE, plannedWell(source, SIDE_BY_SIDE));
    expect(fork.inFlight()).toEqual(["read"]);
    expect(fork.exception("keep").why).toBe("unknown");
    expect(fork.exception("send").look).toContain("may have been done");
    fork.tell({ type: "retry", key: fork.exception("keep").key });
    fork.tell({ type: "give", key: fork.exception("send").key, output: { value: {} }, why: "" });
    fork.does("read");
    fork.does("keep");
    expect(fork.status()).toBe("completed");
  });

  test("what the last decision opened was performed by nobody before it was on disk (M1)", () => {
    const text =
      "steps: [{ id: a, agent: keeper }, { id: b, agent: keeper }, { id: c, agent: sender }]";
    const source = given(text, WORLD).start();
    source.does("a");
    const at = source.run().seq;
    source.does("b");
    const fork = begun(text, plannedWell(source, text, { at }));
    expect(fork.inFlight()).toEqual(["b"]);
  });

  test("a writer in flight that its source knows since not to have been done begins anew; one that was done is told of", () => {
    const source = given(SIDE_BY_SIDE, WORLD).start();
    source.begins("send");
    source.does("note");
    const at = source.run().seq;
    source.fails("keep", "invalid_input_data", true);
    const fork = begun(SIDE_BY_SIDE, plannedWell(source, SIDE_BY_SIDE, { at }));
    expect(fork.inFlight()).toContain("keep");
    source.does("send");
    const later = begun(SIDE_BY_SIDE, plannedWell(source, SIDE_BY_SIDE, { at }));
    expect(later.exception("send").error).toContain("has done it since");
  });

  test("a step whose approval was given elsewhere is approved anew, also when it was in doubt (M8)", () => {
    const text = `
      execution: parallel
      steps:
        - { id: pay, agent: keeper, approve: { need: 1 } }
        - { id: note, agent: reader }
    `;
    const source = given(text, WORLD).start();
    source.vote("pay", "bo");
    source.does("note");
    const fork = begun(text, plannedWell(source, text));
    fork.tell({ type: "retry", key: fork.exception("pay").key });
    expect(fork.inFlight()).toEqual([]);
    fork.vote("pay", "bo");
    fork.does("pay");
    expect(fork.status()).toBe("completed");
  });

  test("of a fork says nothing more of a doubt that a person has settled there", () => {
    const text = `
      steps:
        - { id: all, each: [1, 2], agent: keeper, outputs: { n: number } }
        - { id: end, agent: reader, inputs: { items: $all.items } }
    `;
    const source = given(text, WORLD).start();
    source.does("all[1]", { n: 2 });
    const again = begun(text, plannedWell(source, text));
    again.tell({ type: "give", path: "all[0]", output: { value: { n: 1 } }, why: "" });
    const third = begun(text, plannedWell(again, text));
    const items = [{ status: "completed" }, { status: "completed" }];
    for (const fork of [again, third]) expect(fork.asked("end").inputs).toEqual({ items });
  });

  test("the duty to undo stays with the source", () => {
    const text = `
      steps:
        - { id: a, agent: keeper, compensate: { agent: keeper } }
        - { id: b, agent: keeper, compensate: { agent: keeper } }
        - { id: c, agent: reader }
    `;
    const source = given(text, WORLD).start();
    source.does("a");
    const fork = begun(text, plannedWell(source, text));
    fork.does("b");
    fork.tell({ type: "cancel", why: "", rollback: true });
    expect(fork.inFlight()).toEqual(["!undo/1"]);
    fork.does("!undo/1");
    expect(fork.status()).toBe("rolled back");
  });

  test("is refused where its source was being rolled back", () => {
    const text =
      "steps: [{ id: a, agent: keeper, compensate: { agent: keeper } }, { id: b, agent: reader }]";
    const source = given(text, WORLD).start();
    source.does("a");
    source.tell({ type: "cancel", why: "", rollback: true });
    expect(planned(source, text)).toMatchObject({ code: "conflict" });
  });
});

describe("a fork with other params", () => {
  const TEXT = `
    parameters: { size: 3, colour: red, ids: [1, 2, 3] }
    steps:
      - { id: load, agent: reader, inputs: { size: $params.size }, outputs: { rows: number } }
      - { id: paint, agent: reader, inputs: { colour: $params.colour } }
  `;

  test("says which finished steps used one that changed, and leaves them as they are", () => {
    const source = given(TEXT, WORLD).start({ size: 3, colour: "red" });
    source.does("load", { rows: 1 });
    const plan = plannedWell(source, TEXT, { params: { size: 4, colour: "blue" } });
    expect(plan.changed).toEqual(["colour", "size"]);
    expect(plan.stale).toEqual([{ param: "size", steps: ["reader (load)"] }]);
    const fork = begun(TEXT, plan, { size: 4, colour: "blue" });
    expect(fork.asked("paint").inputs).toEqual({ colour: "blue" });
  });

  test("does not stand on what people decided about the others (M8)", () => {
    const text = `
      parameters: { amount: 100 }
      steps: [{ id: may, gate: { ask: May it be?, need: 1 } }, { id: pay, agent: sender, inputs: { amount: $params.amount } }]
    `;
    const source = given(text, WORLD).start({ amount: 100 });
    source.vote("may", "bo");
    expect(planned(source, text)).not.toHaveProperty("code");
    expect(planned(source, text, { params: { amount: 1_000_000 } })).toMatchObject({
      code: "not-allowed",
    });
  });

  test("does not give results of some items to others", () => {
    const text = `
      parameters: { ids: [1, 2, 3] }
      steps: [{ id: all, each: $params.ids, agent: reader, inputs: { id: $item } }]
    `;
    const source = given(text, WORLD).start({ ids: [1, 2, 3] });
    source.does("all[0]");
    expect(planned(source, text, { params: { ids: [7, 8, 9] } })).toMatchObject({
      code: "conflict",
    });
  });
});

describe("a fork with failed steps tried again", () => {
  const TEXT = `
    steps:
      - { id: a, agent: reader }
      - { id: b, agent: reader, optional: true, error_strategy: fail_immediately }
      - { id: c, agent: reader, error_strategy: fail_immediately }
  `;

  test("tries the step that failed the run, and leaves what was degraded unless asked", () => {
    const source = given(TEXT, WORLD).start();
    source.does("a");
    source.fails("b", "invalid_input_data");
    source.fails("c", "invalid_input_data");
    expect(source.status()).toBe("failed");
    const plain = begun(TEXT, plannedWell(source, TEXT));
    expect(plain.inFlight()).toEqual(["c"]);
    plain.does("c");
    expect(plain.run()).toMatchObject({ outcome: "completed", degraded: 1 });
    const again = begun(TEXT, plannedWell(source, TEXT, { retryFailed: true }));
    expect(again.inFlight()).toEqual(["b"]);
    again.does("b");
    again.does("c");
    expect(again.run()).toMatchObject({ outcome: "completed", degraded: 0 });
  });

  test("tries items again whose failure was tolerated, in a phase that has ended too", () => {
    const text = `
      phases:
        - name: One
          steps: [{ id: all, each: [1, 2, 3], tolerate: 1, agent: reader, outputs: { n: number }, error_strategy: fail_immediately }]
        - name: Two
          steps: [{ id: end, agent: reader, inputs: { ns: $all.n } }]
    `;
    const source = given(text, WORLD).start();
    source.does("one/all[0]", { n: 1 });
    source.fails("one/all[1]", "invalid_input_data");
    source.does("one/all[2]", { n: 3 });
    const again = begun(text, plannedWell(source, text, { retryFailed: true }));
    expect(again.inFlight()).toEqual(["one/all[1]"]);
    again.does("one/all[1]", { n: 2 });
    expect(again.asked("two/end").inputs).toEqual({ ns: [1, 2, 3] });
    const plain = begun(text, plannedWell(source, text));
    expect(plain.asked("two/end").inputs).toEqual({ ns: [1, null, 3] });
  });

  const RESTS = `
    steps:
      - { id: a, agent: reader, optional: true, error_strategy: fail_immediately, outputs: { n: number } }
      - id: all
        each: [1, 2]
        tolerate: 1
        agent: keeper
        inputs: { n: $a.n }
        outputs: { n: number }
        error_strategy: fail_immediately
      - { id: c, agent: reader, error_strategy: fail_immediately }
  `;

  test("leaves what was degraded where a step after it goes on, which would be done before it", () => {
    const source = given(RESTS, WORLD).start();
    source.fails("a", "invalid_input_data");
    source.does("all[0]", { n: 1 });
    source.fails("all[1]", "invalid_input_data", true);
    source.fails("c", "invalid_input_data");
    const again = begun(RESTS, plannedWell(source, RESTS, { retryFailed: true }));
    expect(again.inFlight()).toEqual(["all[1]"]);
    again.does("all[1]", { n: 2 });
    again.does("c");
    expect(again.run()).toMatchObject({ outcome: "completed", degraded: 1 });
  });

  test("M9 leaves it too where a step after it is in doubt", () => {
    const source = given(RESTS, WORLD).start();
    source.fails("a", "invalid_input_data");
    source.does("all[0]", { n: 1 });
    const again = begun(RESTS, plannedWell(source, RESTS, { retryFailed: true }));
    expect(again.inFlight()).toEqual([]);
    expect(again.exception("all[1]")).toMatchObject({ why: "unknown" });
  });

  const BETWEEN = `
    steps:
      - { id: a, agent: reader, optional: true, error_strategy: fail_immediately, outputs: { n: number } }
      - { id: b, agent: reader }
      - { id: c, agent: reader, inputs: { n: $a.n }, error_strategy: fail_immediately }
      - { id: d, agent: reader }
  `;

  test("does what comes after them after them, with steps between that have ended and stay", () => {
    const source = given(BETWEEN, WORLD).start();
    source.fails("a", "invalid_input_data");
    source.does("b");
    source.fails("c", "invalid_input_data");
    const plan = plannedWell(source, BETWEEN, { retryFailed: true });
    const again = begun(BETWEEN, plan);
    expect(again.inFlight()).toEqual(["a"]);
    const third = begun(BETWEEN, plannedWell(again, BETWEEN));
    expect(third.inFlight()).toEqual(["a"]);
    for (const fork of [again, third]) {
      fork.does("a", { n: 7 });
      expect(fork.asked("c").inputs).toEqual({ n: 7 });
      fork.does("c");
      fork.does("d");
      expect(fork.run()).toMatchObject({ outcome: "completed", degraded: 0 });
    }
  });

  test("and so after the fork was moved to a version with a step more", () => {
    const source = given(BETWEEN, WORLD).start();
    source.fails("a", "invalid_input_data");
    source.does("b");
    source.fails("c", "invalid_input_data");
    const plan = plannedWell(source, BETWEEN, { retryFailed: true });
    const next = workflow(
      BETWEEN.replace("- { id: c", "- { id: x, agent: reader }\n      - { id: c"),
    );
    const again = begun(BETWEEN, plan, {}, { ...WORLD, versions: [next] });
    again.tell({ type: "pause", why: "" });
    again.tell({ type: "move", definition: next.digest, why: "" });
    again.tell({ type: "resume" });
    expect(again.inFlight()).toEqual(["a", "x"]);
    again.does("x");
    expect(again.inFlight()).toEqual(["a"]);
    again.does("a", { n: 7 });
    expect(again.asked("c").inputs).toEqual({ n: 7 });
  });
});
