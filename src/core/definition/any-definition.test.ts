import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { cases } from "../../../test/given/cases.ts";
import { ALONE, EXAMPLES } from "../../../test/given/examples.ts";
import type { Json } from "../json.ts";
import { readWorkflow } from "./read-workflow.ts";

describe("any definition", () => {
  /** One blind change of a definition. */
  const change = fc.record({
    kind: fc.constantFrom("delete", "double", "rename", "value", "cut", "splice"),
    where: fc.nat(),
    value: fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom<Json>(
        "$step1.x",
        "$",
        "${",
        "$item",
        "wf_",
        "-1s",
        "__proto__",
        "constructor",
        null,
        -1,
        1e300,
      ),
    ),
  });

  test("R2 R3 however it is broken, ends in a workflow or in problems with their place and mend", () => {
    const broken = fc.record({
      text: fc.constantFrom(...EXAMPLES),
      changes: fc.array(change, { minLength: 1, maxLength: 5 }),
    });
    fc.assert(
      fc.property(broken, ({ text, changes }) => {
        const mutated = changes.reduce(
          (now, { kind, where, value }) => changed(now, { kind, where, value: value as Json }),
          text,
        );
        const { workflow, problems } = readWorkflow({ file: "a.yaml", text: mutated }, ALONE);
        const errors = problems.filter(({ severity }) => severity !== "warning");
        expect(workflow === null).toBe(errors.length > 0);
        for (const { message, mend, where } of problems) {
          expect([message, mend ?? ""]).not.toContain("");
          expect(where?.line).toBeGreaterThan(0);
        }
      }),
      { numRuns: cases(300) },
    );
  }, 60_000);
});

/** Applies one change to the text, or to its values set down again. */
function changed(
  text: string,
  { kind, where, value }: { kind: string; where: number; value: Json },
): string {
  const at = where % (text.length + 1);
  if (kind === "cut") return text.slice(0, at);
  if (kind === "splice") return text.slice(0, at) + JSON.stringify(value) + text.slice(at + 3);
  let tree: Json;
  try {
    tree = parse(text) as Json;
  } catch {
    return text;
  }
  const spots = spotsOf(tree);
  const spot = spots[where % Math.max(1, spots.length)];
  if (spot === undefined) return text;
  const { holder, key } = spot;
  if (Array.isArray(holder)) {
    if (kind === "delete") holder.splice(Number(key), 1);
    else if (kind === "double") holder.push(holder[Number(key)] ?? null);
    else holder[Number(key)] = value;
  } else {
    const old = holder[key] ?? null;
    if (kind === "delete" || kind === "rename") delete holder[key];
    if (kind === "rename") holder[`${key}${where % 10}`] = old;
    if (kind === "double") holder[typeof value === "string" ? value : `${key}${where % 10}`] = old;
    if (kind === "value") holder[key] = value;
  }
  return stringify(tree);
}

type Spot =
  | { readonly holder: Json[]; readonly key: string }
  | { readonly holder: { [key: string]: Json }; readonly key: string };

function spotsOf(value: Json): readonly Spot[] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as { [key: string]: Json };
  return Object.keys(value).flatMap((key) => [{ holder, key }, ...spotsOf(holder[key] ?? null)]);
}
