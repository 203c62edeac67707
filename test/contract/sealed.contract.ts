import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Envelope, verifyStream } from "../../src/core/audit/index.ts";
import type { SubjectId } from "../../src/core/id.ts";
import type { Log } from "../../src/engine/store/index.ts";
import { append, digestOf, draft, run, sha256, standing } from "./appends.ts";
import type { Harness } from "./log.contract.ts";

const SECRET = "Mei Wong, 9123 4567";

/** What a log keeps of a person, and what of it is left when their key is destroyed. */
export function sealedContract(name: string, harness: Harness): void {
  describe(`the data of a person in the log, ${name}`, () => {
    let log: Log;
    let subject: SubjectId;
    beforeEach(async () => {
      log = await harness.open();
      subject = log.keys.subject("customer 4711", 1);
    });
    afterEach(async () => {
      await log.close();
      await harness.remove();
    });

    const content = () => log.keys.digest(subject, SECRET);
    const data = () => ({
      subject,
      params: { name: SECRET, list: [SECRET] },
      output: { digest: content(), bytes: 40 },
      outputs: { value: { text: SECRET } },
      error: { class: "permanent", kind: "rejected", message: SECRET },
      level: "external",
      rules: [{ rule: "large", verdict: "ask", leaves: [SECRET] }],
    });
    const write = async () => {
      const definition = digestOf("{}");
      await log.append([
        append(run("aaaa"), 0, {
          events: [draft(1, { data: data() }), draft(2, { data: { slot: 2 } })],
          contents: [
            [content(), JSON.stringify(SECRET)],
            [definition, "{}", true],
          ],
          standing: standing({ note: SECRET, endedAt: 9, unsettled: false }),
          snapshot: { machine: 1, state: SECRET },
        }),
        append(run("bbbb"), 0),
      ]);
      await log.append([append(run("aaaa"), 2, { events: [draft(3, { data: { why: SECRET } })] })]);
    };
    const events = (): Envelope[] => [...log.read(run("aaaa"))];
    const isVerified = (): boolean => verifyStream(events(), sha256).ok;

    test("is read as it was written, and verifies, also when the log is opened again", async () => {
      await write();
      for (let time = 0; time < 2; time += 1) {
        expect(events()[0]?.data).toEqual(data());
        expect(events()[2]?.data).toEqual({ why: SECRET });
        expect(log.tail(0, 9)[0]?.data).toEqual(data());
        expect(events()[0]?.sealed.map(({ path }) => path)).toEqual([
          "/error/message",
          "/outputs/value",
          "/params",
          "/rules/0/leaves",
        ]);
        expect(events()[1]?.sealed).toEqual([]);
        expect(isVerified()).toBe(true);
        expect(log.content(content())).toBe(JSON.stringify(SECRET));
        expect(log.kept(content())).not.toContain("Mei");
        expect(log.standing(run("aaaa"))?.note).toBe(SECRET);
        if (time === 0) log = await harness.reopen(log);
      }
    });

    test("is gone with the key, and what governs stays; the log verifies as before", async () => {
      await write();
      const before = events().map(({ hash }) => hash);
      const named = content();
      log.keys.destroy([subject], { why: "asked for it", by: "ana", at: 5 });
      for (let time = 0; time < 2; time += 1) {
        expect(
          JSON.stringify([...log.read(run("aaaa")), log.standings({ most: 9 })]),
        ).not.toContain("Mei");
        expect(events()[0]?.data).toEqual({
          subject,
          params: { "[erased]": true },
          output: { digest: named, bytes: 40 },
          outputs: { value: { "[erased]": true } },
          error: { class: "permanent", kind: "rejected", message: "[erased]" },
          level: "external",
          rules: [{ rule: "large", verdict: "ask", leaves: [] }],
        });
        expect(events().map(({ hash }) => hash)).toEqual(before);
        expect(isVerified()).toBe(true);
        expect(log.content(named)).toBe('"[erased]"');
        log = await harness.reopen(log);
      }
    });

    test("leaves nothing open beside the log: no name, nothing that was published for its stream", async () => {
      await write();
      const { seq } = events().at(-1) ?? { seq: 0 };
      const listen = { key: 1, event: "case.message", match: run("aaaa"), after: 0 };
      const names = [{ name: "customer_id=4711", until: null }];
      await log.append([append(run("aaaa"), seq, { listensSet: [listen], names })]);
      const payload = JSON.stringify({ text: "I am Mei." });
      const event = { event: "case.message", payload, source: "mail", at: 9 };
      await log.publish([
        { ...event, id: null, match: run("aaaa") },
        { ...event, id: null, match: run("bbbb") },
      ]);
      expect(log.came({ stream: run("aaaa"), key: 1 })?.payload).toContain("Mei");
      log.keys.destroy([subject], { why: "asked for it", by: "ana", at: 5 });
      await log.erase([subject]);
      for (let time = 0; time < 2; time += 1) {
        expect(log.came({ stream: run("aaaa"), key: 1 })).toBeNull();
        expect(log.named("customer_id=4711", 9)).toBeNull();
        log = await harness.reopen(log);
      }
    });

    test("cannot be moved to another place: it does not open there", async () => {
      await write();
      const [event] = events();
      const sealed = event?.sealed[0];
      if (sealed === undefined) throw new Error("Nothing is sealed.");
      expect(log.keys.open(subject, `wf_aaaa.1${sealed.path}`, sealed)).toContain("Mei");
      expect(log.keys.open(subject, `wf_aaaa.2${sealed.path}`, sealed)).toBeNull();
    });

    test("a sealed value that was changed in the stored event is found by the hash", async () => {
      await write();
      const [first, ...rest] = events();
      if (first === undefined) throw new Error("There is none.");
      const sealed = first.sealed.map((one, at) => (at === 0 ? { ...one, ct: "AAAA" } : one));
      expect(verifyStream([{ ...first, sealed }, ...rest], sha256)).toMatchObject({
        ok: false,
        kind: "modified",
        seq: 1,
      });
    });

    test("a subject is found by each of its names until its key is destroyed, and by its id after", () => {
      log.keys.alias(subject, "mei@example.org");
      expect(log.keys.subject("customer 4711", 2)).toBe(subject);
      expect(log.keys.find("mei@example.org")).toEqual([subject]);
      log.keys.hold(subject, "a dispute");
      expect(log.keys.of(subject)).toMatchObject({ hold: "a dispute", erased: null });
      log.keys.destroy([subject], { why: "asked for it", by: "ana", at: 5 });
      expect(log.keys.find("mei@example.org")).toEqual([]);
      expect(log.keys.find(subject)).toEqual([subject]);
      expect(log.keys.of(subject)?.erased).toEqual({ why: "asked for it", by: "ana", at: 5 });
      expect(log.keys.unfinished()).toMatchObject([{ subjects: [subject] }]);
      log.keys.finished([subject]);
      expect(log.keys.unfinished()).toEqual([]);
      expect(log.keys.subject("customer 4711", 6)).not.toBe(subject);
    });
  });
}
