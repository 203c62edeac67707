import { describe, expect, test } from "vitest";
import { cases } from "../../../../test/given/cases.ts";
import { type Journey, journey } from "../../../../test/given/world.ts";
import type { Event, Key, Path } from "../event.ts";
import { owed } from "../owed.ts";
import { USE_REPEATS_MOST } from "./used.ts";

/** The worlds in which agents use tools: every sixth. */
const WORLDS = cases(120);

function wrongIn(
  complaints: (journey: Journey) => readonly unknown[],
): { readonly seed: number; readonly first: unknown } | null {
  for (let at = 0; at < WORLDS; at++) {
    const seed = at * 6 + 5;
    const [first] = complaints(journey(seed));
    if (first !== undefined) return { seed, first };
  }
  return null;
}

type Of<T extends Event["type"]> = Extract<Event, { type: T }>;

function of<T extends Event["type"]>(log: readonly Event[], type: T): readonly Of<T>[] {
  return log.filter((event): event is Of<T> => event.type === type);
}

/** When a write was begun and when it was answered, by its key. */
function writesIn(
  log: readonly Event[],
): ReadonlyMap<Key, { path: Path; from: number; to: number }> {
  const ended = ["writeback.committed", "writeback.failed", "writeback.unknown"];
  return new Map(
    of(log, "writeback.started").map(({ key, path, seq }) => {
      const end = log.find(
        (event) => ended.includes(event.type) && "key" in event && event.key === key,
      );
      return [key, { path, from: seq, to: end?.seq ?? Infinity }];
    }),
  );
}

const PEOPLE = ["ana", "ben"];

describe("in a world where much goes wrong, a run whose agents use tools", () => {
  test("draws enough of everything to be worth looking at", () => {
    const types = [
      "tool.judged",
      "tool.finished",
      "tool.repeated",
      "attempt.suspended",
      "writeback.started",
      "writeback.committed",
      "writeback.failed",
      "writeback.unknown",
      "writeback.verified",
      "gate.consumed",
      "gate.voided",
    ];
    const missing = new Set(types);
    for (let at = 0; at < 200 && missing.size > 0; at++)
      for (const { type } of journey(at * 6 + 5).log) missing.delete(type);
    expect([...missing]).toEqual([]);
  });

  test("U1 performs nothing that was not judged, and writes nothing that was not started", () => {
    const wrong = wrongIn(({ turns, log }) => {
      const judged = new Map(of(log, "tool.judged").map((event) => [event.seq, event]));
      const started = new Map(of(log, "writeback.started").map(({ key, seq }) => [key, seq]));
      return turns.flatMap(({ after }) =>
        owed(after).filter(
          (effect) =>
            effect.type === "use" &&
            (judged.get(effect.key)?.verdict === "deny" ||
              !judged.has(effect.key) ||
              (effect.effects !== "pure" && (started.get(effect.key) ?? Infinity) > after.seq)),
        ),
      );
    });
    expect(wrong).toBeNull();
  });

  test("M8 U4 writes what was allowed, or what people approved: this action, once", () => {
    const wrong = wrongIn(({ log }) => {
      const judged = new Map(of(log, "tool.judged").map((event) => [event.seq, event]));
      const opened = new Map(of(log, "gate.opened").map((event) => [event.seq, event]));
      const closed = new Map(of(log, "gate.closed").map((event) => [event.key, event]));
      const consumed = of(log, "gate.consumed");
      const bad = of(log, "writeback.started").filter(({ key, action, approval, seq }) => {
        const use = judged.get(key);
        if (use?.verdict === "allow" || use?.verdict === "limit") return approval !== undefined;
        const gate = approval === undefined ? undefined : opened.get(approval)?.gate;
        const decided = approval === undefined ? undefined : closed.get(approval);
        const used = consumed.filter((event) => event.key === approval);
        return (
          gate?.use !== key ||
          gate.digest !== action ||
          decided?.allowed !== true ||
          used.length !== 1 ||
          used[0]?.seq !== seq - 1
        );
      });
      const keys = of(log, "writeback.started").map(({ key }) => key);
      return [...bad, ...keys.filter((key, at) => keys.indexOf(key) !== at)];
    });
    expect(wrong).toBeNull();
  });

  test("U2 writes the same thing of the same step once, unless nobody knew, or it certainly was not", () => {
    const wrong = wrongIn(({ log }) => {
      const asks = new Map(
        of(log, "tool.judged").map(({ seq, ask, path }) => [seq, `${path} ${ask}`]),
      );
      const wrote = of(log, "writeback.committed").map(({ key }) => asks.get(key));
      return wrote.filter((ask, at) => wrote.indexOf(ask) !== at);
    });
    expect(wrong).toBeNull();
  });

  test("U3 no step ends while a write of it is in flight, and one in doubt ends well or by a person", () => {
    const wrong = wrongIn(({ log }) => {
      const writes = [...writesIn(log).values()];
      const early = of(log, "step.finished").filter(({ path, seq }) =>
        writes.some((write) => write.path === path && write.from < seq && write.to > seq),
      );
      const unknown = of(log, "writeback.unknown");
      const gone = of(log, "step.finished").filter(({ path, seq, by }) => {
        const doubt = unknown.findLast((event) => event.path === path && event.seq < seq);
        if (doubt === undefined || PEOPLE.includes(by)) return false;
        const ways = ["exception.closed", "step.released"];
        return !log.some(
          (event) =>
            event.seq > doubt.seq &&
            event.seq < seq &&
            ways.includes(event.type) &&
            "path" in event &&
            event.path === path,
        );
      });
      return [...early, ...gone];
    });
    expect(wrong).toBeNull();
  });

  test("U5 nothing reads for an attempt that is over", () => {
    const wrong = wrongIn(({ turns }) =>
      turns.flatMap(({ after }) => {
        const effects = owed(after);
        const flying = new Set(
          effects.flatMap((effect) =>
            effect.type === "perform" || effect.type === "abort" ? [effect.key] : [],
          ),
        );
        return effects.filter(
          (effect) =>
            effect.type === "use" && effect.effects === "pure" && !flying.has(effect.attempt),
        );
      }),
    );
    expect(wrong).toBeNull();
  });

  test("M9 an `ask` is never performed again by itself; what may be is, at most so often", () => {
    const wrong = wrongIn(({ log }) => {
      const judged = new Map(of(log, "tool.judged").map(({ seq, effects }) => [seq, effects]));
      const keys = of(log, "tool.repeated").map(({ key }) => key);
      return keys.filter(
        (key) =>
          judged.get(key) === "ask" ||
          keys.filter((other) => other === key).length > USE_REPEATS_MOST,
      );
    });
    expect(wrong).toBeNull();
  });

  test("a suspension is no failure: no try is used up, and the same call goes on", () => {
    const wrong = wrongIn(({ turns }) =>
      turns.filter(({ before, events, after }) => {
        const one = events.find(({ type }) => type === "attempt.suspended") as
          | Of<"attempt.suspended">
          | undefined;
        if (one === undefined) return false;
        const frames = [before, after].map((run) =>
          Object.values(run.frames.root as readonly unknown[]).find(
            (frame) => (frame as { path?: string }).path === one.path,
          ),
        ) as { tries?: number; call?: Key; kind?: string }[];
        const [was, is] = frames;
        return is !== undefined && was !== undefined && is.call !== was.call;
      }),
    );
    expect(wrong).toBeNull();
  });
});
