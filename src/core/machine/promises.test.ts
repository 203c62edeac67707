import { assert, integer, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { fold, nameOf } from "../../../test/given/run.ts";
import { type Journey, journey } from "../../../test/given/world.ts";
import type { Digest } from "../id.ts";
import { REPEATS_MOST } from "./answer.ts";
import { DECISION_EVENTS_MOST } from "./draft.ts";
import type { EffectClass, Event, Key, Path } from "./event.ts";
import { evolve } from "./evolve.ts";
import { owed, owedBy } from "./owed.ts";
import { freeze, thaw } from "./snapshot.ts";
import { isUnsettled, progressOf, statusOf } from "./status.ts";

const WORLDS = 150;

/** Of every world. A failure prints the seed: `journey(seed)` is that world again. */
function always(holds: (journey: Journey) => void): void {
  assert(
    property(integer({ min: 0, max: 1_000_000 }), (seed) => holds(journey(seed))),
    { numRuns: WORLDS },
  );
}

/** The attempts of a run as its log tells them. */
type Told = {
  readonly key: Key;
  readonly path: Path;
  readonly call: Key;
  readonly effects: EffectClass;
};

function attemptsOf(log: readonly Event[]): readonly Told[] {
  return log.flatMap((event) => {
    const opening =
      event.type === "step.started"
        ? event.attempt
        : event.type === "attempt.started"
          ? event
          : undefined;
    if (opening === undefined || !("path" in event)) return [];
    const { call = event.seq, effects } = opening;
    return [{ key: event.seq, path: event.path, call, effects }];
  });
}

describe("in a world where much goes wrong, a run", () => {
  test("ends, and then nothing of it lives or is owed", () => {
    always(({ run }) => {
      expect(["completed", "failed", "cancelled", "rolled back"]).toContain(statusOf(run));
      expect([run.frames.size, run.open.size, isUnsettled(run)]).toEqual([0, 0, false]);
    });
  });

  test("M3 names an effect by the number of the event that opened it", () => {
    always(({ turns, log }) => {
      const opening = new Set(["step.started", "attempt.started", "timer.set", "run.finished"]);
      for (const { after } of turns) {
        for (const effect of owed(after)) {
          if ("key" in effect) expect(opening).toContain(log[effect.key - 1]?.type);
        }
      }
    });
  });

  test("M3 fault 1 and 2: keeps the key of a call until it is certain that nothing was done, or a person says so", () => {
    always(({ log }) => {
      const doubtful = new Map<Path, Key>();
      const attempts = new Map(attemptsOf(log).map((attempt) => [attempt.key, attempt]));
      for (const event of log) {
        const attempt = attempts.get(event.seq);
        if (attempt !== undefined) {
          const call = doubtful.get(attempt.path);
          expect(attempt.call).toBe(call ?? attempt.key);
        }
        if (event.type === "attempt.ended" && event.doubt)
          doubtful.set(event.path, attempts.get(event.key)?.call ?? 0);
        if (event.type === "attempt.ended" && !event.doubt) doubtful.delete(event.path);
        if (event.type === "exception.closed" && event.how === "retry") doubtful.delete(event.path);
      }
    });
  });

  test("M9 fault 3: leaves a step in doubt by a success or a person, and in no other way", () => {
    always(({ log }) => {
      const doubtful = new Set<Path>();
      const attempts = new Map(attemptsOf(log).map((attempt) => [attempt.key, attempt]));
      for (const event of log) {
        const repeated = event.type === "attempt.repeated" ? attempts.get(event.key) : undefined;
        if (repeated !== undefined && repeated.effects !== "pure") doubtful.add(repeated.path);
        if (event.type === "attempt.ended" && event.doubt) doubtful.add(event.path);
        if (event.type === "attempt.ended" && !event.doubt) doubtful.delete(event.path);
        if (event.type === "exception.closed" && event.how !== "cancelled")
          doubtful.delete(event.path);
        if (event.type === "step.finished" && event.outcome !== "completed")
          expect(doubtful).not.toContain(event.path);
      }
    });
  });

  test("M9 fault 4: performs an `ask` only after it has begun, once, and never again by itself", () => {
    always(({ turns, log }) => {
      const begun = log.filter((event) => event.type === "attempt.begun").map(({ key }) => key);
      expect(new Set(begun).size).toBe(begun.length);
      const repeated = log
        .filter((event) => event.type === "attempt.repeated")
        .map(({ key }) => key);
      for (const { after } of turns) {
        for (const effect of owed(after)) {
          if (effect.type !== "perform" || effect.effects !== "ask") continue;
          const at = log.findIndex(
            (event) => event.type === "attempt.begun" && event.key === effect.key,
          );
          expect(at).toBeGreaterThanOrEqual(0);
          expect(at).toBeLessThan(after.seq);
          expect(repeated).not.toContain(effect.key);
        }
      }
    });
  });

  test("M4 is the fold of its log, through JSON and from any position", () => {
    always(({ workflow, log, turns, run }) => {
      expect(fold(workflow, log)).toEqual(run);
      const middle = turns[Math.floor(turns.length / 2)]!.after;
      expect(fold(workflow, log.slice(0, middle.seq))).toEqual(middle);
    });
  });

  test("M4 goes on from a snapshot as it would have without", () => {
    always(({ workflow, log, turns, run }) => {
      const pages = new Map<Digest, string>();
      const keep = (text: string): Digest => {
        const digest = `sha256:${pages.size}` as Digest;
        pages.set(digest, text);
        return digest;
      };
      const { after } = turns[Math.floor(turns.length / 2)]!;
      const thawed = thaw(freeze(after, keep), after, (digest) => pages.get(digest) ?? "");
      expect(owed(thawed!)).toEqual(owed(after));
      const end = log.slice(after.seq).reduce(evolve, thawed!);
      expect(freeze(end, keep)).toBe(freeze(run, keep));
      expect(fold(workflow, log).seq).toBe(end.seq);
    });
  });

  test("M6 owes after a decision what it owed before and what the decision opened, and nothing else", () => {
    always(({ turns }) => {
      for (const { before, events, after } of turns) {
        const known = new Set([...owed(before), ...owedBy(after, events)].map(nameOf));
        for (const effect of owed(after)) expect(known).toContain(nameOf(effect));
        const owing = new Set(owed(after).map(nameOf));
        for (const effect of owedBy(after, events)) expect(owing).toContain(nameOf(effect));
      }
    });
  });

  test("M7 is performed again after a crash at most so often", () => {
    always(({ log }) => {
      const times = new Map<Key, number>();
      for (const event of log) {
        if (event.type === "attempt.repeated")
          times.set(event.key, (times.get(event.key) ?? 0) + 1);
      }
      for (const count of times.values()) expect(count).toBeLessThanOrEqual(REPEATS_MOST);
    });
  });

  test("M10 is accepted before anything else of it happens, and once", () => {
    always(({ log }) => {
      expect(log.map(({ type }) => type).indexOf("run.accepted")).toBe(0);
      expect(log.filter(({ type }) => type === "run.accepted")).toHaveLength(1);
      expect(log.map(({ seq }) => seq)).toEqual(log.map((_, at) => at + 1));
    });
  });

  test("M12 fault 13: marks the last event of every decision, and no other, as a place to stand", () => {
    always(({ turns }) => {
      for (const { events } of turns) {
        expect(events.length).toBeLessThan(DECISION_EVENTS_MOST + 10);
        events.forEach((event, at) => expect(event.end === true).toBe(at === events.length - 1));
      }
    });
  });

  test("fault 5: settles the answer that comes after its attempt was closed, once", () => {
    always(({ log }) => {
      const open = new Set<Key>();
      for (const event of log) {
        if (event.type === "attempt.ended" && event.unanswered === true) open.add(event.key);
        if (
          event.type === "step.finished" &&
          event.outcome === "cancelled" &&
          event.closes !== undefined
        )
          open.add(event.closes);
        if (event.type === "attempt.settled") expect(open.delete(event.key)).toBe(true);
      }
    });
  });

  test("fault 16: undoes in reverse, each once, and leaves none out", () => {
    always(({ log }) => {
      const begun: Path[] = [];
      for (const event of log) {
        if (event.type === "step.started" && event.path.startsWith("!undo/"))
          begun.push(event.path);
        if (event.type === "step.finished" && event.path.startsWith("!undo/"))
          expect(["completed", "degraded"]).toContain(event.outcome);
      }
      expect(begun).toEqual(begun.map((_, at) => `!undo/${at + 1}`));
    });
  });

  test("makes progress that never falls unless the graph grows, and is whole at the end", () => {
    always(({ turns, run }) => {
      for (const { before, after } of turns) {
        const [was, is] = [progressOf(before), progressOf(after)];
        expect(is.done).toBeGreaterThanOrEqual(was.done);
        expect(is.done).toBeLessThanOrEqual(is.expected);
      }
      expect(run.work.done).toBe(run.work.expected);
    });
  });

  test("counts in its limits what is in flight, and no more than they allow", () => {
    always(({ workflow, turns }) => {
      for (const { after } of turns) {
        const flying = owed(after).filter(({ type }) =>
          ["prepare", "perform", "child"].includes(type),
        );
        const outside = flying.filter(
          (effect) => "path" in effect && effect.path.startsWith("!undo/"),
        );
        expect(flying.length - outside.length).toBeLessThanOrEqual(workflow.limits.concurrencyMost);
      }
    });
  });
});
