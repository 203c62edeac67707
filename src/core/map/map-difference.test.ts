import { describe, expect, test } from "vitest";
import type { Digest } from "../id.ts";
import { HARBOUR } from "./example-map.ts";
import {
  contentOfMap,
  differencesOf,
  fileDifferencesOf,
  filesOfMap,
  type MapFile,
  mapOfContent,
  readWorkMap,
  type WorkMap,
} from "./index.ts";

const DIGEST = (text: string): Digest => `sha256:${text}` as Digest;

/** As far as it can be read. */
function mapOf(files: readonly MapFile[]): WorkMap {
  const around = { digest: DIGEST, agents: null, workflows: null };
  const { readable } = readWorkMap(files, around);
  if (readable === null) throw new Error("There is a map in it.");
  return readable;
}

function changed(...changes: readonly (readonly [string, string])[]): WorkMap {
  return mapOf(
    HARBOUR.map(({ file, text }) => ({
      file,
      text: changes.reduce((now, [from, to]) => now.replace(from, to), text),
    })),
  );
}

function said(to: WorkMap): readonly string[] {
  return differencesOf(mapOf(HARBOUR), to).map(
    ({ part, name, words, isWider }) => `${isWider ? "! " : ""}${part} ${name} ${words}`,
  );
}

describe("two versions of a map", () => {
  test("that are the same have no differences, wherever their files stand", () => {
    expect(said(mapOf(HARBOUR.toReversed()))).toEqual([]);
    expect(contentOfMap(HARBOUR.toReversed())).toBe(contentOfMap(HARBOUR));
    expect(filesOfMap('{"file":"x"}')).toBeNull();
  });

  test("come back out of the store as they went in, and one that is wrong does not", () => {
    const back = mapOfContent(contentOfMap(HARBOUR), DIGEST);
    expect(back === null ? null : differencesOf(mapOf(HARBOUR), back)).toEqual([]);
    const [map, ...others] = HARBOUR;
    const text = map?.text.replace("scope: { order_id", "scopes: { order_id") ?? "";
    const wrong = contentOfMap([{ file: "map.yaml", text }, ...others]);
    // What held the tool to its case is not read: nothing of it may be in force.
    expect(mapOfContent(wrong, DIGEST)).toBeNull();
  });

  test("come back although a later version tells more of their parts: they were checked when they were published", () => {
    const [map, ...others] = HARBOUR;
    const text = map?.text.replace("order_id: $args.order_id", "order_id: $args.ordr_id") ?? "";
    const files = [{ file: "map.yaml", text }, ...others];
    expect(mapOf(HARBOUR)).not.toBeNull();
    const told = readWorkMap(files, { digest: DIGEST, agents: null, workflows: null });
    expect(told).toMatchObject({ map: null, problems: [{ code: "wrong-value" }] });
    const back = mapOfContent(contentOfMap(files), DIGEST);
    const { readable } = told;
    expect(back && readable && differencesOf(readable, back)).toEqual([]);
  });

  test("are told apart in words, with what lets more through marked", () => {
    expect(
      said(
        changed(
          ["level: draft, tools: [faq.search", "level: record, tools: [refund.pay, faq.search"],
          ["args.amount > 500.0", "args.amount > 900.0"],
          ["mail: untrusted", "mail: customer"],
          ["precondition: record.before.refunded == 0", "precondition: record.before.refunded < 9"],
          ["due: 4 working hours", "due: 8 working hours"],
        ),
      ),
    ).toEqual([
      "! tool refund.pay precondition: record.before.refunded == 0 → record.before.refunded < 9",
      "! agent support level: draft → record",
      "! agent support tools: also refund.pay",
      "! rule refund-over-limit asks refund-manager where args.amount is over 900 instead of over 500",
      expect.stringContaining("! approval refund-manager stages:"),
      "! intake mail is: untrusted → customer",
    ]);
  });

  test("differ in who is in which role, and in files of which only that is said", () => {
    const beside = { file: "templates/reply.md", text: "Dear {name}" };
    const people = { file: "people.yaml", text: "people: { ana: { roles: director }, cleo: {} }" };
    const to = [...HARBOUR.filter(({ file }) => file !== "people.yaml"), people, beside];
    expect(
      fileDifferencesOf(HARBOUR, to, true).map(
        ({ part, name, words, isWider }) => `${isWider ? "! " : ""}${part} ${name} ${words}`,
      ),
    ).toEqual([
      "person ana name: Ana Lima → nothing",
      "! person ana teams: support-team → nothing",
      "! person ana roles: manager → director",
      "! person ana manager: dora → nothing",
      "person ben is no longer there",
      "person dora is no longer there",
      "! person cleo is new: in no team or role",
      "file templates/reply.md is new",
    ]);
    const [map, ...others] = HARBOUR;
    const settled = [
      { file: "map.yaml", text: `${map?.text}concurrency: { most: 3 }\n` },
      ...others,
    ];
    expect(fileDifferencesOf(HARBOUR, settled, false)).toMatchObject([
      { part: "file", name: "map.yaml", words: "is another" },
    ]);
  });

  test("tell what is new and what is gone; a rule that is gone lets more through", () => {
    const to = changed(["  no-vouchers-to-staff:\n", "  none-for-staff:\n"]);
    expect(said(to)).toEqual([
      "! rule no-vouchers-to-staff is no longer there; what it said: refuses for voucher.draft where case.tier is staff",
      "rule none-for-staff is new: refuses for voucher.draft where case.tier is staff",
    ]);
  });
});
