import { array, assert, constantFrom, nat, property } from "fast-check";
import { describe, expect, test } from "vitest";
import {
  accepted,
  attempted,
  begun,
  block,
  choose,
  each,
  ended,
  exampleWorkflow,
  gate,
  log,
  repeat,
  task,
  timedOut,
} from "../../../test/given/checked.ts";
import type { Body, Event } from "../machine/index.ts";
import {
  emptyHistory,
  failedStep,
  type History,
  progressOf,
  readEvent,
  stateDocument,
  timeLeftMs,
  viewOf,
} from "./index.ts";
import type { StepView } from "./view.ts";

const ONBOARDING = exampleWorkflow([
  block("prepare", [task("prepare/1")]),
  block("setup", [task("setup/2"), each("setup/welcome", task("setup/welcome[]"))]),
  block("check", [gate("check/sign")]),
]);

function told(bodies: readonly Body[], workflow = ONBOARDING): History {
  return log(bodies).reduce(readEvent, emptyHistory(workflow));
}

function stepAt(history: History, path: string): StepView {
  const find = (views: readonly StepView[]): StepView | undefined =>
    views.flatMap((view) => [view, find(view.steps)]).find((view) => view?.path === path);
  const found = find(viewOf(history).phases);
  if (!found) throw new Error(`There is no step ${path}.`);
  return found;
}

const STARTED = [accepted, begun(""), begun("prepare"), attempted("prepare/1")];
const PREPARED = [...STARTED, ended("prepare/1"), ended("prepare"), begun("setup")];

describe("the history of a run", () => {
  test("before anything has begun is accepted, and every step is pending", () => {
    const view = viewOf(told([accepted]));
    expect([view.status, view.progress]).toEqual([
      "accepted",
      { done: 0, expected: 4, percent: 0 },
    ]);
    expect(view.phases.map((phase) => phase.status)).toEqual(["pending", "pending", "pending"]);
  });

  test("shows which agent has which step, since when", () => {
    const step = stepAt(told(STARTED), "prepare/1");
    expect(step).toMatchObject({
      status: "running",
      record: { agent: "worker", attempts: 1, startedAt: 1_765_533_603_000, endedAt: null },
    });
  });

  test("keeps the error of an attempt and says when the next one is", () => {
    const history = told([
      ...STARTED,
      {
        type: "attempt.ended",
        path: "prepare/1",
        key: 4,
        outcome: "failed",
        error: timedOut,
        doubt: false,
      },
      { type: "timer.set", path: "prepare/1", due: 1_765_533_700_000, why: "backoff" },
    ]);
    expect(stepAt(history, "prepare/1")).toMatchObject({
      status: "retrying",
      record: { error: timedOut, nextTryAt: 1_765_533_700_000, attempts: 1 },
    });
    expect(viewOf(history)).toMatchObject({
      status: "running",
      counts: { errors: 1, inFlight: 0 },
    });
  });

  test("says why a fallback agent has a step, and counts the step as retried", () => {
    const history = told([
      ...STARTED,
      {
        type: "attempt.ended",
        path: "prepare/1",
        key: 4,
        outcome: "failed",
        error: timedOut,
        doubt: false,
      },
      {
        type: "attempt.started",
        path: "prepare/1",
        agent: "senior",
        effects: "pure",
        call: 4,
        fallback: "broader",
      },
      ended("prepare/1", {
        closes: 6,
        usage: { tokens: 10, calls: 2, costMicros: 5, currency: "USD" },
      }),
    ]);
    expect(stepAt(history, "prepare/1").record).toMatchObject({
      agent: "senior",
      fallback: "broader",
      attempts: 2,
    });
    expect(viewOf(history)).toMatchObject({
      counts: { retried: 1, fellBack: 1, failed: 0, inFlightPeak: 1 },
      agents: { worker: 1, senior: 1 },
      usage: { tokens: 10, calls: 2, costMicros: { USD: 5 } },
    });
  });

  test("counts the items of a fan-out and names the first that failed, not every item", () => {
    const items = Array.from({ length: 30 }, (_, at) => `setup/welcome[${at}]`);
    const history = told([
      ...PREPARED,
      begun("setup/welcome", { count: 40 }),
      ...items.map((path) => attempted(path)),
      ...items
        .slice(0, 25)
        .map((path, at) => ended(path, at < 12 ? { outcome: "failed", error: timedOut } : {})),
    ]);
    const step = stepAt(history, "setup/welcome");
    expect(step.items?.counts).toEqual({ running: 5, failed: 12, completed: 13 });
    expect(step.items?.failures).toHaveLength(10);
    expect(step.items?.failures[0]).toEqual({
      path: "setup/welcome[0]",
      message: "no answer in 30 s",
    });
    expect(step.progress).toEqual({ done: 13, expected: 40, percent: 32 });
    expect(viewOf(history)).toMatchObject({
      progress: { done: 14, expected: 43 },
      counts: { inFlightPeak: 30, inFlight: 5, failed: 12 },
    });
  });

  test("waits when all that is left waits for a person, and shows who voted", () => {
    const opening = { digest: "sha256:1", ask: "Go on?", chain: "", from: ["ana", "bo"], need: 2 };
    const toGate = [
      ...PREPARED,
      ended("setup"),
      begun("check"),
      begun("check/sign", { gate: opening }),
    ];
    const open = told([...toGate]);
    const key = toGate.length;
    expect(viewOf(open)).toMatchObject({
      status: "waiting",
      gateCount: 1,
      gates: [{ key, from: ["ana", "bo"], need: 2 }],
    });
    expect(viewOf(open).phases.map((phase) => phase.status)).toEqual([
      "completed",
      "completed",
      "waiting",
    ]);
    const vote = {
      type: "gate.voted",
      key,
      digest: "sha256:1",
      voter: "ana",
      allow: true,
      reason: "seen",
    } as unknown as Body;
    const closed = {
      type: "gate.closed",
      key,
      path: "check/sign",
      allowed: true,
      why: "2 of 2",
    } as const;
    const decided = told([...toGate, vote, closed, ended("check/sign")]);
    expect(stepAt(decided, "check/sign").record.gate).toMatchObject({
      votes: [{ voter: "ana", allow: true, reason: "seen" }],
      closed: { allowed: true },
    });
    expect(viewOf(decided).gateCount).toBe(0);
  });

  test("holds an exception with its owner until a person has mended it", () => {
    const raised: readonly Body[] = [
      ...STARTED,
      {
        type: "attempt.ended",
        path: "prepare/1",
        key: 4,
        outcome: "unknown",
        error: timedOut,
        doubt: true,
      },
      {
        type: "exception.raised",
        path: "prepare/1",
        why: "unknown",
        owner: "operations",
        error: timedOut,
        look: "Look.",
      },
    ];
    expect(viewOf(told(raised))).toMatchObject({
      status: "waiting",
      exceptions: [{ key: 6, path: "prepare/1", owner: "operations", why: "unknown" }],
    });
    const mended = told([
      ...raised,
      { type: "exception.closed", key: 6, path: "prepare/1", how: "retry" },
      { type: "attempt.started", path: "prepare/1", agent: "worker", effects: "ask", call: 4 },
    ]);
    expect(viewOf(mended)).toMatchObject({ status: "running", exceptionCount: 0 });
  });

  test("asks nobody any more for a step that has ended, nor for a run that has", () => {
    const opening = { digest: "sha256:0", ask: "Go on?", chain: "", from: ["ana"], need: 1 };
    const raised: Body = {
      type: "exception.raised",
      path: "prepare/1",
      why: "failed",
      owner: "ana",
      error: timedOut,
      look: "Is it there?",
    };
    const asking: readonly Body[] = [
      accepted,
      begun(""),
      begun("check"),
      begun("check/sign", { gate: opening }),
      begun("prepare"),
      attempted("prepare/1"),
      raised,
    ];
    const open = viewOf(told(asking));
    expect([open.gateCount, open.exceptionCount]).toEqual([1, 1]);
    const cancelled = told([
      ...asking,
      ended("check/sign", { outcome: "cancelled" }),
      ended("prepare/1", { outcome: "cancelled" }),
    ]);
    expect(viewOf(cancelled)).toMatchObject({ gateCount: 0, exceptionCount: 0 });
    expect(stepAt(cancelled, "check/sign").record.gate).toBeNull();
    const over = told([...asking, { type: "run.finished", outcome: "rolled back" }]);
    expect(viewOf(over)).toMatchObject({ gateCount: 0, exceptionCount: 0 });
  });

  test("marks the steps that a rollback has undone, newest first", () => {
    const compensate = { agent: "worker", inputs: {}, timeoutMs: null };
    const workflow = exampleWorkflow([
      block("a", [{ ...task("a/1"), compensate }, task("a/2"), { ...task("a/3"), compensate }]),
    ]);
    const done = ["a/1", "a/2", "a/3"].flatMap((path) => [attempted(path), ended(path)]);
    const undoing: readonly Body[] = [
      accepted,
      begun(""),
      begun("a"),
      ...done,
      { type: "run.undoing" },
      attempted("!undo/1"),
    ];
    const undone = (history: History): readonly boolean[] =>
      ["a/1", "a/2", "a/3"].map((path) => stepAt(history, path).record.undone);
    expect(undone(told(undoing, workflow))).toEqual([false, false, false]);
    const half = [...undoing, ended("!undo/1"), attempted("!undo/2")];
    expect(undone(told(half, workflow))).toEqual([false, false, true]);
    const skipped = told([...half, ended("!undo/2", { outcome: "degraded" })], workflow);
    expect(undone(skipped)).toEqual([false, false, true]);
    expect(undone(told([...half, ended("!undo/2")], workflow))).toEqual([true, false, true]);
  });

  test("names the step whose failure the run ended with, and none where no single one did", () => {
    const other = { ...timedOut, message: "too late" };
    const failing = (error: object): History =>
      told([
        ...STARTED,
        ended("prepare/1", { outcome: "failed", error: timedOut }),
        ended("prepare", { outcome: "failed", error: timedOut }),
        { type: "run.finished", outcome: "failed", error: error as typeof timedOut },
      ]);
    expect(failedStep(viewOf(failing(timedOut)))?.path).toBe("prepare/1");
    expect(failedStep(viewOf(failing(other)))).toBeNull();
  });

  test("shows the steps of a repeated block as they are in this round", () => {
    const polling = exampleWorkflow([
      block("p", [
        repeat("p/poll", block("p/poll{}", [task("p/poll{}/ask"), task("p/poll{}/look")])),
      ]),
    ]);
    const round = (n: number): Body[] => [
      begun(`p/poll{${n}}`),
      attempted(`p/poll{${n}}/ask`),
      ended(`p/poll{${n}}/ask`),
    ];
    const first = [
      accepted,
      begun(""),
      begun("p"),
      begun("p/poll"),
      ...round(0),
      attempted("p/poll{0}/look"),
    ];
    const history = told(
      [...first, ended("p/poll{0}/look"), ended("p/poll{0}"), ...round(1)],
      polling,
    );
    expect(stepAt(history, "p/poll").record.rounds).toBe(2);
    expect(stepAt(history, "p/poll{}/ask").status).toBe("completed");
    expect(stepAt(history, "p/poll{}/look").status).toBe("pending");
    expect(progressOf(history)).toEqual({ done: 3, expected: 4, percent: 75 });
  });

  test("expects of a choose its largest branch, and the taken one from when it is known", () => {
    const either = exampleWorkflow([
      choose("c", [task("c/small"), block("c/large", [task("c/large/a"), task("c/large/b")])]),
    ]);
    const history = told(
      [
        accepted,
        begun(""),
        begun("c", { branch: 0 }),
        { type: "step.skipped", path: "c/large", slot: 1, why: "not taken" },
        attempted("c/small"),
      ],
      either,
    );
    expect(progressOf(told([accepted], either)).expected).toBe(2);
    expect(progressOf(history)).toEqual({ done: 0, expected: 1, percent: 0 });
    const over = [ended("c/small"), ended("c")].reduce(
      (now, body, at) => readEvent(now, { ...body, seq: 6 + at, at: 0, by: "muster" }),
      history,
    );
    expect(progressOf(over)).toEqual({ done: 1, expected: 1, percent: 99 });
  });

  test("reads an event that it has read before as nothing new", () => {
    const history = told(PREPARED);
    expect(log(PREPARED).reduce(readEvent, history)).toEqual(history);
  });

  test("says how long is left only when it can be told", () => {
    const half = told([...PREPARED, attempted("setup/2"), ended("setup/2")]);
    const start = 1_765_533_600_000;
    expect(timeLeftMs(half, start + 60_000)).toBe(60_000);
    expect(timeLeftMs(half, start + 500)).toBeNull();
    expect(timeLeftMs(told([accepted]), start + 60_000)).toBeNull();
  });
});

describe("the state document", () => {
  test("has the names that readers of such documents know", () => {
    const document = stateDocument(
      told([
        ...STARTED,
        ended("prepare/1", { output: { value: { customer_count: 50 } } }),
        ended("prepare"),
        begun("setup"),
        attempted("setup/2"),
      ]),
    );
    expect(document).toMatchObject({
      workflow_id: "wf_example",
      name: "example",
      status: "running",
      created_at: "2025-12-12T10:00:00.000Z",
      current_phase: 2,
      errors: [],
      metrics: { total_steps: 4, completed_steps: 1, failed_steps: 0, progress_percent: 25 },
    });
    expect(document["phases"]).toMatchObject([
      {
        phase_id: 1,
        name: "Step prepare",
        status: "completed",
        steps: [
          {
            step_id: 1,
            name: "Step 1",
            status: "completed",
            agent: "worker",
            started_at: "2025-12-12T10:00:03.000Z",
            completed_at: "2025-12-12T10:00:04.000Z",
            outputs: { customer_count: 50 },
          },
        ],
      },
      { phase_id: 2, status: "running" },
      { phase_id: 3, status: "pending" },
    ]);
  });
});

describe("the state document of a fan-out", () => {
  test("tells who is given its items, and all their attempts", () => {
    const document = stateDocument(
      told([
        ...PREPARED,
        begun("setup/welcome", { count: 2 }),
        attempted("setup/welcome[0]", "writer"),
        ended("setup/welcome[0]"),
        attempted("setup/welcome[1]", "writer"),
        {
          type: "attempt.ended",
          path: "setup/welcome[1]",
          key: 11,
          outcome: "failed",
          error: timedOut,
          doubt: false,
        },
        {
          type: "attempt.started",
          path: "setup/welcome[1]",
          agent: "writer",
          effects: "pure",
          call: 11,
        },
        ended("setup/welcome[1]"),
        ended("setup/welcome"),
      ]),
    );
    expect(document["phases"]).toMatchObject([
      {},
      { steps: [{ attempts: 0 }, { agent: "writer", attempts: 3, items: { total: 2 } }] },
      {},
    ]);
  });
});

describe("progress", () => {
  /** A run made by chance: phases of tasks, fan-outs and repeats, whose steps end in any way. */
  const outcomes = constantFrom("completed", "degraded", "failed", "skipped");
  const phase = array(nat(6), { minLength: 1, maxLength: 4 });

  test("never falls unless there turns out to be more to do, and a completed run is done", () => {
    assert(
      property(
        array(phase, { minLength: 1, maxLength: 4 }),
        array(outcomes, { minLength: 1 }),
        (phases, ways) => {
          const workflow = exampleWorkflow(
            phases.map((counts, at) =>
              block(
                `p${at}`,
                counts.map((count, of) =>
                  count === 0
                    ? task(`p${at}/s${of}`)
                    : count === 6
                      ? repeat(`p${at}/s${of}`, task(`p${at}/s${of}{}`))
                      : each(
                          `p${at}/s${of}`,
                          block(`p${at}/s${of}[]`, [
                            task(`p${at}/s${of}[]/a`),
                            task(`p${at}/s${of}[]/b`),
                          ]),
                        ),
                ),
              ),
            ),
          );
          const events = log(wholeRun(phases, ways));
          let before = emptyHistory(workflow);
          for (const event of events) {
            const after = readEvent(before, event);
            const [was, is] = [progressOf(before), progressOf(after)];
            expect(is.done).toBeGreaterThanOrEqual(was.done);
            expect(is.done).toBeLessThanOrEqual(is.expected);
            const floor = is.expected <= was.expected ? was.percent : 0;
            expect(is.percent).toBeGreaterThanOrEqual(floor);
            before = after;
          }
          expect(progressOf(before).percent).toBe(100);
          expect(viewOf(before).counts).toMatchObject({ inFlight: 0, retrying: 0, waiting: 0 });
        },
      ),
    );
  });

  test("of ten thousand items makes as little anew with one more event as one of a hundred", () => {
    const workflow = exampleWorkflow([each("e", task("e[]"))]);
    const madeByOneEvent = (count: number): number => {
      const half = Array.from({ length: count / 2 }, (_, at) => at);
      const events: readonly Event[] = log([
        accepted,
        begun("e", { count }),
        ...half.map((at) => attempted(`e[${at}]`)),
        ...half.map((at) => ended(`e[${at}]`)),
      ]);
      const before = events.slice(0, -1).reduce(readEvent, emptyHistory(workflow));
      const after = events.slice(-1).reduce(readEvent, before);
      expect(progressOf(after).done).toBe(count / 2);
      const known = objectsOf(before);
      return [...objectsOf(after)].filter((one) => !known.has(one)).length;
    };
    expect(madeByOneEvent(10_000)).toBeLessThan(madeByOneEvent(100) * 1.5);
  });
});

/** All objects that a value consists of. */
function objectsOf(value: object): Set<object> {
  const seen = new Set<object>();
  const left: unknown[] = [value];
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    if (typeof one !== "object" || one === null || seen.has(one)) continue;
    seen.add(one);
    left.push(...Object.values(one));
  }
  return seen;
}

function wholeRun(phases: readonly (readonly number[])[], ways: readonly string[]): Body[] {
  let turn = 0;
  const leaf = (path: string): Body[] => {
    const outcome = ways[turn++ % ways.length];
    if (outcome === "skipped") return [{ type: "step.skipped", path, slot: 0, why: "when" }];
    return [attempted(path), ended(path, { outcome })];
  };
  const step = (path: string, count: number): Body[] => {
    if (count === 0) return leaf(path);
    const inside = Array.from({ length: count === 6 ? 3 : count - 1 }, (_, at) =>
      count === 6
        ? leaf(`${path}{${at}}`)
        : [
            begun(`${path}[${at}]`),
            ...leaf(`${path}[${at}]/a`),
            ...leaf(`${path}[${at}]/b`),
            ended(`${path}[${at}]`),
          ],
    );
    const more = count === 6 ? {} : { count: count - 1 };
    return [begun(path, more), ...inside.flat(), ended(path)];
  };
  const bodies = phases.flatMap((counts, at) => [
    begun(`p${at}`),
    ...counts.flatMap((count, of) => step(`p${at}/s${of}`, count)),
    ended(`p${at}`),
  ]);
  return [accepted, begun(""), ...bodies, { type: "run.finished", outcome: "completed" }];
}
