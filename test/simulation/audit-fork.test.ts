import { describe, expect, test } from "vitest";
import type { Digest, RunId } from "../../src/core/id.ts";
import type { Json } from "../../src/core/json.ts";
import type { Event, Inheritance } from "../../src/core/machine/index.ts";
import { digestOf, workflow } from "../given/workflow.ts";
import { auditFork } from "./audit-fork.ts";
import { chanceOf } from "./chance.ts";
import { UNGOVERNED } from "./rates.ts";
import type { Shell } from "./shell.ts";
import { stillness } from "./weather.ts";
import { openWorld } from "./world.ts";

const SOURCE = "wf_source" as RunId;
const FORK = "wf_fork" as RunId;
const STATE: Digest = digestOf("state");

const definition = workflow(`
  steps:
    - { id: early, agent: keeper }
    - id: late
      execution: parallel
      steps:
        - { id: some, agent: keeper }
        - { id: more, agent: keeper }
`);

/** What the auditor says of a fork in which `late` goes on and `early`, which failed there, is done again. */
function saidOf(happened: readonly object[]): readonly string[] {
  const source = happened.map((event, at) => ({ ...event, seq: at + 1, end: true }));
  const inheritance: Inheritance = {
    v: 1,
    degraded: 0,
    steps: [
      { path: "", state: "live" },
      { path: "late", state: "live" },
      { path: "late/some", state: "completed" },
    ],
  };
  const fork = [
    { type: "run.accepted", definition: definition.digest, seq: 1 },
    { type: "run.forked", source: { run: SOURCE, seq: source.length }, state: STATE, seq: 2 },
  ];
  const logs = { [SOURCE]: source, [FORK]: fork } as unknown as Record<RunId, readonly Event[]>;
  const shell = {
    stored: (run: RunId) => logs[run] ?? [],
    read: () => inheritance as unknown as Json,
  } as unknown as Shell;
  const world = openWorld({
    chance: chanceOf("fork"),
    weather: stillness(false),
    definitions: new Map([[definition.digest, definition]]),
    names: new Map(),
    versions: new Map(),
    governor: UNGOVERNED,
  });
  const said: string[] = [];
  auditFork(world, shell, { run: FORK, tell: (promise, what) => said.push(`${promise}: ${what}`) });
  return said;
}

const began = (path: string) => ({ type: "step.started", path });
const ended = (path: string, outcome = "completed") => ({ type: "step.finished", path, outcome });

describe("a fork in which a step that had ended is done again", () => {
  test("is told of where what goes on had begun after it", () => {
    expect(
      saidOf([began("early"), ended("early", "failed"), began("late"), ended("late/some")]),
    ).toEqual(["fork: does early again, which had ended, before late, which goes on"]);
  });

  test("is right where what goes on had begun before it, as when another version put it there", () => {
    expect(
      saidOf([began("late"), ended("late/some"), began("early"), ended("early", "failed")]),
    ).toEqual([]);
  });
});
