import { expect, test } from "vitest";
import type { Json } from "../../core/json.ts";
import { toolArgs } from "./tool-args.ts";

const asJson = (text: string): Json => JSON.parse(text) as Json;

test("what a tool is given is read, and is a text where it cannot be", () => {
  const pairs = ["ids=[1,2]", "text=by a=b", "open=[", "none="];
  expect(toolArgs(pairs, "muster tools use TOOL", asJson)).toEqual({
    args: { ids: [1, 2], text: "by a=b", open: "[", none: "" },
  });
});

test("all that gives nothing is told at once, with how it is written", () => {
  const found = toolArgs(["odd", "=7", "id=7"], "muster tools try TOOL", asJson);
  expect(found).toMatchObject({
    problems: [
      {
        message: '"odd" is no name=value.',
        mend: "Write it as: muster tools try TOOL order_id=7",
      },
      { message: '"=7" is no name=value.' },
    ],
  });
});
