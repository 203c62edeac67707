/** The machine counts for itself what it decides by; people are told the same. */

import { array, assert, constantFrom, nat, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { cases } from "../../../test/given/cases.ts";
import {
  block,
  choose,
  each,
  exampleWorkflow,
  gate,
  repeat,
  task,
} from "../../../test/given/checked.ts";
import type { Step, Workflow } from "../definition/index.ts";
import type { Digest, RunId } from "../id.ts";
import {
  type Answer,
  absent,
  decide,
  type Effect,
  type Facts,
  failure,
  isUnsettled,
  progressOf as machineProgress,
  statusOf as machineStatus,
  owed,
  type Run,
  type Signal,
  type Told,
  waitsOf,
} from "../machine/index.ts";
import { unreachable } from "../unreachable.ts";
import {
  emptyHistory,
  exceptionsOf,
  gatesOf,
  type History,
  progressOf,
  readEvent,
  statusOf,
  viewOf,
} from "./index.ts";

const SIGNALS_MOST = 300;

const facts: Facts = {
  agents: () => [{ agent: "worker", digest: digest(), effects: "ask", healthy: true, why: "" }],
  read: () => null,
  workflow: () => null,
  digest: () => digest(),
};

function digest(): Digest {
  return `sha256:${"0".repeat(64)}` as Digest;
}

type Chance = () => number;

/** What the world tells next: an answer to something that is owed, a person's way out, or a signal at a bad moment. */
function next(run: Run, history: History, chance: Chance): Told | null {
  const effects = owed(run);
  const pick = effects[chance() % Math.max(1, effects.length)];
  if (pick && chance() % 10 > 0) return answerTo(pick, chance);
  if (chance() % 20 === 0) return { type: "cancel", why: "late", rollback: chance() % 2 === 0 };
  const [exception] = exceptionsOf(history);
  if (exception)
    return chance() % 2
      ? { type: "retry", key: exception.key }
      : { type: "skip", key: exception.key, why: "" };
  const [open] = gatesOf(history);
  if (open)
    return {
      type: "vote",
      key: open.key,
      digest: open.digest as Digest,
      allow: chance() % 3 > 0,
      reason: "",
    };
  if (run.paused) return { type: "resume" };
  if (chance() % 8 === 0) return { type: "pause", why: "a look" };
  return pick ? answerTo(pick, chance) : null;
}

function answerTo(effect: Effect, chance: Chance): Told {
  switch (effect.type) {
    case "prepare":
      return chance() % 8 === 0
        ? { type: "lost", key: effect.key }
        : { type: "begin", key: effect.key };
    case "perform":
      return chance() % 10 === 0
        ? { type: "lost", key: effect.key }
        : { type: "answer", key: effect.key, outcome: outcome(chance) };
    case "abort":
      return {
        type: "answer",
        key: effect.key,
        outcome: { kind: "unknown", error: failure("lost", "stopped") },
      };
    case "timer":
      return { type: "fired", key: effect.key };
    case "listen":
      return { type: "arrived", key: effect.key, payload: {}, source: "test" };
    case "child":
    case "pause":
    case "use":
    case "undo":
    case "report":
    case "proceed":
      return { type: "proceed" };
    default:
      return unreachable(effect);
  }
}

function outcome(chance: Chance): Answer {
  const usage = { tokens: 1, calls: 1 };
  const kind = [
    "network_timeout",
    "invalid_input_data",
    "optional_step_failure",
    "security_violation",
  ][chance() % 12];
  if (!kind) return { kind: "ok", output: { value: { x: 1 } }, usage };
  return { kind: "failed", error: failure(kind, "no"), certain: true, usage };
}

/** A workflow made by chance: phases one after another. */
function workflowOf(shapes: readonly (readonly number[])[]): Workflow {
  const phases = shapes.map((shape, at) =>
    inOrder(
      block(
        `p${at}`,
        shape.map((kind, of) => stepOf(`p${at}/s${of}`, kind)),
      ),
    ),
  );
  const workflow = exampleWorkflow(phases);
  const root = inOrder(workflow.root as Extract<Step, { kind: "block" }>);
  return { ...workflow, root };
}

function stepOf(path: string, kind: number): Step {
  const twice = inOrder(block(`${path}[]`, [task(`${path}[]/a`), task(`${path}[]/b`)]));
  const items = { kind: "plain", value: [1, 2, 3] } as const;
  if (kind === 1) return { ...each(path, twice), items };
  if (kind === 2) return repeat(path, task(`${path}{}`));
  if (kind === 3)
    return choose(path, [
      task(`${path}/a`),
      inOrder(block(`${path}/b`, [task(`${path}/b/c`), task(`${path}/b/d`)])),
    ]);
  if (kind === 4) return gate(path);
  if (kind === 5)
    return { ...each(path, task(`${path}[]`)), items, tolerate: { kind: "count", most: 2 } };
  return { ...task(path), optional: kind === 6 };
}

function inOrder<Kind extends Extract<Step, { kind: "block" }>>(step: Kind): Kind {
  const last = step.steps.length - 1;
  const steps = step.steps.map((child, slot) => ({
    ...child,
    after: slot === 0 ? [] : [slot - 1],
    before: slot === last ? [] : [slot + 1],
  }));
  return { ...step, steps };
}

describe("the history of a real run", () => {
  test("agrees with the machine about status, progress, attempts and what waits, after every decision", () => {
    const kinds = constantFrom(0, 1, 2, 3, 4, 5, 6);
    let ended = 0;
    assert(
      property(
        array(array(kinds, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
        array(nat(1000), { minLength: 40, maxLength: 80 }),
        (shapes, chances) => {
          const workflow = workflowOf(shapes);
          let turn = 0;
          const chance = (): number =>
            (chances[turn++ % chances.length] ?? 0) + Math.floor(turn / chances.length);
          let run = absent("wf_example" as RunId, workflow);
          let history = emptyHistory(workflow);
          let told: Told | null = {
            type: "start",
            definition: workflow.digest,
            params: {},
            parent: null,
          };
          for (let at = 1; told && at < SIGNALS_MOST && history.outcome === null; at += 1) {
            const signal: Signal = { ...told, at: at * 1000, by: "ana" };
            const decision = decide(run, signal, facts);
            // What is refused changes nothing: a step that is being stopped is not tried again.
            if (!("code" in decision)) {
              run = decision.run;
              history = decision.events.reduce(readEvent, history);
              agree(run, history);
            } else if (decision.code !== "conflict") throw new Error(decision.message);
            told = next(run, history, chance);
          }
          ended += history.outcome === null ? 0 : 1;
        },
      ),
      { numRuns: cases(200) },
    );
    expect(ended).toBeGreaterThanOrEqual(cases(100));
  });
});

function agree(run: Run, history: History): void {
  const waits = waitsOf(run);
  const of = (kind: string): number => waits.filter(({ what }) => what.kind === kind).length;
  const view = viewOf(history);
  const mine = {
    inFlight: view.counts.inFlight,
    gates: view.gateCount,
    exceptions: view.exceptionCount,
    retrying: view.counts.retrying,
    seq: history.seq,
  };
  expect(mine).toEqual({
    inFlight: of("agent"),
    gates: of("gate"),
    exceptions: of("exception"),
    retrying: of("backoff"),
    seq: run.seq,
  });
  expect(view.counts.degraded).toBe(run.degraded);
  const { done, expected } = progressOf(history);
  expect({ done, expected }).toEqual(machineProgress(run));
  const status = isUnsettled(run) && run.unsettled ? statusOf(history) : machineStatus(run);
  expect(statusOf(history)).toBe(status);
}
