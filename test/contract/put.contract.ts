import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Envelope } from "../../src/core/audit/index.ts";
import type { Log } from "../../src/engine/store/index.ts";
import { append, digestOf, draft, run, standing } from "./appends.ts";
import type { Harness } from "./log.contract.ts";

/** What the log keeps though no event names it, and for how long. */
export function putContract(name: string, harness: Harness): void {
  describe(`what was put, ${name}`, () => {
    let log: Log;
    beforeEach(async () => {
      log = await harness.open();
    });
    afterEach(async () => {
      await log.close();
      await harness.remove();
    });

    const put = (text: string, at: number): Promise<void> =>
      log.put({ digest: digestOf(text), text, name: text.slice(0, 5), by: "ana", at });

    test("is there under its digest, newest first, also after it was opened again", async () => {
      const large = JSON.stringify("y".repeat(300_000));
      await put("early", 1);
      await put(large, 2);
      log = await harness.reopen(log);
      expect(log.puts()).toEqual([
        { digest: digestOf(large), name: '"yyyy', by: "ana", at: 2, bytes: 300_002 },
        { digest: digestOf("early"), name: "early", by: "ana", at: 1, bytes: 5 },
      ]);
      expect(log.holdings()).toEqual({ count: 2, bytes: 300_007 });
      expect(log.content(digestOf(large))).toBe(large);
    });

    test("is swept when its time has come and no event names it; put again, it is kept from then on", async () => {
      const named = digestOf("named");
      await log.append([
        append(run("aaaa"), 0, {
          events: [draft(1, { data: { output: { digest: named, bytes: 5 } } })],
          contents: [[named, "named"]],
        }),
      ]);
      for (const text of ["named", "alone", "again"]) await put(text, 1);
      await put("again", 7);
      await log.sweep(5);
      expect(log.puts().map(({ name }) => name)).toEqual(["again"]);
      expect(log.content(named)).toBe("named");
      expect(log.content(digestOf("alone"))).toBeNull();
      expect(log.content(digestOf("again"))).toBe("again");
      await put("alone", 9);
      await log.sweep(5);
      expect(log.content(digestOf("alone"))).toBe("alone");
    });

    test("of files, is swept when its time has come and neither an event nor a content names it", async () => {
      const files = ["alone", "young", "in an event", "in a content"].map((of, at) => ({
        digest: digestOf(of),
        bytes: at,
        name: of,
        by: "ana",
        at: of === "young" ? 7 : at,
      }));
      for (const file of files) await log.keepFile(file);
      const text = JSON.stringify({ file: digestOf("in a content"), name: "c", bytes: 3 });
      const value = { file: digestOf("in an event"), name: "e", bytes: 2 };
      const content = digestOf(text);
      await log.append([
        append(run("aaaa"), 0, {
          events: [draft(1, { data: { value, output: { digest: content, bytes: text.length } } })],
          contents: [[content, text]],
        }),
      ]);
      log = await harness.reopen(log);
      expect(log.file(digestOf("in an event"))).toEqual(files[2]);
      await log.sweep(6);
      expect(log.files().map(({ name }) => name)).toEqual(["young", "in a content", "in an event"]);
      expect(log.file(digestOf("alone"))).toBeNull();
    });

    test("is looked for a part at a time, and the next sweep goes on where one left off", async () => {
      const count = 1_200;
      const last = digestOf("last");
      const appends = Array.from({ length: count }, (_, at) =>
        append(run("aaaa"), at, {
          events: [draft(at + 1, { data: at === count - 1 ? { output: { digest: last } } : {} })],
        }),
      );
      for (const one of appends) await log.append([one]);
      for (const text of ["last", "alone"]) await put(text, 1);
      let asked = 0;
      for (let sweeps = 0; sweeps < 5; sweeps += 1) {
        asked = 0;
        await log.sweep(5, () => {
          asked += 1;
          return asked > 1;
        });
        log = await harness.reopen(log);
      }
      expect(log.content(digestOf("alone"))).toBeNull();
      expect(log.content(last)).toBe("last");
    });

    test("stays while a result in the cache names it", async () => {
      const digest = digestOf("kept");
      const results = [
        {
          digest: digestOf("asked"),
          path: "a",
          output: { digest, bytes: 4 },
          until: Number.MAX_SAFE_INTEGER,
        },
      ];
      await log.append([append(run("aaaa"), 0, { results })]);
      await put("kept", 1);
      await log.sweep(5);
      expect([log.puts(), log.content(digest)]).toEqual([[], "kept"]);
    });

    test("stays when a run that named it leaves the log", async () => {
      const digest = digestOf("both");
      const ended = { ...standing(), endedAt: 9, unsettled: false };
      const data = { output: { digest, bytes: 4 } };
      const given = { events: [draft(1, { data })], contents: [[digest, "both"] as const] };
      await log.append([append(run("aaaa"), 0, { ...given, standing: ended })]);
      await put("both", 7);
      const { seq, hash } = [...log.read(run("aaaa"))].at(-1) as Envelope;
      const of = { file: "a.gz", at: 10, endedAt: 9, workflow: "w", status: "completed" };
      await log.archive([{ stream: run("aaaa"), ...of, seq, hash }]);
      await log.compact();
      expect(log.content(digest)).toBe("both");
      await log.sweep(8);
      expect(log.content(digest)).toBeNull();
    });
  });
}
