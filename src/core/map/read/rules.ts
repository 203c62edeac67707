import { isMap } from "../../definition/index.ts";
import { isObject, type Json, type JsonObject } from "../../json.ts";
import { ownOf } from "../../own.ts";
import {
  compileCondition,
  compileRule,
  type PolicyRule,
  type PolicySurroundings,
  policyNames,
} from "../../rules/index.ts";
import { readSays } from "../tool-says.ts";
import type { Tool } from "../work-map.ts";
import type { Reading } from "./reading.ts";

/** What rules and conditions are read with: the names of all that they may speak of. */
export type Ruling = Reading & { readonly names: PolicySurroundings };

/** The rules of a map, in the order in which they are written. */
export function readRules(
  value: Json | undefined,
  chains: readonly string[],
  ruling: Ruling,
): readonly PolicyRule[] {
  const { names, report, where, digest } = ruling;
  if (!isMap(value)) {
    if (value !== undefined)
      report.add({
        code: "wrong-type",
        message: "Rules are a map of names to rules.",
        mend: "Write rules: {NAME: {when: …, then: …, because: …}}.",
        path: ["rules"],
      });
    return [];
  }
  return Object.entries(value).flatMap(([id, source]) => {
    const rule = compileRule(
      { id, source },
      { names, chains, path: ["rules", id], report: report.add, where, digest },
    );
    return rule === null ? [] : [rule];
  });
}

/** The tools, with what must hold when they are done, and what they are said to do. */
export function withConditions(
  tools: Readonly<Record<string, Tool>>,
  value: Json | undefined,
  ruling: Ruling,
): Readonly<Record<string, Tool>> {
  const { names, report } = ruling;
  return Object.fromEntries(
    Object.entries(tools).map(([name, tool]) => {
      const said = isMap(value) ? ownOf(value, name) : undefined;
      const { precondition: source, says: sentence } = isObject(said) ? said : ({} as JsonObject);
      const says = typeof sentence === "string" ? readSays(sentence, name, ruling) : null;
      if (source === undefined) return [name, says === null ? tool : { ...tool, says }];
      const precondition = compileCondition(source, {
        names: policyNames(names, [name]),
        path: ["tools", name, "precondition"],
        report: report.add,
      });
      return [name, { ...tool, precondition, says }];
    }),
  );
}
