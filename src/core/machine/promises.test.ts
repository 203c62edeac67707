import { describe, expect, test } from "vitest";
import { cases } from "../../../test/given/cases.ts";
import { fold, nameOf } from "../../../test/given/run.ts";
import { type Journey, journey } from "../../../test/given/world.ts";
import type { Digest } from "../id.ts";
import { REPEATS_MOST } from "./attempts/answer.ts";
import { DECISION_EVENTS_MOST } from "./draft.ts";
import type { EffectClass, Event, Key, Path } from "./event.ts";
import { evolve } from "./evolve.ts";
import { owed, owedBy } from "./owed.ts";
import { freeze, thaw } from "./snapshot.ts";
import { isUnsettled, progressOf, statusOf } from "./status.ts";

const WORLDS = cases(100);

/** The first world in which something is wrong, and what; null where all is well. `journey(seed)` is that world again. */
function wrongIn(
  complaints: (journey: Journey) => readonly unknown[],
): { readonly seed: number; readonly first: unknown } | null {
  for (let seed = 0; seed < WORLDS; seed++) {
    const [first] = complaints(journey(seed));
    if (first !== undefined) return { seed, first };
  }
  return null;
}

/** The attempts of a run, as its log tells them. */
type Told = {
  readonly key: Key;
  readonly path: Path;
  readonly call: Key;
  readonly effects: EffectClass;
};

function attemptsOf(log: readonly Event[]): ReadonlyMap<Key, Told> {
  const told = log.flatMap((event): Told[] => {
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
  return new Map(told.map((attempt) => [attempt.key, attempt]));
}

function of<T extends Event["type"]>(log: readonly Event[], type: T) {
  return log.filter((event): event is Extract<Event, { type: T }> => event.type === type);
}

/** After each event: the calls in doubt, by path. */
function doubtsOf(log: readonly Event[]): readonly ReadonlyMap<Path, Key>[] {
  const attempts = attemptsOf(log);
  let doubts: ReadonlyMap<Path, Key> = new Map();
  return log.map((event) => {
    const next = new Map(doubts);
    const repeated = event.type === "attempt.repeated" ? attempts.get(event.key) : undefined;
    if (repeated !== undefined && repeated.effects !== "pure")
      next.set(repeated.path, repeated.call);
    if (event.type === "attempt.ended" && event.doubt)
      next.set(event.path, attempts.get(event.key)?.call ?? 0);
    if (event.type === "attempt.ended" && !event.doubt) next.delete(event.path);
    if (event.type === "exception.closed" && event.how !== "cancelled") next.delete(event.path);
    if (event.type === "step.finished") next.delete(event.path);
    if (event.type === "step.released" && event.again === true) next.delete(event.path);
    doubts = next;
    return next;
  });
}

/** After each event: the calls that go on, in doubt or because something was written or is asked under them. */
function keptOf(log: readonly Event[]): readonly ReadonlyMap<Path, Key>[] {
  const attempts = attemptsOf(log);
  const doubts = doubtsOf(log);
  // What was certainly not written keeps nothing.
  const wrote = new Map<Path, number>();
  const count = (path: Path, by: number) => wrote.set(path, (wrote.get(path) ?? 0) + by);
  let kept: ReadonlyMap<Path, Key> = new Map();
  return log.map((event, at) => {
    const next = new Map(kept);
    const key = "key" in event ? event.key : 0;
    if (event.type === "writeback.started") count(event.path, 1);
    if (event.type === "writeback.failed") count(event.path, -1);
    if (event.type === "attempt.suspended") next.set(event.path, attempts.get(key)?.call ?? 0);
    if (event.type === "attempt.ended" && (wrote.get(event.path) ?? 0) > 0)
      next.set(event.path, attempts.get(key)?.call ?? 0);
    else if (event.type === "attempt.ended" && !event.doubt) next.delete(event.path);
    if (event.type === "step.finished") next.delete(event.path);
    if (event.type === "exception.closed" && event.how !== "cancelled") next.delete(event.path);
    if (event.type === "step.released" && !(doubts[at]?.has(event.path) ?? false))
      next.delete(event.path);
    if ("path" in event && !next.has(event.path) && wrote.has(event.path) && isOver(event))
      wrote.delete(event.path);
    kept = next;
    return new Map([...next, ...(doubts[at] ?? [])]);
  });
}

/** Another agent is asked, under a call of its own. */
function isFallback(event: Event | undefined): boolean {
  return event?.type === "attempt.started" && event.fallback !== undefined;
}

function isOver({ type }: Event): boolean {
  return type === "step.finished";
}

const PEOPLE = ["ana", "ben"];

describe("in a world where much goes wrong, a run", () => {
  test("ends, and then nothing of it lives or is owed", () => {
    const ends = ["completed", "failed", "cancelled", "rolled back"];
    const wrong = wrongIn(({ run }) =>
      ends.includes(statusOf(run)) && run.frames.size + run.open.size === 0 && !isUnsettled(run)
        ? []
        : [[statusOf(run), run.frames.size, run.open.size]],
    );
    expect(wrong).toBeNull();
  });

  test("M3 names an effect by the number of the event that opened it", () => {
    const opening = [
      "step.started",
      "attempt.started",
      "timer.set",
      "run.finished",
      "gate.opened",
      "tool.judged",
    ];
    const wrong = wrongIn(({ turns, log }) =>
      turns
        .flatMap(({ after }) => owed(after))
        .filter((effect) => "key" in effect && !opening.includes(log[effect.key - 1]?.type ?? "")),
    );
    expect(wrong).toBeNull();
  });

  test("M3 fault 1 and 2: keeps the key of a call until it is certain that nothing was done, or a person says so", () => {
    const wrong = wrongIn(({ log }) => {
      const kept = keptOf(log);
      return [...attemptsOf(log).values()].filter(
        ({ key, path, call }) =>
          call !== (kept[key - 2]?.get(path) ?? key) && !isFallback(log[key - 1]),
      );
    });
    expect(wrong).toBeNull();
  });

  test("M9 fault 3: leaves a step in doubt by a success or a person, and in no other way", () => {
    const wrong = wrongIn(({ log }) => {
      const doubts = doubtsOf(log);
      return of(log, "step.finished").filter(
        ({ seq, path, outcome, by }) =>
          outcome !== "completed" && !PEOPLE.includes(by) && doubts[seq - 2]?.has(path) === true,
      );
    });
    expect(wrong).toBeNull();
  });

  test("M9 fault 4: performs an `ask` only after it has begun, once, and never again by itself", () => {
    const wrong = wrongIn(({ turns, log }) => {
      const begun = of(log, "attempt.begun");
      const seqOf = new Map(begun.map(({ key, seq }) => [key, seq]));
      const repeated = new Set(of(log, "attempt.repeated").map(({ key }) => key));
      const early = turns.flatMap(({ after }) =>
        owed(after).filter(
          (effect) =>
            effect.type === "perform" &&
            effect.effects === "ask" &&
            ((seqOf.get(effect.key) ?? Infinity) > after.seq || repeated.has(effect.key)),
        ),
      );
      return seqOf.size === begun.length ? early : [begun];
    });
    expect(wrong).toBeNull();
  });

  test("M4 is the fold of its log, through JSON and from any position", () => {
    const middleOf = ({ turns }: Journey) => turns[Math.floor(turns.length / 2)]!.after;
    for (let seed = 0; seed < WORLDS; seed++) {
      const made = journey(seed);
      const middle = middleOf(made);
      expect(fold(made.workflow, made.log)).toEqual(made.run);
      expect(fold(made.workflow, made.log.slice(0, middle.seq))).toEqual(middle);
    }
  });

  test("M4 goes on from a snapshot as it would have without", () => {
    const pages = new Map<Digest, string>();
    const keep = (text: string): Digest => {
      const digest = `sha256:${pages.size}` as Digest;
      pages.set(digest, text);
      return digest;
    };
    const wrong = wrongIn(({ log, turns, run }) => {
      const { after } = turns[Math.floor(turns.length / 2)]!;
      const thawed = thaw(freeze(after, keep), after, (digest) => pages.get(digest) ?? "");
      if (thawed === null) return ["not thawed"];
      const end = log.slice(after.seq).reduce(evolve, thawed);
      return freeze(end, keep) === freeze(run, keep) ? [] : [after.seq];
    });
    expect(wrong).toBeNull();
  });

  test("M6 owes after a decision what it owed before and what the decision opened, and nothing else", () => {
    const wrong = wrongIn(({ turns }) =>
      turns.flatMap(({ before, events, after }) => {
        const opened = owedBy(after, events).map(nameOf);
        const known = new Set([...owed(before).map(nameOf), ...opened]);
        const now = new Set(owed(after).map(nameOf));
        return [
          ...[...now].filter((name) => !known.has(name)),
          ...opened.filter((name) => !now.has(name)),
        ];
      }),
    );
    expect(wrong).toBeNull();
  });

  test("M7 is performed again after a crash at most so often", () => {
    const wrong = wrongIn(({ log }) => {
      const keys = of(log, "attempt.repeated").map(({ key }) => key);
      return keys.filter((key) => keys.filter((other) => other === key).length > REPEATS_MOST);
    });
    expect(wrong).toBeNull();
  });

  test("M10 is accepted before anything else of it happens, and once", () => {
    const wrong = wrongIn(({ log }) =>
      log.filter(({ seq, type }, at) => seq !== at + 1 || (type === "run.accepted") !== (at === 0)),
    );
    expect(wrong).toBeNull();
  });

  test("M12 fault 13: marks the last event of every decision, and no other, as a place to stand", () => {
    const wrong = wrongIn(({ turns }) =>
      turns.filter(
        ({ events }) =>
          events.length > DECISION_EVENTS_MOST + 10 ||
          events.some((event, at) => (event.end === true) !== (at === events.length - 1)),
      ),
    );
    expect(wrong).toBeNull();
  });

  test("fault 5: settles the answer that comes after its attempt was closed, once", () => {
    const wrong = wrongIn(({ log }) => {
      const closed = [
        ...of(log, "attempt.ended").filter(({ unanswered }) => unanswered === true),
        ...of(log, "step.finished").filter(({ outcome }) => outcome === "cancelled"),
      ].map((event) => ("key" in event ? event.key : event.closes));
      const settled = of(log, "attempt.settled").map(({ key }) => key);
      return settled.filter((key, at) => !closed.includes(key) || settled.indexOf(key) !== at);
    });
    expect(wrong).toBeNull();
  });

  test("fault 16: undoes one after another, each once, and none is left as failed", () => {
    const wrong = wrongIn(({ log }) => {
      const begun = of(log, "step.started").filter(({ path }) => path.startsWith("!undo/"));
      const ended = of(log, "step.finished").filter(({ path }) => path.startsWith("!undo/"));
      return [
        ...begun.filter(({ path }, at) => path !== `!undo/${at + 1}`),
        ...ended.filter(({ path }, at) => path !== `!undo/${at + 1}`),
        ...ended.filter(({ outcome }) => outcome === "failed" || outcome === "cancelled"),
      ];
    });
    expect(wrong).toBeNull();
  });

  test("makes progress that never falls, and is whole when it has completed", () => {
    const wrong = wrongIn(({ turns, run }) => [
      ...turns.filter(({ before, after }) => {
        const [was, is] = [progressOf(before), progressOf(after)];
        return is.done < was.done || is.done > is.expected;
      }),
      ...(run.outcome !== "completed" || run.work.done === run.work.expected ? [] : [run.work]),
    ]);
    expect(wrong).toBeNull();
  });

  test("has no more in flight than its limit", () => {
    const isAttempt = (type: string): boolean => ["prepare", "perform", "child"].includes(type);
    const wrong = wrongIn(({ workflow, turns, log }) => {
      const amended = of(log, "run.amended").map(({ limits }) => limits?.concurrencyMost ?? 0);
      const most = Math.max(workflow.limits.concurrencyMost, ...amended);
      return turns.filter(({ after }) => {
        const flying = owed(after).filter((effect) => isAttempt(effect.type) && "path" in effect);
        return flying.length > most;
      });
    });
    expect(wrong).toBeNull();
  });
});
