import type { Chance } from "./chance.ts";
import { approval } from "./invent-approval.ts";
import { isToolStep, toolStep, withTools } from "./invent-uses.ts";
import { budgetOf, RESOURCES, type Taste } from "./taste.ts";

export type Readable = {
  readonly text: string;
  readonly type: "number" | "text" | "list" | "object";
};

/** A workflow being written. `left` steps may still be written; `readable` is what stands before. */
export type Making = {
  readonly chance: Chance;
  readonly taste: Taste;
  readonly children: readonly string[];
  left: number;
  count: number;
  readable: Readable[];
};

type Kind = "task" | "block" | "each" | "choose" | "repeat" | "gate" | "wait" | "workflow";
type Written = Record<string, unknown>;

const WEIGHTS: readonly (readonly [Kind, number])[] = [
  ["task", 11],
  ["block", 3],
  ["each", 3],
  ["choose", 2],
  ["repeat", 1.5],
  ["gate", 1.5],
  ["wait", 2],
  ["workflow", 2],
];
const DEPTH_MOST = 3;
/** Of the `each`: so many items at once that one decision cannot begin or stop them all. */
const CROWD_SHARE = 0.02;

/** The next step, of any kind that is to the world's taste; what it gives can be read by those after it. */
export function inventStep(making: Making, depth: number): Written {
  const kind = kindOf(making, depth);
  making.left--;
  const id = `s${++making.count}`;
  switch (kind) {
    case "task":
      return { ...around(making, id), ...task(making, id) };
    case "block":
      return { ...around(making, id), ...block(making, id, depth) };
    case "each":
      return each(making, id, depth);
    case "choose":
      return { ...around(making, id), ...choose(making, depth) };
    case "repeat":
      return { ...around(making, id), ...repeat(making, id, depth) };
    case "gate":
      return { ...around(making, id), ...gate(making, id) };
    case "wait":
      return { ...around(making, id), ...wait(making, id) };
    case "workflow":
      return { ...around(making, id), ...subRun(making, id) };
  }
}

function kindOf(making: Making, depth: number): Kind {
  const { chance, taste, children } = making;
  const may = WEIGHTS.filter(([kind]) => {
    if (kind === "task") return true;
    if (kind === "workflow" && children.length === 0) return false;
    if (depth >= DEPTH_MOST && kind !== "gate" && kind !== "wait" && kind !== "workflow")
      return false;
    const only = taste.only === "crowd" ? "each" : taste.only;
    return only === null || kind === only || kind === "block";
  });
  let at = chance.next() * may.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [kind, weight] of may) if ((at -= weight) < 0) return kind;
  return "task";
}

/** What any step may say. */
function around(making: Making, id: string): Written {
  const { chance, taste } = making;
  const written: Written = { id, name: `Step ${id}` };
  if (chance.is(0.12)) written["when"] = condition(making);
  if (!taste.isCalm && chance.is(0.15)) {
    written["optional"] = true;
    if (chance.is(0.5)) written["impact"] = "It is seen later.";
  }
  return written;
}

function condition(making: Making): string {
  const { chance } = making;
  const numbers = making.readable.filter((one) => one.type === "number");
  return `${chance.one(numbers).text} ${chance.one(["<", ">="])} ${chance.between(5, 95)}`;
}

function task(making: Making, id: string): Written {
  const { chance, taste } = making;
  if (isToolStep(making, id)) return toolStep(making, id);
  const written: Written = {
    ...(chance.is(0.15)
      ? { needs: [chance.one(["reading", "keeping"])] }
      : { agent: agent(making) }),
    inputs: inputs(making),
    outputs: outputs(making, id),
    ...patience(making),
  };
  // People in a calm world are given all the time they need.
  if (taste.isCalm && written["agent"] === "lawyer") delete written["timeout"];
  if (chance.is(0.15)) written["approve"] = approval(making, id);
  Object.assign(written, budgetOf(taste, chance.apart(`budget ${id}`)));
  if (chance.is(0.25)) {
    written["compensate"] = {
      agent: chance.one(["keeper", "sender"]),
      inputs: { undo: "$outputs.n", id },
    };
  }
  if (chance.is(0.2))
    written["uses"] = chance.is(0.3)
      ? Object.keys(RESOURCES)
      : [chance.one(Object.keys(RESOURCES))];
  withTools(written, making, id);
  if (!taste.isCalm && chance.is(0.2)) {
    const others = ["reader", "keeper", "sender", "lawyer", "by_hand"].filter(
      (one) => one !== written["agent"],
    );
    written["fallback"] = { agent: chance.one(others), reason: "the other could not" };
  }
  return written;
}

function agent({ chance, taste }: Making): string {
  if (!taste.isCalm && chance.is(0.02)) return "ghost";
  if (chance.is(0.06)) return taste.isCalm || chance.is(0.5) ? "lawyer" : "notary";
  return chance.one(["reader", "reader", "keeper", "keeper", "sender", "clerk"]);
}

function inputs(making: Making): Written {
  const { chance, readable } = making;
  const written: Written = { fixed: chance.between(0, 9) };
  const count = chance.between(0, 2);
  for (let at = 0; at < count; at++) written[`i${at}`] = `$${chance.one(readable).text}`;
  const objects = readable.filter((one) => one.type === "object");
  const about = objects.length > 0 && chance.is(0.5) ? objects : readable;
  if (chance.is(0.2)) written["said"] = `about \${${chance.one(about).text}}`;
  return written;
}

/** Every task gives a number, so that there is always something to read and to undo with. */
function outputs(making: Making, id: string): Written {
  const { chance } = making;
  const written: Written = { n: "number" };
  making.readable.push({ text: `${id}.n`, type: "number" });
  if (chance.is(0.3)) {
    written["t"] = "string";
    making.readable.push({ text: `${id}.t`, type: "text" });
  }
  if (chance.is(0.2)) {
    written["o"] = "object";
    making.readable.push({ text: `${id}.o`, type: "object" });
  }
  if (chance.is(0.3)) {
    written["l"] = "number[]";
    making.readable.push({ text: `${id}.l`, type: "list" });
  }
  return written;
}

function patience({ chance, taste }: Making): Written {
  const written: Written = {};
  if (chance.is(0.4)) written["timeout"] = `${chance.between(20, 200)}s`;
  if (taste.isCalm) written["retry"] = { max_attempts: 20, initial_delay: "1s", max_delay: "30s" };
  else if (chance.is(0.7)) {
    written["retry"] = {
      max_attempts: chance.between(1, 4),
      initial_delay: `${chance.between(1, 5)}s`,
      max_delay: `${chance.between(5, 60)}s`,
      backoff: chance.one(["exponential", "linear", "fixed"]),
      jitter: chance.is(0.5),
    };
  }
  if (chance.is(0.3)) {
    const strategies = [
      "fail_immediately",
      "retry_with_backoff",
      "retry_with_fallback",
      "degradable",
      "halt_and_escalate",
    ];
    written["error_strategy"] = taste.isCalm ? "retry_with_backoff" : chance.one(strategies);
  }
  return written;
}

/** What is given inside is not read outside, except from a plain block. */
function inside<V>(making: Making, more: readonly Readable[], make: () => V): V {
  const before = making.readable;
  making.readable = [...before, ...more];
  const made = make();
  making.readable = before;
  return made;
}

function block(making: Making, _id: string, depth: number): Written {
  const { chance, taste } = making;
  const execution = chance.one(["sequential", "parallel", "mixed"]);
  const steps: Written[] = [];
  const count = chance.between(1, 4);
  for (let at = 0; at < count; at++) {
    const step = inventStep(making, depth + 1);
    const earlier = steps.map((one) => one["id"]);
    if (execution !== "sequential" && earlier.length > 0 && chance.is(0.3))
      step["after"] = [chance.one(earlier)];
    steps.push(step);
  }
  return {
    execution,
    steps,
    max_concurrency: chance.is(0.4) ? chance.between(1, 3) : undefined,
    timeout: !taste.isCalm && chance.is(0.15) ? `${chance.between(5, 600)}s` : undefined,
  };
}

function each(making: Making, id: string, depth: number): Written {
  const { chance, taste } = making;
  const lists = making.readable.filter((one) => one.type === "list");
  const isCrowd = taste.only === "crowd" || chance.is(CROWD_SHARE);
  const count = isCrowd ? chance.between(150, 260) : chance.between(0, 7);
  const isPlain = isCrowd || chance.is(0.3);
  const list = isPlain
    ? Array.from({ length: count }, (_, at) => at * 13)
    : `$${chance.one(lists).text}`;
  const head = around(making, id);
  if (chance.is(0.15)) head["when"] = "index < 4";
  const more: Readable[] = [
    { text: "item", type: "text" },
    { text: "index", type: "number" },
  ];
  const kind = isCrowd ? 0.9 : chance.next();
  const body = inside(making, more, () =>
    kind < 0.6
      ? task(making, id)
      : kind < 0.85
        ? block(making, id, depth)
        : kind < 0.93
          ? wait(making, id)
          : gate(making, id),
  );
  if (kind < 0.6) making.readable.push({ text: `${id}.n`, type: "list" });
  return {
    ...body,
    ...head,
    each: list,
    max_concurrency: chance.is(0.5) ? chance.between(1, 4) : undefined,
    tolerate: taste.isCalm || chance.is(0.4) ? undefined : chance.one([1, 2, "30%", "100%"]),
    timeout: kind < 0.6 ? body["timeout"] : undefined,
  };
}

function choose(making: Making, depth: number): Written {
  const { chance } = making;
  const branch = (): Written => inside(making, [], () => inventStep(making, depth + 1));
  const branches = Array.from({ length: chance.between(1, 3) }, () => ({
    ...branch(),
    when: condition(making),
  }));
  return {
    choose: branches,
    otherwise: chance.is(0.6) ? { ...branch(), when: undefined } : undefined,
  };
}

function repeat(making: Making, id: string, depth: number): Written {
  const { chance, taste } = making;
  const isTask = chance.is(0.6);
  const most = chance.between(1, 4);
  const round: Readable = { text: "round", type: "number" };
  const body = inside(making, [round], () =>
    isTask ? task(making, id) : block(making, id, depth),
  );
  if (isTask) making.readable.push({ text: `${id}.n`, type: "number" });
  const hopeful = isTask ? `outputs.n >= ${chance.between(10, 90)}` : "round >= 2";
  const until = taste.isCalm || chance.is(0.5) ? `${hopeful} || round >= ${most}` : hopeful;
  return { ...body, repeat: { until, at_most: most } };
}

function gate(making: Making, id: string): Written {
  const { chance, taste } = making;
  const written = {
    gate: {
      ask: `Shall ${id} be?`,
      show: inputs(making),
      ...approval(making, id),
      rejected: taste.isCalm ? undefined : chance.one(["fail", "continue"]),
    },
  };
  making.readable.push({ text: `${id}.by`, type: "text" });
  return written;
}

function wait(making: Making, id: string): Written {
  const { chance, taste } = making;
  if (chance.is(0.4)) return { wait: `${chance.between(0, 500)}s` };
  making.readable.push({ text: `${id}.n`, type: "number" });
  const timeout = !taste.isCalm && chance.is(0.4) ? `${chance.between(10, 600)}s` : undefined;
  const key = chance.is(0.5) ? `$${chance.one(making.readable.slice(0, 1)).text}` : undefined;
  return { wait: { event: `event-${id}`, key, timeout }, outputs: { n: "number" } };
}

function subRun(making: Making, id: string): Written {
  const { chance, taste, children } = making;
  const numbers = making.readable.filter((one) => one.type === "number");
  const p = `$${chance.one(numbers).text}`;
  making.readable.push({ text: `${id}.n`, type: "number" });
  const { timeout: _ofTask, ...rest } = patience(making);
  const isShort = !taste.isCalm && chance.is(0.2);
  return {
    workflow: chance.one(children),
    inputs: { p },
    outputs: { n: "number" },
    ...rest,
    timeout: isShort ? `${chance.between(20, 400)}s` : undefined,
  };
}
