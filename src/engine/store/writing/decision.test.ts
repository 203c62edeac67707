import { describe, expect, test } from "vitest";
import { NOTHING_BEFORE } from "../../../core/audit/index.ts";
import type { StreamId } from "../../../core/id.ts";
import { openMemoryKeyring } from "../../sealing/index.ts";
import { type Decision, unpack } from "./decision.ts";

const of = { tenant: "local", keys: openMemoryKeyring() };

const row: Decision = {
  position: 7,
  stream: "wf_aaaa" as StreamId,
  fence: 3,
  count: 1,
  at: 0,
  actor: "human:mail:ana@example.org",
  cause: null,
  hash: NOTHING_BEFORE,
  body: '[["step.started","load",{"slot":1},null]]',
};

describe("a row of the log", () => {
  test("gives the envelope it was made of", () => {
    expect(unpack(row, of, NOTHING_BEFORE)).toMatchObject([
      {
        id: "wf_aaaa.4",
        position: 7,
        at: "1970-01-01T00:00:00.000Z",
        actor: { kind: "human", id: "mail:ana@example.org" },
      },
    ]);
  });

  test.each([
    ["cut short", '[["step.started","load",{"slot":1}'],
    ["of another count", "[]"],
    ["no list", "null"],
  ])("whose text is %s is damaged, and says where", (_what, body) => {
    expect(() => unpack({ ...row, body }, of, NOTHING_BEFORE)).toThrow(
      expect.objectContaining({
        code: "corrupt",
        message: "The log's row at position 7 (wf_aaaa, after 3) is damaged.",
      }),
    );
  });
});
