import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Envelope, verifyStream } from "../../src/core/audit/index.ts";
import { MusterError } from "../../src/core/problem.ts";
import type { Log, Retention } from "../../src/engine/store/index.ts";
import { append, digestOf, draft, run, sha256, standing } from "./appends.ts";

/** A kind of log under test. `reopen` closes it and opens what it kept. */
export type Harness = {
  readonly open: (retention?: Retention) => Promise<Log>;
  readonly reopen: (log: Log) => Promise<Log>;
  readonly remove: () => Promise<void>;
};

const seqs = (events: Iterable<Envelope>): number[] => [...events].map(({ seq }) => seq);

export function logContract(name: string, harness: Harness): void {
  describe(`the log, ${name}`, () => {
    let log: Log;
    beforeEach(async () => {
      log = await harness.open();
    });
    afterEach(async () => {
      await log.close();
      await harness.remove();
    });

    describe("archiving", () => {
      const ended = { ...standing(), endedAt: 9, unsettled: false };
      const note = (stream: string): Parameters<Log["archive"]>[0][number] => {
        const events = [...log.read(run(stream))];
        const { seq, hash } = events.at(-1) as Envelope;
        const of = { file: `${stream}.gz`, at: 10, endedAt: 9, workflow: "w", status: "completed" };
        return { stream: run(stream), ...of, seq, hash };
      };

      test("a stream at rest leaves the log whole, and its place is known", async () => {
        await log.append([
          append(run("aaaa"), 0, { count: 2, cause: "once", standing: ended }),
          append(run("bbbb"), 0, { count: 1, standing: ended }),
        ]);
        const archived = note("aaaa");
        expect(await log.archive([archived])).toEqual(["wf_aaaa"]);
        expect([...log.read(run("aaaa"))]).toEqual([]);
        expect(log.standing(run("aaaa"))).toBeNull();
        expect(log.archived(run("aaaa"))).toEqual(archived);
        expect(log.archived(run("bbbb"))).toBeNull();
        expect(log.archives(10)).toEqual([archived]);
        expect(seqs(log.read(run("bbbb")))).toEqual([1]);
        log = await harness.reopen(log);
        expect(log.archives(10)).toEqual([archived]);
        await log.forgetArchive(run("aaaa"));
        expect(log.archived(run("aaaa"))).toBeNull();
      });

      test("a stream in which something is left to do, or that has moved on, stays", async () => {
        await log.append([
          append(run("aaaa"), 0, { count: 2, standing: { ...standing(), endedAt: null } }),
          append(run("bbbb"), 0, { count: 2, standing: ended }),
        ]);
        const [open, moved] = [note("aaaa"), note("bbbb")];
        await log.append([append(run("bbbb"), 2)]);
        expect(await log.archive([open, moved])).toEqual([]);
        expect(seqs(log.read(run("bbbb")))).toEqual([1, 2, 3]);
      });

      test("positions are never used again, also where the last events have left", async () => {
        await log.append([append(run("aaaa"), 0, { count: 3, standing: ended })]);
        await log.archive([note("aaaa")]);
        expect(log.end()).toBe(3);
        log = await harness.reopen(log);
        expect(await log.append([append(run("bbbb"), 0)])).toEqual([{ done: true, position: 4 }]);
        expect(log.tail(0, 10).map(({ position }) => position)).toEqual([4]);
      });

      test("after compacting, a content is there as long as a stream that stays names it", async () => {
        const [shared, own] = [digestOf("shared"), digestOf("own")];
        const naming = (seq: number, digest: string): ReturnType<typeof draft> =>
          draft(seq, { data: { output: { digest, bytes: 8 } } });
        await log.append([
          append(run("aaaa"), 0, {
            count: 0,
            events: [naming(1, shared), naming(2, own)],
            contents: [
              [shared, "shared"],
              [own, "own"],
            ],
            standing: ended,
          }),
          append(run("bbbb"), 0, { count: 0, events: [naming(1, shared)], standing: ended }),
        ]);
        await log.archive([note("aaaa")]);
        await log.compact();
        expect(log.content(shared)).toBe("shared");
        expect(log.content(own)).toBeNull();
      });
    });

    describe("appending", () => {
      test("an append at the fence is done, and its events are read as they were told", async () => {
        const [answer] = await log.append([
          append(run("aaaa"), 0, { count: 2, cause: "signal-1" }),
        ]);
        expect(answer).toEqual({ done: true, position: 2 });
        const events = [...log.read(run("aaaa"))];
        expect(events).toHaveLength(2);
        expect(events[0]).toMatchObject({
          v: 1,
          id: "wf_aaaa.1",
          tenant: "local",
          stream: "wf_aaaa",
          seq: 1,
          position: 1,
          at: "2025-11-20T00:53:20.001Z",
          type: "step.started",
          step: "load",
          actor: { kind: "system", id: "engine" },
          cause: "signal-1",
          data: { slot: 1, name: "Ünïcode ✓" },
          sealed: [],
          prev: `sha256:${"0".repeat(64)}`,
        });
        expect(events[1]?.prev).toBe(events[0]?.hash);
      });

      test("events of one append may differ in time and actor", async () => {
        const vote = draft(2, { at: 5, actor: { kind: "human", id: "ana:1" } });
        await log.append([
          append(run("aaaa"), 0, { count: 0, events: [draft(1), vote, draft(3)] }),
        ]);
        const events = [...log.read(run("aaaa"))];
        expect(events.map(({ actor }) => actor.id)).toEqual(["engine", "ana:1", "engine"]);
        expect(events[1]?.at).toBe("1970-01-01T00:00:00.005Z");
        expect(verifyStream(events, sha256).ok).toBe(true);
      });

      test("an append behind the fence, or before it, leaves nothing, and the others go through", async () => {
        await log.append([append(run("aaaa"), 0, 2)]);
        const contents = [[digestOf("1"), "1"]] as const;
        const late = append(run("aaaa"), 1, {
          contents,
          cause: "late",
          standing: standing(),
          timersSet: [{ key: 1, due: 1 }],
        });
        const answers = await log.append([
          append(run("bbbb"), 0),
          late,
          append(run("aaaa"), 5),
          append(run("cccc"), 0),
        ]);
        expect(answers).toEqual([
          { done: true, position: 3 },
          { done: false, again: "behind" },
          { done: false, again: "behind" },
          { done: true, position: 4 },
        ]);
        expect(seqs(log.read(run("aaaa")))).toEqual([1, 2]);
        expect(log.content(digestOf("1"))).toBeNull();
        expect(log.standing(run("aaaa"))).toBeNull();
        expect(log.nextDue()).toBeNull();
        expect(await log.append([append(run("aaaa"), 2, { cause: "late" })])).toMatchObject([
          { done: true },
        ]);
      });

      test("a stream that was refused at its beginning is not there", async () => {
        await log.append([append(run("aaaa"), 3, { standing: standing() })]);
        expect(log.standings({ most: 10 })).toEqual([]);
        expect(seqs(log.read(run("aaaa")))).toEqual([]);
      });

      test("a batch may move one stream on several times", async () => {
        const answers = await log.append([
          append(run("aaaa"), 0, 2),
          append(run("aaaa"), 0, 1),
          append(run("aaaa"), 2, 1),
        ]);
        expect(answers.map(({ done }) => done)).toEqual([true, false, true]);
        expect(verifyStream(log.read(run("aaaa")), sha256)).toMatchObject({
          ok: true,
          end: { seq: 3 },
        });
      });

      describe("M11 with claims", () => {
        const claim = (account: string, amount: number, most: number | null = 100) => ({
          claims: [{ account, amount, most }],
        });

        test("holds what is asked of an account, and gives it back", async () => {
          await log.append([append(run("aaaa"), 0, claim("tokens day", 60))]);
          await log.append([append(run("bbbb"), 0, claim("tokens day", 40))]);
          expect(log.account("tokens day")).toBe(100);
          await log.append([append(run("aaaa"), 1, claim("tokens day", -50, null))]);
          expect(log.account("tokens day")).toBe(50);
          expect(log.account("tokens month")).toBe(0);
        });

        test("one that does not fit is refused alone, and leaves nothing, not even its stream", async () => {
          const contents = [[digestOf("1"), "1"]] as const;
          const answers = await log.append([
            append(run("aaaa"), 0, claim("tokens day", 60)),
            append(run("bbbb"), 0, { ...claim("tokens day", 60), contents, standing: standing() }),
            append(run("cccc"), 0, claim("tokens day", 40)),
          ]);
          expect(answers.map((answer) => (answer.done ? "done" : answer.again))).toEqual([
            "done",
            "claim",
            "done",
          ]);
          expect(log.account("tokens day")).toBe(100);
          expect(seqs(log.read(run("bbbb")))).toEqual([]);
          expect(log.standing(run("bbbb"))).toBeNull();
          expect(log.content(digestOf("1"))).toBeNull();
        });

        test("an append that asks two accounts has both or none", async () => {
          await log.append([append(run("aaaa"), 0, claim("tokens month", 90))]);
          const claims = [
            { account: "tokens day", amount: 20, most: 100 },
            { account: "tokens month", amount: 20, most: 100 },
          ];
          expect(await log.append([append(run("bbbb"), 0, { claims })])).toEqual([
            { done: false, again: "claim" },
          ]);
          expect(log.account("tokens day")).toBe(0);
        });

        test("what was used already is never refused", async () => {
          await log.append([append(run("aaaa"), 0, claim("tokens day", 500, null))]);
          expect(log.account("tokens day")).toBe(500);
          expect(await log.append([append(run("bbbb"), 0, claim("tokens day", 1))])).toEqual([
            { done: false, again: "claim" },
          ]);
        });

        test("an append that is behind, or seen before, claims nothing", async () => {
          await log.append([append(run("aaaa"), 0, { cause: "pay" })]);
          await log.append([
            append(run("aaaa"), 5, claim("tokens day", 10)),
            append(run("aaaa"), 1, { ...claim("tokens day", 10), cause: "pay" }),
          ]);
          expect(log.account("tokens day")).toBe(0);
        });

        test("accounts are what they were when the log is opened again", async () => {
          await log.append([append(run("aaaa"), 0, claim("USD month 2026-11", 2_500_000, null))]);
          log = await harness.reopen(log);
          expect(log.account("USD month 2026-11")).toBe(2_500_000);
        });
      });

      describe("with results that may be used again", () => {
        const until = 1_763_700_000_000;
        const result = (value: number) => ({
          results: [{ digest: digestOf("question"), path: "count", output: { value }, until }],
        });

        test("gives the latest, until its time is over, also when the log is opened again", async () => {
          expect(log.result(digestOf("question"), 0)).toBeNull();
          await log.append([append(run("aaaa"), 0, result(1))]);
          await log.append([append(run("bbbb"), 0, result(2))]);
          log = await harness.reopen(log);
          expect(log.result(digestOf("question"), until - 1)).toEqual({
            run: run("bbbb"),
            path: "count",
            output: { value: 2 },
          });
          expect(log.result(digestOf("question"), until)).toBeNull();
          expect(log.result(digestOf("another"), 0)).toBeNull();
        });

        test("keeps nothing of an append that was refused", async () => {
          await log.append([append(run("aaaa"), 5, result(1))]);
          expect(log.result(digestOf("question"), 0)).toBeNull();
        });
      });

      test("M2 a cause counts once in its stream, also within a batch and with another fence", async () => {
        await log.append([append(run("aaaa"), 0, { cause: "pay" })]);
        const answers = await log.append([
          append(run("aaaa"), 1, { cause: "pay" }),
          append(run("aaaa"), 0, { cause: "pay" }),
          append(run("bbbb"), 0, { cause: "pay" }),
          append(run("bbbb"), 1, { cause: "pay" }),
          append(run("aaaa"), 1, { cause: "other" }),
        ]);
        expect(answers).toMatchObject([
          { again: "seen" },
          { again: "seen" },
          { done: true },
          { again: "seen" },
          { done: true },
        ]);
      });

      test("M2 a cause that changed nothing is remembered, too", async () => {
        await log.append([append(run("aaaa"), 0)]);
        expect(await log.append([append(run("aaaa"), 1, { count: 0, cause: "pay" })])).toEqual([
          { done: true, position: 1 },
        ]);
        expect(await log.append([append(run("aaaa"), 1, { cause: "pay" })])).toEqual([
          { done: false, again: "seen" },
        ]);
      });

      test("a batch with a broken append throws and leaves nothing of any", async () => {
        await log.append([append(run("aaaa"), 0)]);
        const broken = append(run("bbbb"), 0, { count: 0, events: [draft(1), draft(3)] });
        await expect(
          log.append([append(run("aaaa"), 1, { cause: "x", standing: standing() }), broken]),
        ).rejects.toMatchObject({ name: "MusterError", code: "bug" });
        const unwritable = { value: Number.NaN };
        await expect(
          log.append([
            append(run("cccc"), 0),
            append(run("aaaa"), 1, { count: 0, events: [draft(2, { data: unwritable })] }),
          ]),
        ).rejects.toBeInstanceOf(MusterError);
        expect(log.tail(0, 10)).toHaveLength(1);
        expect(log.standings({ most: 10 })).toEqual([]);
        const again = await log.append([
          append(run("aaaa"), 1, { cause: "x" }),
          append(run("bbbb"), 0),
        ]);
        expect(again).toEqual([
          { done: true, position: 2 },
          { done: true, position: 3 },
        ]);
        expect(verifyStream(log.read(run("aaaa")), sha256).ok).toBe(true);
      });

      test("an empty batch is nothing", async () => {
        expect(await log.append([])).toEqual([]);
      });

      test("what is kept is what was told then, not what became of it", async () => {
        const data = { list: [1] };
        await log.append([append(run("aaaa"), 0, { count: 0, events: [draft(1, { data })] })]);
        data.list.push(2);
        expect([...log.read(run("aaaa"))][0]?.data).toEqual({ list: [1] });
      });
    });

    describe("reading", () => {
      test("a stream is read from any event, with the chain whole", async () => {
        await log.append([
          append(run("aaaa"), 0, 3),
          append(run("bbbb"), 0, 2),
          append(run("aaaa"), 3, 2),
        ]);
        const all = [...log.read(run("aaaa"))];
        expect(all.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
        for (const after of [0, 1, 2, 3, 4, 5, 9])
          expect([...log.read(run("aaaa"), after)]).toEqual(all.filter(({ seq }) => seq > after));
        expect([...log.read(run("none"))]).toEqual([]);
      });

      test("a long stream is read to its end, also while it grows", async () => {
        for (let after = 0; after < 1_200; after += 2)
          await log.append([append(run("aaaa"), after, 2)]);
        const found: number[] = [];
        for (const { seq } of log.read(run("aaaa"))) {
          found.push(seq);
          if (seq === 3) await log.append([append(run("bbbb"), 0), append(run("aaaa"), 1_200)]);
        }
        expect(found).toEqual(Array.from({ length: 1_201 }, (_, index) => index + 1));
        expect(verifyStream(log.read(run("aaaa")), sha256).ok).toBe(true);
      });

      test("the tail is in the order of commits, gapless, and can be taken up anywhere", async () => {
        await log.append([append(run("aaaa"), 0, 2), append(run("bbbb"), 0, 3)]);
        await log.append([append(run("aaaa"), 2, 2)]);
        const all = log.tail(0, 100);
        expect(log.end()).toBe(all.at(-1)?.position);
        expect(all.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6, 7]);
        expect(all.map(({ id }) => id).slice(4)).toEqual(["wf_bbbb.3", "wf_aaaa.3", "wf_aaaa.4"]);
        for (const after of [0, 1, 3, 5, 6, 7])
          for (const most of [1, 2, 5])
            expect(log.tail(after, most)).toEqual(all.slice(after, after + most));
        expect(all.filter(({ stream }) => stream === "wf_aaaa")).toEqual([
          ...log.read(run("aaaa")),
        ]);
      });

      test("the tail of one type passes over the others, and each event is as it stands in its stream", async () => {
        const types = ["step.started", "run.finished", "step.started", "run.finished"];
        const events = types.map((type, at) =>
          draft(at + 1, { type, data: { why: ["run.finished", 1] } }),
        );
        await log.append([append(run("aaaa"), 0, { events: events.slice(0, 1) })]);
        await log.append([append(run("bbbb"), 0, { events: events.slice(0, 2) })]);
        await log.append([append(run("aaaa"), 1, { events: events.slice(1) })]);
        const all = log.tail(0, 100).filter(({ type }) => type === "run.finished");
        expect(all.map(({ id }) => id)).toEqual(["wf_bbbb.2", "wf_aaaa.2", "wf_aaaa.4"]);
        expect(log.tail(0, 100, "run.finished")).toEqual(all);
        expect(log.tail(0, 2, "run.finished")).toEqual(all.slice(0, 2));
        expect(log.tail(all[1]?.position ?? 0, 100, "run.finished")).toEqual(all.slice(2));
        expect(log.tail(0, 100, "run.paused")).toEqual([]);
      });

      test("the chain verifies, and one changed field does not", async () => {
        await log.append([append(run("aaaa"), 0, 3), append(run("aaaa"), 3, 1)]);
        const events = [...log.read(run("aaaa"))];
        expect(verifyStream(events, sha256)).toEqual({
          ok: true,
          end: { seq: 4, hash: events[3]?.hash },
        });
        const changed = events.map((event) =>
          event.seq === 2 ? { ...event, step: "other" } : event,
        );
        expect(verifyStream(changed, sha256)).toMatchObject({
          ok: false,
          seq: 2,
          kind: "modified",
        });
      });
    });

    describe("beside the events", () => {
      test("a snapshot is given to the machine's version that made it, and the newest one", async () => {
        const at = (machine: number, state: string) => ({ snapshot: { machine, state } });
        await log.append([append(run("aaaa"), 0, { count: 2, ...at(1, "{}") })]);
        expect(log.snapshot(run("aaaa"), 1)).toEqual({ seq: 2, state: "{}" });
        expect(log.snapshot(run("aaaa"), 2)).toBeNull();
        await log.append([append(run("aaaa"), 2, { count: 1, ...at(2, "[]") })]);
        await log.append([append(run("aaaa"), 3, { count: 0, ...at(2, "[3]") })]);
        expect(log.snapshot(run("aaaa"), 2)).toEqual({ seq: 3, state: "[3]" });
        expect(log.snapshot(run("bbbb"), 2)).toBeNull();
      });

      test("contents are kept by their digest, small and large, and twice is once", async () => {
        const large = JSON.stringify("é".repeat(300_000));
        const contents = ['{"a":1}', large].map((text) => [digestOf(text), text] as const);
        await log.append([
          append(run("aaaa"), 0, { contents }),
          append(run("bbbb"), 0, { contents }),
        ]);
        for (const [digest, text] of contents) expect(log.content(digest)).toBe(text);
        expect(log.content(digestOf("never"))).toBeNull();
      });

      test("timers are due in order, and an ended one is not", async () => {
        expect(log.nextDue()).toBeNull();
        await log.append([
          append(run("aaaa"), 0, {
            timersSet: [
              { key: 1, due: 300 },
              { key: 2, due: 100 },
            ],
          }),
          append(run("bbbb"), 0, {
            timersSet: [
              { key: 1, due: 200 },
              { key: 7, due: 100 },
            ],
          }),
        ]);
        expect(log.nextDue()).toBe(100);
        expect(log.due(250, 10)).toEqual([
          { stream: "wf_aaaa", key: 2, due: 100 },
          { stream: "wf_bbbb", key: 7, due: 100 },
          { stream: "wf_bbbb", key: 1, due: 200 },
        ]);
        expect(log.due(250, 1)).toHaveLength(1);
        await log.append([
          append(run("aaaa"), 1, { timersEnded: [2], timersSet: [{ key: 1, due: 50 }] }),
        ]);
        expect(log.nextDue()).toBe(50);
        expect(log.due(100, 10).map(({ stream, key }) => [stream, key])).toEqual([
          ["wf_aaaa", 1],
          ["wf_bbbb", 7],
        ]);
      });

      test("who listens for an event is found by its name and key", async () => {
        const paid = { event: "paid", match: "order-1", after: 0 };
        await log.append([
          append(run("aaaa"), 0, {
            listensSet: [
              { key: 4, ...paid },
              { key: 5, event: "paid", match: "order-2", after: 0 },
            ],
          }),
          append(run("bbbb"), 0, { listensSet: [{ key: 4, ...paid }] }),
        ]);
        expect(log.listening("paid", "order-1")).toEqual([
          { stream: "wf_aaaa", key: 4 },
          { stream: "wf_bbbb", key: 4 },
        ]);
        await log.append([append(run("aaaa"), 1, { listensEnded: [4] })]);
        expect(log.listening("paid", "order-1")).toEqual([{ stream: "wf_bbbb", key: 4 }]);
        expect(log.listening("paid", "order-3")).toEqual([]);
      });

      test("a standing follows its run; null leaves it as it is", async () => {
        await log.append([append(run("aaaa"), 0)]);
        expect(log.standing(run("aaaa"))).toBeNull();
        await log.append([append(run("aaaa"), 1, { standing: standing({ done: 1 }) })]);
        await log.append([append(run("aaaa"), 2, { standing: standing({ done: 2 }) })]);
        await log.append([append(run("aaaa"), 3, 2)]);
        expect(log.standing(run("aaaa"))).toEqual({
          ...standing({ done: 2 }),
          stream: "wf_aaaa",
          seq: 5,
          updatedAt: 1_763_600_000_004,
        });
        const ended = standing({
          status: "completed",
          unsettled: false,
          endedAt: 9,
          done: 10,
          note: "fine",
        });
        await log.append([append(run("aaaa"), 5, { standing: ended })]);
        expect(log.standing(run("aaaa"))).toMatchObject({ ...ended, seq: 6 });
        await log.append([append(run("aaaa"), 6, { count: 0, standing: { ...ended, done: 11 } })]);
        expect(log.standing(run("aaaa"))).toMatchObject({ done: 11, seq: 6 });
        await log.append([append(run("aaaa"), 6, 1)]);
        expect(log.standing(run("aaaa"))).toMatchObject({ done: 11, seq: 7 });
      });

      test("standings are counted by status", async () => {
        for (const [name, status] of [
          ["aaaa", "running"],
          ["bbbb", "completed"],
          ["cccc", "running"],
        ] as const)
          await log.append([append(run(name), 0, { standing: standing({ status }) })]);
        expect(log.tally()).toEqual([
          { status: "completed", count: 1 },
          { status: "running", count: 2 },
        ]);
      });

      test("standings are listed newest first, by status, workflow and parent, in pages", async () => {
        const parent = run("aaaa");
        await log.append([
          append(parent, 0, { standing: standing() }),
          append(run("bbbb"), 0, {
            standing: standing({ status: "failed", workflow: "billing" }),
          }),
          append(run("cccc"), 0, { standing: standing({ parent }) }),
          append(run("dddd"), 0, {
            standing: standing({ status: "completed", unsettled: false }),
          }),
        ]);
        const list = (filter: object) =>
          log.standings({ most: 10, ...filter }).map(({ stream }) => stream);
        expect(list({})).toEqual(["wf_dddd", "wf_cccc", "wf_bbbb", "wf_aaaa"]);
        expect(list({ most: 2, offset: 1 })).toEqual(["wf_cccc", "wf_bbbb"]);
        expect(list({ status: ["failed", "completed"] })).toEqual(["wf_dddd", "wf_bbbb"]);
        expect(list({ status: [] })).toEqual([]);
        expect(list({ workflow: "billing" })).toEqual(["wf_bbbb"]);
        expect(list({ parent })).toEqual(["wf_cccc"]);
        expect(list({ parent: null, status: ["running"] })).toEqual(["wf_aaaa"]);
        expect(log.unsettled()).toEqual(["wf_aaaa", "wf_bbbb", "wf_cccc"]);
      });
    });

    describe("opened again", () => {
      test("M4 everything is as it was, and goes on from there", async () => {
        const large = JSON.stringify("x".repeat(300_000));
        await log.append([
          append(run("aaaa"), 0, {
            count: 3,
            cause: "start",
            contents: [[digestOf(large), large]],
            standing: standing(),
            timersSet: [{ key: 1, due: 5 }],
            listensSet: [{ key: 2, event: "paid", match: "1", after: 0 }],
            snapshot: { machine: 1, state: "{}" },
          }),
        ]);
        const before = [...log.read(run("aaaa"))];
        log = await harness.reopen(log);
        expect([...log.read(run("aaaa"))]).toEqual(before);
        expect(log.content(digestOf(large))).toBe(large);
        expect(log.standing(run("aaaa"))).toMatchObject({
          seq: 3,
          status: "running",
          expected: 10,
        });
        expect(log.unsettled()).toEqual(["wf_aaaa"]);
        expect(log.due(9, 9)).toHaveLength(1);
        expect(log.listening("paid", "1")).toHaveLength(1);
        expect(log.snapshot(run("aaaa"), 1)).toEqual({ seq: 3, state: "{}" });
        expect(
          await log.append([
            append(run("aaaa"), 3, { cause: "start" }),
            append(run("aaaa"), 2),
            append(run("aaaa"), 3, 2),
          ]),
        ).toEqual([
          { done: false, again: "seen" },
          { done: false, again: "behind" },
          { done: true, position: 5 },
        ]);
        expect(log.standing(run("aaaa"))).toMatchObject({ seq: 5, expected: 10 });
        expect(verifyStream(log.read(run("aaaa")), sha256)).toMatchObject({
          ok: true,
          end: { seq: 5 },
        });
      });

      test("a closed log refuses to write, and closing twice is once", async () => {
        await log.close();
        await log.close();
        await expect(log.append([append(run("aaaa"), 0)])).rejects.toMatchObject({ code: "bug" });
        log = await harness.open();
        expect([...log.read(run("aaaa"))]).toEqual([]);
      });
    });
  });
}
