import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Log, type NewPublished, RETENTION } from "../../src/engine/store/index.ts";
import { append, run } from "./appends.ts";
import type { Harness } from "./log.contract.ts";

const AT = 1_763_600_000_000;
const DAY_MS = 86_400_000;

function paid(match: string, over: Partial<NewPublished> = {}): NewPublished {
  return {
    id: null,
    event: "paid",
    match,
    payload: '{"amount":3}',
    source: "bank",
    at: AT,
    ...over,
  };
}

const listens = (key: number, match: string, after = 0) => ({
  listensSet: [{ key, event: "paid", match, after }],
});

/** What the log keeps of events from outside, and whom it is for. */
export function publishedContract(name: string, harness: Harness): void {
  describe(`events from outside, ${name}`, () => {
    let log: Log;
    beforeEach(async () => {
      log = await harness.open();
    });
    afterEach(async () => {
      await log.close();
      await harness.remove();
    });
    const came = (stream: string, key: number) => log.came({ stream: run(stream), key });

    test("are kept in order, and positions count up", async () => {
      expect(await log.publish([paid("1"), paid("2")])).toEqual([
        { position: 1, again: false },
        { position: 2, again: false },
      ]);
      expect(await log.publish([paid("1")])).toEqual([{ position: 3, again: false }]);
      expect(await log.publish([])).toEqual([]);
    });

    test("M1 one that comes after the run began and before it listens is there for it", async () => {
      await log.append([append(run("aaaa"), 0)]);
      const given = paid("1", { payload: '{"amount":"Ünïcode ✓"}' });
      await log.publish([given, paid("1")]);
      await log.append([append(run("aaaa"), 1, listens(2, "1"))]);
      expect(came("aaaa", 2)).toEqual({ ...given, position: 1 });
    });

    test("one that came before the run began is not for it", async () => {
      await log.publish([paid("1")]);
      await log.append([append(run("aaaa"), 0, listens(1, "1"))]);
      expect(came("aaaa", 1)).toBeNull();
      expect(log.untold()).toEqual([]);
      await log.publish([paid("1")]);
      expect(came("aaaa", 1)).toMatchObject({ position: 2 });
    });

    test("one is for every stream that listens for it, by its name and match", async () => {
      await log.append([
        append(run("aaaa"), 0, listens(1, "1")),
        append(run("bbbb"), 0, listens(1, "1")),
        append(run("cccc"), 0, listens(1, "2")),
      ]);
      await log.publish([paid("1"), paid("2", { event: "sent" })]);
      expect(came("aaaa", 1)).toMatchObject({ position: 1 });
      expect(came("bbbb", 1)).toMatchObject({ position: 1 });
      expect(came("cccc", 1)).toBeNull();
      expect(came("dddd", 1)).toBeNull();
      expect(log.untold()).toEqual([
        { stream: "wf_aaaa", key: 1 },
        { stream: "wf_bbbb", key: 1 },
      ]);
    });

    test("a listen for every match is given the oldest of all", async () => {
      await log.append([append(run("aaaa"), 0, listens(1, ""))]);
      await log.publish([paid("1", { event: "sent" }), paid("2"), paid("")]);
      expect(came("aaaa", 1)).toMatchObject({ position: 2, match: "2" });
      await log.append([append(run("aaaa"), 1, listens(1, "", 2))]);
      expect(came("aaaa", 1)).toMatchObject({ position: 3, match: "" });
    });

    test("what a listen has passed is not for it, and an ended listen is told nothing", async () => {
      await log.append([append(run("aaaa"), 0, listens(1, "1"))]);
      await log.publish([paid("1"), paid("1")]);
      await log.append([append(run("aaaa"), 1, listens(1, "1", 1))]);
      expect(came("aaaa", 1)).toMatchObject({ position: 2 });
      await log.append([append(run("aaaa"), 2, listens(1, "1", 2))]);
      expect(came("aaaa", 1)).toBeNull();
      await log.publish([paid("1")]);
      expect(log.untold()).toEqual([{ stream: "wf_aaaa", key: 1 }]);
      await log.append([append(run("aaaa"), 3, { listensEnded: [1] })]);
      expect(came("aaaa", 1)).toBeNull();
      expect(log.untold()).toEqual([]);
    });

    test("M2 the same id for the same event and match is kept once, also within a batch", async () => {
      const named = (match: string, id: string) => paid(match, { id });
      const [first] = await log.publish([named("1", "a")]);
      const answers = await log.publish([
        named("1", "a"),
        named("2", "a"),
        named("1", "b"),
        named("1", "b"),
        paid("1", { id: "a", event: "sent" }),
      ]);
      expect(answers.map(({ again }) => again)).toEqual([true, false, false, true, false]);
      expect(answers[0]?.position).toBe(first?.position);
      expect(answers[3]?.position).toBe(answers[2]?.position);
    });

    test("M4 all of it is as it was when the log is opened again", async () => {
      await log.append([append(run("aaaa"), 0)]);
      await log.publish([paid("1", { id: "a" })]);
      await log.append([append(run("aaaa"), 1, listens(2, "1")), append(run("bbbb"), 0)]);
      log = await harness.reopen(log);
      expect(log.untold()).toEqual([{ stream: "wf_aaaa", key: 2 }]);
      expect(came("aaaa", 2)).toMatchObject({ position: 1, source: "bank", at: AT });
      expect(await log.publish([paid("1", { id: "a" }), paid("2")])).toEqual([
        { position: 1, again: true },
        { position: 2, again: false },
      ]);
      await log.append([append(run("bbbb"), 1, listens(2, "1"))]);
      expect(came("bbbb", 2)).toBeNull();
    });

    test("M7 are swept when they are old enough, a few at a time, and their positions stay theirs", async () => {
      await log.append([append(run("aaaa"), 0, listens(1, ""))]);
      await log.publish(Array.from({ length: 300 }, (_, at) => paid(String(at))));
      const late = AT + RETENTION.ageMs + DAY_MS;
      await log.publish([paid("late", { at: late })]);
      expect(came("aaaa", 1)).toMatchObject({ position: 102 });
      for (let time = 0; time < 5; time += 1) await log.publish([paid("late", { at: late })]);
      expect(came("aaaa", 1)).toMatchObject({ position: 301 });
      const later = late + RETENTION.ageMs + DAY_MS;
      expect(await log.publish([paid("last", { at: later })])).toEqual([
        { position: 307, again: false },
      ]);
      expect(came("aaaa", 1)).toMatchObject({ position: 307 });
    });

    test("M7 are swept when there are too many", async () => {
      await log.close();
      log = await harness.open({ most: 10, ageMs: RETENTION.ageMs });
      await log.append([append(run("aaaa"), 0, listens(1, ""))]);
      await log.publish(Array.from({ length: 25 }, (_, at) => paid(String(at))));
      expect(came("aaaa", 1)).toMatchObject({ position: 16 });
      await log.publish([paid("one more")]);
      expect(came("aaaa", 1)).toMatchObject({ position: 17 });
    });

    test("a closed log keeps none", async () => {
      await log.close();
      await expect(log.publish([paid("1")])).rejects.toMatchObject({ code: "bug" });
      log = await harness.open();
      expect((await log.publish([paid("1")]))[0]).toMatchObject({ position: 1 });
    });
  });
}
