// oxlint-disable-next-line no-restricted-imports -- the core is given its hash; so a test must bring one
import { hash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Digest, StreamId } from "../id.ts";
import type { JsonObject } from "../json.ts";
import { canonical } from "./canonical.ts";
import type { Actor, Envelope } from "./envelope.ts";
import { heading, lineage, NOTHING_BEFORE, seal } from "./seal.ts";
import { envelopeText, verifyStream } from "./verify.ts";

const sha256 = (text: string): string => hash("sha256", text, "hex");
const engine: Actor = { kind: "system", id: 'en"gine' };
const at = "2026-11-20T08:30:01.123Z";

function chain(count: number, stream = "wf_aaaa" as StreamId, datum = "x"): Envelope[] {
  const events: Envelope[] = [];
  let prev = NOTHING_BEFORE;
  for (let seq = 1; seq <= count; seq += 1) {
    const data: JsonObject = { z: seq, a: { text: datum, "10": 1, "9": 2 } };
    const draft = { type: "step.started", step: 'load "all"\n', cause: "✓" };
    const { type, step, cause } = draft;
    const written = {
      heading: heading(engine, at, cause),
      data: canonical(data),
      step: canonical(step),
      type: canonical(type),
      sealed: "[]",
    };
    const own = seal(written, { lineage: lineage("local", stream), seq, prev }, sha256);
    const id = `${stream}.${seq}`;
    const place = { v: 1 as const, id, tenant: "local", stream, seq, position: seq };
    events.push({ ...place, at, ...draft, actor: engine, data, sealed: [], prev, hash: own });
    prev = own;
  }
  return events;
}

const events = chain(5);
const only = (...seqs: number[]): Envelope[] => seqs.map((seq) => events[seq - 1] as Envelope);
const judged = (given: readonly Envelope[], end: Parameters<typeof verifyStream>[2] = null) =>
  verifyStream(given, sha256, end);
/** Changes an event and gives it the hash that fits, as one who knows the scheme would. */
function forged(event: Envelope, over: Partial<Envelope>): Envelope {
  const changed = { ...event, ...over };
  return { ...changed, hash: `sha256:${sha256(`\u0000${envelopeText(changed)}`)}` as Digest };
}

describe("a sealed stream", () => {
  test("verifies as it was written, and the empty one does", () => {
    const end = { seq: 5, hash: events[4]?.hash };
    expect(judged(events)).toEqual({ ok: true, end });
    expect(judged([])).toEqual({ ok: true, end: { seq: 0, hash: NOTHING_BEFORE } });
  });

  test("its hash is SHA-256 over 0x00 and the canonical envelope without hash and position", () => {
    const [first] = only(1);
    const { hash: own, position: _, ...rest } = first as Envelope;
    const bytes = Buffer.concat([Buffer.from([0]), Buffer.from(canonical(rest), "utf8")]);
    expect(own).toBe(`sha256:${hash("sha256", bytes, "hex")}`);
  });

  test("does not depend on positions, which a store may number anew", () => {
    expect(judged(events.map((event) => ({ ...event, position: event.position + 100 }))).ok).toBe(
      true,
    );
  });

  const other: { readonly [field in keyof Envelope]?: Envelope[field] } = {
    id: "wf_aaaa.9",
    tenant: "other",
    at: "2026-11-20T08:30:01.124Z",
    type: "step.finished",
    step: "",
    actor: { kind: "human", id: "ana" },
    cause: "",
    data: { z: 3 },
    sealed: [{ subject: "s", path: "/", iv: "", ct: "" }],
    hash: NOTHING_BEFORE,
    prev: NOTHING_BEFORE,
  };
  test.each(Object.entries(other))("with another %s is modified there", (field, value) => {
    const changed = events.map((event) => (event.seq === 3 ? { ...event, [field]: value } : event));
    expect(judged(changed)).toMatchObject({ ok: false, seq: 3, kind: "modified" });
  });

  test("with an event changed together with its hash is modified there", () => {
    const changed = [
      ...only(1, 2),
      forged(events[2] as Envelope, { step: "other" }),
      ...only(4, 5),
    ];
    expect(judged(changed)).toMatchObject({ ok: false, seq: 3, kind: "modified" });
  });

  test("with one taken out is missing it, also the first", () => {
    expect(judged(only(1, 2, 4, 5))).toMatchObject({ ok: false, seq: 3, kind: "missing" });
    expect(judged(only(2, 3))).toMatchObject({ ok: false, seq: 1, kind: "missing" });
  });

  test("with two exchanged is reordered", () => {
    expect(judged(only(1, 3, 2, 4, 5))).toMatchObject({ ok: false, seq: 2, kind: "reordered" });
  });

  test("with one put in, its own again, a forged one, or another stream's, is inserted", () => {
    expect(judged(only(1, 2, 2, 3))).toMatchObject({ ok: false, seq: 2, kind: "inserted" });
    const twin = forged(events[1] as Envelope, { step: "other" });
    expect(judged([...only(1, 2), twin, ...only(3)])).toMatchObject({ seq: 2, kind: "inserted" });
    const stranger = chain(3, "wf_bbbb" as StreamId)[2] as Envelope;
    expect(judged([...only(1, 2), stranger])).toMatchObject({ seq: 3, kind: "inserted" });
  });

  test("cut at its end, or written anew as a whole, is found by a note kept elsewhere alone", () => {
    const end = { seq: 5, hash: (events[4] as Envelope).hash };
    expect(judged(only(1, 2, 3)).ok).toBe(true);
    expect(judged(only(1, 2, 3), end)).toMatchObject({ ok: false, seq: 4, kind: "truncated" });
    const anew = chain(5, "wf_aaaa" as StreamId, "other");
    expect(judged(anew).ok).toBe(true);
    expect(judged(anew, end)).toMatchObject({ ok: false, seq: 5, kind: "rewritten" });
    expect(judged(events, end).ok).toBe(true);
    expect(judged(events, { seq: 3, hash: (events[2] as Envelope).hash }).ok).toBe(true);
  });

  test("says in a sentence what is wrong", () => {
    expect(judged(only(1, 2, 4))).toMatchObject({
      message: "Event 3 is not there, and later ones are: missing.",
    });
  });
});
