import type { Chance } from "./chance.ts";
import { inventStep, type Making } from "./invent-step.ts";
import { OTHERWISE } from "./rates.ts";
import { DEFAULTS, RESOURCES, type Taste } from "./taste.ts";

/** The workflows of a world, as texts that an author might have written. */
export type Invention = {
  /** Those that runs are started of, and those that only run below others. */
  readonly mains: readonly Source[];
  readonly children: readonly Source[];
};
export type Source = { readonly name: string; readonly text: string };

export function invent(chance: Chance, taste: Taste): Invention {
  const children: Source[] = [];
  const wanted = taste.only === null || taste.only === "workflow" ? chance.between(0, 2) : 0;
  for (let at = 0; at < wanted; at++) {
    const size = Math.max(1, Math.ceil(taste.size / 3));
    const below = children.map((child) => child.name);
    children.push(workflow(chance, { ...taste, size }, { name: `child-${at}`, below }));
  }
  const mains: Source[] = [];
  const below = children.map((child) => child.name);
  const count = chance.is(0.3) ? 2 : 1;
  for (let at = 0; at < count; at++)
    mains.push(workflow(chance, taste, { name: `main-${at}`, below }));
  return { mains, children };
}

function workflow(
  chance: Chance,
  taste: Taste,
  as: { readonly name: string; readonly below: readonly string[] },
): Source {
  const isChild = as.name.startsWith("child");
  const making: Making = {
    chance,
    taste,
    children: as.below,
    left: chance.between(Math.ceil(taste.size / 2), taste.size),
    count: 0,
    readable: [
      { text: "params.p", type: "number" },
      { text: "params.names", type: "list" },
    ],
  };
  const phases: unknown[] = [];
  const first = firstTask(chance, making);
  const count = isChild ? 1 : chance.between(1, 3);
  for (let at = 0; at < count; at++) phases.push(phase(making, at, at === 0 ? [first] : []));
  const source = {
    muster: 1,
    name: as.name,
    version: "1.0.0",
    owner: chance.is(0.5) ? "owner" : undefined,
    parameters: DEFAULTS,
    resources: RESOURCES,
    max_concurrency: chance.is(0.6) ? chance.between(1, 4) : undefined,
    ...resources(chance, taste, isChild),
    resource_limits:
      !taste.isCalm && chance.is(0.15)
        ? { total_timeout: `${chance.between(20, 4000)}s` }
        : undefined,
    ...escalation(chance, taste),
    phases,
    outputs: isChild ? { n: "$first.n" } : undefined,
  };
  return { name: as.name, text: JSON.stringify(source) };
}

function resources(chance: Chance, taste: Taste, isChild: boolean): object {
  const said = {
    ...(isChild ? {} : budget(chance.apart("budget"), taste)),
    ...rate(chance.apart("rate"), taste),
  };
  return Object.keys(said).length === 0 ? {} : { resource_config: said };
}

/** What a run may use, in all and for a step; less than it takes, often. */
function budget(chance: Chance, taste: Taste): object {
  if (taste.isCalm || chance.is(0.6)) return {};
  const total = chance.between(100, 2_000);
  return {
    token_budget: {
      total,
      per_step_max: chance.between(10, Math.min(total, 200)),
      reserved_for_error_handling: chance.between(0, Math.floor(total / 2)),
    },
    on_budget_exceeded: chance.one(["refuse", "wait", "ask"]),
  };
}

/** How often its agents may be asked. In a calm world what is too much only waits. */
function rate(chance: Chance, taste: Taste): object {
  if (chance.is(0.6)) return {};
  const rate_limit_strategy = taste.isCalm ? "wait" : chance.one(OTHERWISE);
  return { api_limits: { max_calls_per_minute: chance.between(1, 8), rate_limit_strategy } };
}

const ACTIONS = ["pause_workflow", "mark_step_failed", "continue", "rollback"] as const;
const CONDITIONS = ["critical_step_failure", "retry_exhausted", "timeout", "stalled"] as const;

/** What the author says follows a failure, a limit or a standstill; and own words for kinds of error. */
function escalation(chance: Chance, taste: Taste): object {
  if (taste.isCalm || chance.is(0.4)) return {};
  const said = CONDITIONS.filter(() => chance.is(0.6));
  const rules = said.map((condition) => ({
    condition,
    action: chance.one(ACTIONS),
    ...(condition === "stalled" ? { after: `${chance.between(30, 900)}s` } : {}),
  }));
  return {
    error_handling: { escalation_rules: rules },
    error_types: chance.is(0.5)
      ? { permanent: ["network_timeout"], degradable: { kinds: ["api_rate_limit"] } }
      : undefined,
  };
}

/** It always runs, so that what a child gives is always there. */
function firstTask(chance: Chance, making: Making): unknown {
  making.readable.push({ text: "first.n", type: "number" }, { text: "first.l", type: "list" });
  return {
    id: "first",
    agent: chance.one(["reader", "keeper"]),
    inputs: { p: "$params.p" },
    outputs: { n: "number", l: "number[]" },
    retry: { max_attempts: 9, initial_delay: "1s" },
  };
}

function phase(making: Making, at: number, steps: unknown[]): unknown {
  const { chance, taste } = making;
  const execution = chance.one(["sequential", "parallel", "mixed"]);
  const share = Math.max(1, Math.ceil(making.left / (3 - Math.min(at, 2))));
  for (let made = 0; made < share && making.left > 0; made++) steps.push(inventStep(making, 0));
  if (steps.length === 0) steps.push(inventStep(making, 3));
  return {
    id: `phase-${at}`,
    execution,
    max_concurrency: chance.is(0.4) ? chance.between(1, 3) : undefined,
    timeout: !taste.isCalm && chance.is(0.1) ? `${chance.between(5, 900)}s` : undefined,
    optional: !taste.isCalm && chance.is(0.1) ? true : undefined,
    steps,
  };
}
