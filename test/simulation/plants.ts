import type { Workflow } from "../../src/core/definition/index.ts";
import type { Digest } from "../../src/core/id.ts";
import { decide, get, owedBy, set, waitsOf } from "../../src/core/machine/index.ts";
import type { ForkFlaw } from "./forks.ts";
import type { Flaw } from "./machine-process.ts";
import {
  changing,
  folding,
  forgetting,
  hearing,
  MACHINE,
  ofTasks,
  refolded,
  reversed,
  unchecked,
  writing,
} from "./planting.ts";
import { PLANTS_OF_APPROVALS } from "./plants-of-approvals.ts";
import { PLANTS_OF_CONTROL } from "./plants-of-control.ts";
import { PLANTS_OF_FORKS } from "./plants-of-forks.ts";
import { PLANTS_OF_MONEY } from "./plants-of-money.ts";
import { PLANTS_OF_RATES } from "./plants-of-rates.ts";
import { PLANTS_OF_USES } from "./plants-of-uses.ts";
import type { Governor } from "./rates.ts";
import type { Machine } from "./shell.ts";
import type { Weather } from "./weather.ts";

/** A rule that is switched off on purpose, and the promise whose auditor must say so. */
export type Plant = {
  readonly promise: string;
  /** The world from which on it is sought, where it showed late. When worlds have become others, it takes longer to be found. */
  readonly from?: number;
  readonly machine?: Machine;
  readonly flaw?: Flaw;
  /** What a fork inherits instead. */
  readonly fork?: ForkFlaw;
  /** What holds agents back instead. */
  readonly governor?: (governor: Governor) => Governor;
  /** Where the rule stands, if not in the machine. */
  readonly shell?: "runtime";
  /** Where it shows soonest: workflows of tasks, blocks and this kind. */
  readonly only?: string;
  /** What happens more often than else, so that it shows sooner. */
  readonly weather?: Partial<Weather>;
  /** What the shell runs instead of the definition that the auditor reads. */
  readonly definition?: (workflow: Workflow) => Workflow;
};

export const PLANTS: Readonly<Record<string, Plant>> = {
  ...PLANTS_OF_CONTROL,
  "a retry is a new call": {
    promise: "M3",
    machine: writing((event) => {
      if (event.type !== "attempt.started") return event;
      const { call: _dropped, ...rest } = event;
      return rest;
    }),
  },
  "a transport error ends a doubt": {
    promise: "M9",
    machine: hearing((signal) =>
      signal.type === "answer" && signal.outcome.kind === "failed"
        ? { ...signal, outcome: { ...signal.outcome, certain: true } }
        : signal,
    ),
  },
  "a step in doubt is left as degraded": {
    promise: "M9",
    machine: writing((event) => {
      if (event.type !== "exception.raised" || event.why !== "unknown") return event;
      const { seq, at, by, path, error, end, settled: _dropped } = event;
      const type = "step.finished";
      return { seq, at, by, type, path, outcome: "degraded", error, ...(end ? { end } : {}) };
    }),
  },
  "an ask is performed before attempt.begun": {
    promise: "M9",
    flaw: "performs an ask before it has begun",
  },
  "nothing is told lost": { promise: "M9", flaw: "forgets what may be lost" },
  "a resume starts nothing": {
    promise: "ends",
    machine: {
      ...MACHINE,
      decide: (run, signal, facts) => {
        const made = decide(run, signal, facts);
        const [first] = "code" in made ? [] : made.events;
        if ("code" in made || first?.type !== "run.resumed") return made;
        return refolded(run, made, [{ ...first, end: true, settled: true }]);
      },
    },
  },
  "what waited for a resume is not owed again": {
    promise: "ends",
    flaw: "forgets what waited for a resume",
    machine: {
      ...MACHINE,
      owedBy: (run, events) => {
        const others = events.filter(({ type }) => type !== "run.resumed");
        return owedBy(run, others);
      },
    },
  },
  "a timer keeps its moment through a pause": {
    promise: "timers",
    machine: folding((before, after, event) =>
      event.type === "run.resumed" ? { ...after, open: before.open } : after,
    ),
  },
  "one vote is enough": {
    promise: "M8",
    machine: writing((event) =>
      event.type === "step.started" && event.gate !== undefined
        ? { ...event, gate: { ...event.gate, need: 1 } }
        : event,
    ),
  },
  "a vote for another digest counts": {
    promise: "M8",
    machine: hearing((signal, run) => {
      if (signal.type !== "vote") return signal;
      const gate = waitsOf(run).find((wait) => wait.key === signal.key);
      return gate?.what.kind === "gate"
        ? { ...signal, digest: gate.what.digest as Digest }
        : signal;
    }),
  },
  "whoever answers a task may": {
    promise: "person",
    machine: folding((_before, after, { seq }) => {
      const open = get(after.open, seq);
      return open?.type === "task"
        ? { ...after, open: set(after.open, seq, { ...open, to: [] }) }
        : after;
    }),
  },
  "a claim keeps nobody out": {
    promise: "person",
    machine: folding((before, after, event) =>
      event.type === "task.claimed" ? { ...after, open: before.open } : after,
    ),
  },
  "whoever votes may": {
    promise: "M8",
    machine: hearing((signal, run) => {
      if (signal.type !== "vote") return signal;
      const gate = waitsOf(run).find((wait) => wait.key === signal.key);
      const [first] = gate?.what.kind === "gate" ? gate.what.from : [];
      return signal.by === "mallory" && first !== undefined ? { ...signal, by: first } : signal;
    }),
  },
  "an approved step begins without its approval": {
    promise: "M8",
    definition: ofTasks((task) => ({ ...task, approve: null })),
  },
  "an undo that went wrong is dropped": {
    promise: "M2",
    machine: hearing((signal, run) => {
      if (signal.type !== "answer" || signal.outcome.kind === "ok") return signal;
      const isUndo = waitsOf(run).some(
        (wait) => wait.key === signal.key && wait.path.startsWith("!undo/"),
      );
      return isUndo ? { ...signal, outcome: { kind: "ok", output: { value: {} } } } : signal;
    }),
  },
  "undo begins with the first": {
    promise: "undo",
    from: 139,
    machine: folding((_before, after, event) =>
      event.type === "run.undoing" ? { ...after, undo: reversed(after.undo) } : after,
    ),
  },
  "a sub-run's failure is a doubt": {
    promise: "child",
    machine: hearing((signal, run) => {
      if (signal.type !== "answer" || signal.outcome.kind !== "failed") return signal;
      const isChild = waitsOf(run).some(
        (wait) => wait.key === signal.key && wait.what.kind === "child",
      );
      return isChild
        ? { ...signal, outcome: { kind: "unknown", error: signal.outcome.error } }
        : signal;
    }),
  },
  "a sub-run's end is not told": { promise: "ends", machine: forgetting("report") },
  "items give what their neighbour gave": {
    promise: "M2",
    machine: writing((event) =>
      event.type === "step.finished" && event.path.endsWith("[1]") && event.output !== undefined
        ? { ...event, output: { value: { n: 1, t: "t1", l: [] } } }
        : event,
    ),
  },
  "answers are not checked": { promise: "M13", machine: unchecked },
  "a decision has no limit": {
    promise: "M12",
    only: "crowd",
    machine: {
      ...MACHINE,
      decide: (run, signal, facts) => {
        let made = decide(run, signal, facts);
        while (
          !("code" in made) &&
          made.run.unsettled &&
          made.run.paused === null &&
          made.events.length > 0
        ) {
          const more: ReturnType<typeof decide> = decide(
            made.run,
            { type: "proceed", at: signal.at, by: signal.by },
            facts,
          );
          if ("code" in more || more.events.length === 0) break;
          const before = made.events.map(({ end: _end, ...event }) => event);
          made = refolded(run, more, [...before, ...more.events]);
        }
        return made;
      },
    },
  },
  "what is left of a decision is forgotten": {
    promise: "proceed",
    only: "crowd",
    machine: forgetting("proceed"),
  },
  "an answer is taken for whatever is open": {
    promise: "M2",
    flaw: "answers are taken for whatever is open",
  },
  "a late answer answers the next attempt": {
    promise: "M2",
    machine: hearing((signal, run) => {
      if (signal.type !== "answer" || waitsOf(run).some((wait) => wait.key === signal.key))
        return signal;
      const doubt = waitsOf(run).find(
        (wait) => wait.what.kind === "agent" && wait.what.attempt > 1,
      );
      return doubt === undefined ? signal : { ...signal, key: doubt.key };
    }),
  },
  "limits are ignored": {
    promise: "limits",
    definition: (workflow) => ({
      ...changing((step) =>
        "concurrencyMost" in step ? { ...step, concurrencyMost: null } : step,
      )(workflow),
      limits: { ...workflow.limits, concurrencyMost: 20 },
    }),
  },
  "steps do not wait for each other": {
    promise: "order",
    definition: changing((step) => ({ ...step, after: [], before: [] })),
  },
  "retries have no end": {
    promise: "M7",
    definition: ofTasks((task) => ({
      ...task,
      retry: { ...task.retry, attemptsMost: task.retry.attemptsMost + 1 },
    })),
  },
  "effects are performed before they are written": {
    promise: "M1",
    flaw: "performs before it is written",
  },
  "capacities are ignored": { promise: "capacity", flaw: "ignores capacities" },
  "nothing is owed on opening": { promise: "ends", flaw: "forgets what is owed on opening" },
  "what is to stop is not told": { promise: "stop", flaw: "never aborts" },
  ...PLANTS_OF_MONEY,
  ...PLANTS_OF_APPROVALS,
  ...PLANTS_OF_FORKS,
  ...PLANTS_OF_RATES,
  ...PLANTS_OF_USES,
};
