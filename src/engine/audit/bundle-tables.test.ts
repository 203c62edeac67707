import { expect, test } from "vitest";
import type { Envelope } from "../../core/audit/index.ts";
import type { JsonObject } from "../../core/json.ts";
import { newTables, noteRows } from "./bundle-tables.ts";

test("in the approvals of a bundle stands who decided, and in whose place", () => {
  const tables = newTables();
  const note = (type: string, data: JsonObject): void => {
    const actor = { kind: "person", id: "gus" };
    noteRows(tables, {
      type,
      at: "now",
      id: "wf_1.4",
      actor,
      step: "",
      data,
    } as unknown as Envelope);
  };
  note("gate.voted", { key: 2, voter: "gus", for: "bo", digest: "sha256:1", reason: "Well." });
  note("gate.voted", { key: 2, voter: "ben", digest: "sha256:1", reason: "" });
  const [head, ...rows] = tables.approvals;
  expect(head?.slice(3, 5)).toEqual(["who", "for"]);
  expect(rows.map((row) => row.slice(3, 5))).toEqual([
    ["gus", "bo"],
    ["ben", ""],
  ]);
});
