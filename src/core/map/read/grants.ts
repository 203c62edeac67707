import type { Json } from "../../json.ts";
import { type Condition, compileCondition, policyNames } from "../../rules/index.ts";
import { grantShape } from "../keys/map.ts";
import type { GrantSource } from "../keys/source.ts";
import type { Grant } from "../work-map.ts";
import { entriesOf, listed } from "./reading.ts";
import type { Ruling } from "./rules.ts";

/** What each agent may do; one that says nothing may do nothing. */
export function readGrants(
  value: Json | undefined,
  ruling: Ruling,
): Readonly<Record<string, Grant>> {
  const { report } = ruling;
  const entries = entriesOf<GrantSource>("agents", { value, report, shape: () => grantShape });
  return Object.fromEntries(
    entries.map(({ name, path, said }): [string, Grant] => {
      const { may, ungoverned } = said;
      return [
        name,
        {
          agent: name,
          level: may?.level ?? "reference",
          tools: [...new Set(may?.tools ?? [])],
          requests: may?.requests === undefined ? null : [...new Set(may.requests)],
          only: conditionsOf(may?.only ?? {}, [...path, "may", "only"], ruling),
          ungoverned: listed(ungoverned),
        },
      ];
    }),
  );
}

function conditionsOf(
  said: { readonly [tool: string]: Json },
  path: readonly (string | number)[],
  { names, report }: Ruling,
): Readonly<Record<string, Condition>> {
  return Object.fromEntries(
    Object.entries(said).flatMap(([tool, source]): [string, Condition][] => {
      const compiled = compileCondition(source, {
        names: policyNames(names, [tool]),
        path: [...path, tool],
        report: report.add,
      });
      return compiled === null ? [] : [[tool, compiled]];
    }),
  );
}
