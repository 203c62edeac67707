import { expect, test } from "vitest";
import { mixedWorkflow, task } from "../../../../test/given/checked.ts";
import type { Task } from "../../definition/index.ts";
import type { Scope, Template } from "../../expression/index.ts";
import type { Json } from "../../json.ts";
import { preparedFor } from "./prepared.ts";

const NOWHERE: Scope = { name: () => undefined, step: () => undefined };

function prepared(options: Json): readonly object[] {
  const [step] = mixedWorkflow([task("a")]).root.steps;
  const given: Template = { kind: "plain", value: options };
  return preparedFor({ ...(step as unknown as Task), options: given }, NOWHERE).options;
}

test("ways to decide are shown with what follows from each, and what is none is left out", () => {
  const full = { name: "full", consequence: "HKD 118.00 is paid.", amount: 118 };
  expect(prepared([full, { name: "" }, "reject", { name: "reject" }, 7])).toEqual([
    { name: "full", consequence: "HKD 118.00 is paid." },
    { name: "reject", consequence: "" },
  ]);
  expect(prepared("none")).toEqual([]);
});
