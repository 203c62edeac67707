import { describe, expect, test } from "vitest";
import { accepted, attempted, begun, ended, log, timedOut } from "../../../test/given/checked.ts";
import { workflow } from "../../../test/given/workflow.ts";
import type { Digest } from "../id.ts";
import type { Body } from "../machine/index.ts";
import {
  beginReading,
  type Evidence,
  findingsOf,
  INDICATORS,
  type Indicator,
  isSound,
  type PointId,
  readOn,
  reviewOf,
  summaryOf,
  tookMs,
} from "./index.ts";

const TWO = workflow(`
  name: two
  phases:
    - name: Preparation
      steps:
        - {id: load, name: Load customer data, agent: loader, outputs: {rows: integer}}
    - name: Setup
      steps:
        - {id: make, name: Create accounts, agent: maker, inputs: {rows: $load.rows}}
`);

const LOADED: readonly Body[] = [
  accepted,
  begun(""),
  begun("preparation"),
  attempted("preparation/load", "loader"),
  ended("preparation/load", { output: { value: { rows: 3 } } }),
  ended("preparation"),
  begun("setup"),
];
const MAKING: readonly Body[] = [...LOADED, attempted("setup/make", "maker")];
const ENDED: readonly Body[] = [
  ended("setup"),
  ended(""),
  { type: "run.finished", outcome: "completed", outputs: { value: {} } },
];
const WELL: readonly Body[] = [...MAKING, ended("setup/make"), ...ENDED];

/** The events are a second apart; each is a decision of its own. */
function evidence(bodies: readonly Body[], more: Partial<Evidence> = {}, of = TWO): Evidence {
  const read = log(bodies)
    .map((event) => ({ ...event, end: true as const }))
    .reduce((read, event) => readOn(read, event), beginReading(of));
  const end = { seq: read.history.seq, hash: "sha256:0" as Digest };
  return {
    read,
    chain: { ok: true, end },
    damage: null,
    waits: 0,
    isAtWork: true,
    now: read.history.updatedAt ?? 0,
    estimate: null,
    checkpoints: null,
    notices: null,
    ...more,
  };
}

function failedWith(kind: string, error: object = {}): Body {
  const why = { class: "permanent", kind, message: `no: ${kind}`, ...error } as const;
  return { type: "step.finished", path: "setup/make", outcome: "failed", error: why as never };
}

const GIVEN_UP: Body = {
  type: "run.stopping",
  outcome: "failed",
  abort: false,
  rollback: false,
  why: "no",
  error: timedOut,
};

function missed(closes: boolean): Body {
  const error = { class: "critical", kind: "security_violation", message: "keys leaked" } as const;
  return {
    type: "attempt.ended",
    path: "setup/make",
    key: 8,
    outcome: "failed",
    error: closes ? error : timedOut,
    doubt: false,
  };
}

const AGAIN: Body = {
  type: "attempt.started",
  path: "setup/make",
  agent: "maker",
  effects: "pure",
};

test("what was refused names where one reads what stood against it", () => {
  const said = (kind: string): string | undefined => {
    const error = { ...timedOut, kind };
    const events = [...MAKING, failedWith(kind), { ...GIVEN_UP, error } as never];
    const ended = { type: "run.finished", outcome: "failed", error } as never;
    return findingsOf(evidence([...events, ended])).find(({ id }) => id === "step-unrecovered")
      ?.mend;
  };
  expect(said("rejected")).toMatch(
    /^What stood against it: muster why run wf_\w+\. Mend the cause/,
  );
  expect(said("invalid_answer")).toMatch(/^Mend the cause/);
});

describe("a run has FAILED if", () => {
  const cases: readonly (readonly [string, Indicator, Evidence])[] = [
    [
      "workflow validation fails (missing agents, invalid config)",
      "validation-failed",
      evidence([...MAKING, failedWith("agent_not_found")]),
    ],
    [
      "a critical step failed without recovery (no retry/fallback)",
      "step-unrecovered",
      evidence([
        ...MAKING,
        failedWith("invalid_answer"),
        GIVEN_UP,
        { type: "run.finished", outcome: "failed", error: timedOut },
      ]),
    ],
    [
      "its state is corrupt: the log",
      "state-corrupt",
      evidence(WELL, { chain: { ok: false, seq: 3, kind: "modified", message: "Event 3 was." } }),
    ],
    [
      "its state is corrupt: checkpoint recovery fails",
      "state-corrupt",
      evidence(WELL, { checkpoints: [{ id: "cp_1", damage: "it is cut off" }] }),
    ],
    [
      "a resource budget was exceeded (token/time limit)",
      "budget-exceeded",
      evidence([...MAKING, { ...GIVEN_UP, error: { ...timedOut, kind: "timeout" } }]),
    ],
    [
      "it is in an infinite retry loop (retry logic broken)",
      "endless-retry",
      evidence([...MAKING, missed(false), AGAIN, missed(false), AGAIN, missed(false), AGAIN]),
    ],
    [
      "it is in a deadlock (agents blocked)",
      "deadlock",
      evidence(LOADED, { now: 1_765_533_600_000 + 3_600_000 }),
    ],
    [
      "its data flow is broken (outputs not passed to next steps)",
      "data-flow-broken",
      evidence([...LOADED, begun("setup/make"), failedWith("invalid_input_data")]),
    ],
    [
      "error escalation is missing (critical failures not reported)",
      "escalation-missing",
      evidence([...MAKING, missed(true)]),
    ],
    [
      "it got slow: performance degradation (over twice the estimated time)",
      "slow",
      evidence(WELL, { estimate: { ms: 3_000, runs: 4 } }),
    ],
  ];

  test.each(cases)("%s", (_words, id, of) => {
    const found = findingsOf(of);
    expect(found.map((one) => one.id)).toContain(id);
    for (const one of found) expect([one.message, one.mend]).not.toContain("");
  });

  test("and each of the nine indicators has a case here", () => {
    expect(new Set(cases.map(([, id]) => id))).toEqual(new Set(Object.keys(INDICATORS)));
  });

  test("none of it where the run went well", () => {
    expect(findingsOf(evidence(WELL, { estimate: { ms: 30_000, runs: 4 } }))).toEqual([]);
  });

  test("not where a retry is within its limit, nor where a person had it tried again", () => {
    const raised: Body = {
      type: "exception.raised",
      path: "setup/make",
      why: "failed",
      owner: "ana",
      error: timedOut,
      look: "look",
    };
    const told: readonly Body[] = [
      ...MAKING,
      missed(false),
      AGAIN,
      missed(false),
      AGAIN,
      missed(false),
      raised,
      { type: "exception.closed", path: "setup/make", key: 13, how: "retry" },
      AGAIN,
    ];
    expect(findingsOf(evidence(told))).toEqual([]);
  });

  test("not where a critical failure was put before a person", () => {
    const told: Body = {
      type: "exception.raised",
      path: "setup/make",
      why: "failed",
      owner: "ana",
      error: timedOut,
      look: "look",
    };
    expect(findingsOf(evidence([...MAKING, missed(true), told]))).toEqual([]);
  });

  test("not where it is still and waits for something that has a name", () => {
    const later = { now: 1_765_533_600_000 + 3_600_000 };
    expect(findingsOf(evidence(LOADED, { ...later, waits: 1 }))).toEqual([]);
    expect(findingsOf(evidence(LOADED, { ...later, isAtWork: false }))).toEqual([]);
  });

  test("not where it was slow because it waited for a person", () => {
    const told: readonly Body[] = [
      ...MAKING.slice(0, -1),
      ...Array.from({ length: 20 }, (): Body => ({ type: "run.paused", why: "a look" })),
      { type: "run.resumed" },
      attempted("setup/make", "maker"),
      ended("setup/make"),
      ...ENDED,
    ];
    expect(findingsOf(evidence(told, { estimate: { ms: 6_000, runs: 4 } }))).toEqual([]);
  });
});

function answers(of: Evidence): Readonly<Partial<Record<PointId, string>>> {
  return Object.fromEntries(reviewOf(of).points.map(({ id, answer }) => [id, answer]));
}

describe("the completion checklist", () => {
  test("has eleven points, each answered with its evidence", () => {
    const { points } = reviewOf(evidence(WELL));
    expect(points).toHaveLength(11);
    for (const { evidence: said } of points) expect(said).toMatch(/\.$/);
  });

  test("of a run that went well: what was there to hold holds, the rest does not apply", () => {
    const of = evidence(WELL, { estimate: { ms: 10_000, runs: 3 } });
    expect(answers(of)).toEqual({
      validated: "true",
      phases: "true",
      steps: "true",
      checkpoints: "does not apply",
      state: "true",
      budgets: "does not apply",
      "error-handling": "does not apply",
      "data-flow": "true",
      monitoring: "does not apply",
      log: "true",
      targets: "true",
    });
    expect(isSound(reviewOf(of))).toBe(true);
  });

  test("of a run that failed: phases and steps are not true, and the step is named", () => {
    const of = evidence([...MAKING, failedWith("invalid_answer")]);
    const { points } = reviewOf(of);
    const said = points.find(({ id }) => id === "steps");
    expect(said).toMatchObject({
      answer: "not true",
      evidence: expect.stringContaining('"Create accounts" is failed'),
    });
    expect(isSound(reviewOf(of))).toBe(false);
  });

  test("Error handling tested: at least 1 retry or fallback triggered", () => {
    const tried = evidence([...MAKING, missed(false), AGAIN, ended("setup/make"), ...ENDED]);
    expect(answers(tried)["error-handling"]).toBe("true");
  });

  test("Execution log complete: not where a decision is cut off", () => {
    const of = evidence(WELL);
    const cut = { ...of, read: { ...of.read, signs: { ...of.read.signs, whole: false } } };
    expect(answers(cut)).toMatchObject({ log: "not true", state: "not true" });
  });

  test("State checkpoints saved at configured intervals", () => {
    expect(answers(evidence(WELL, { checkpoints: [] })).checkpoints).toBe("not true");
    const saved = [{ id: "cp_1", damage: null }];
    expect(answers(evidence(WELL, { checkpoints: saved })).checkpoints).toBe("true");
  });

  test("Monitoring/notifications configured and working", () => {
    const told = workflow(`
      name: told
      phases: [{name: Preparation, steps: [{id: load, agent: loader}]}, {name: Setup, steps: [{id: make, agent: maker}]}]
      monitoring: {progress_webhook: "https://example.com/hook"}
    `);
    const of = (isSent: boolean): Evidence =>
      evidence(WELL, { notices: [{ event: "completed", isSent }] }, told);
    expect(answers(evidence(WELL, {}, told)).monitoring).toBe("not true");
    expect(answers(of(true)).monitoring).toBe("true");
    expect(answers(of(false)).monitoring).toBe("not true");
  });
});

test("what a run took is without the rest between its end and a rollback", () => {
  const late = (bodies: readonly Body[]): number => {
    const all = evidence(bodies);
    const first = tookMs(all);
    const undone = log([...bodies, { type: "run.undoing", why: "wrong" }]).at(-1);
    if (undone === undefined) throw new Error("the log has an end");
    const event = { ...undone, at: undone.at + 3_600_000, end: true as const };
    const read = readOn(all.read, event);
    return tookMs({ read, now: event.at + 2_000 }) - first;
  };
  expect(late(WELL)).toBe(2_000);
});

describe("a budget", () => {
  const CAPPED = workflow(`
    name: capped
    phases: [{name: Preparation, steps: [{id: load, agent: loader}]}, {name: Setup, steps: [{id: make, agent: maker}]}]
    resource_limits: {token_budget: 1000, total_timeout: 2 hours}
  `);
  const passed: Body = {
    type: "budget.exceeded",
    path: "setup/make",
    need: { tokens: 5 },
    unit: "tokens",
    left: 1,
    of: "run",
    follows: "refuse",
    error: { class: "permanent", kind: "budget_exceeded", message: "1 token is left" },
  };

  test("Resource budgets not exceeded (tokens, API calls, time)", () => {
    const point = (of: Evidence): object | undefined =>
      reviewOf(of).points.find(({ id }) => id === "budgets");
    expect(point(evidence(WELL, {}, CAPPED))).toMatchObject({
      answer: "true",
      evidence: expect.stringContaining("of 1"),
    });
    expect(point(evidence([...LOADED, passed], {}, CAPPED))).toMatchObject({
      answer: "not true",
      evidence: "1 token is left",
    });
  });

  test("that is waited for was not passed", () => {
    const of = evidence([...LOADED, { ...passed, follows: "wait" }], {}, CAPPED);
    expect(findingsOf(of)).toEqual([]);
  });

  test("stands in the summary beside what was used", () => {
    const { resource_usage: usage } = summaryOf(evidence(WELL, {}, CAPPED), null);
    expect(usage.tokens).toEqual({ used: 0, budget: 1000, percent: 0 });
  });
});

describe("the six ticks", () => {
  test("are computed: one that is not true is not ticked, and says why", () => {
    const { ticks } = reviewOf(evidence(WELL));
    expect(ticks.map(({ text, isTrue }) => [isTrue, text])).toEqual([
      [true, "Workflow validation passed"],
      [false, "State management configured (checkpoints enabled)"],
      [true, "Agent coordination successful (2 agents spawned)"],
      [true, "Data flow verified (inputs → outputs chained)"],
      [false, "Error handling tested (retry/fallback working)"],
      [false, "Performance targets met"],
    ]);
    for (const { why } of ticks) expect(why).not.toBe("");
  });
});
