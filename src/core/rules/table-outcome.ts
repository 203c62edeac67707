import type { JsonObject } from "../json.ts";
import type { RuleOutcome, Table, TableOutcome } from "./rule.ts";

export type RowCondition = {
  readonly id: string;
  readonly gives: JsonObject;
  /** Hit where no other row is. */
  readonly isElse: boolean;
  /** null: it always holds. */
  readonly evaluate: ((facts: JsonObject) => RuleOutcome) | null;
};

/** Of one outcome. */
const LEAVES_MOST = 50;
const ALWAYS: RuleOutcome = { holds: "true", missing: [], leaves: [] };

/**
 * Goes through the rows. A row that cannot be told leaves the table undetermined where the answer hangs
 * on it: with `first` unless a row before it was hit, with the others always.
 */
export function tableOutcome(
  hit: Table["hit"],
  rows: readonly RowCondition[],
  facts: JsonObject,
): TableOutcome {
  const { holds, hits, missing, leaves } = heard(hit, rows, facts);
  const told = leaves.slice(0, LEAVES_MOST);
  if (holds !== "true")
    return {
      rows: [],
      outputs: [],
      holds,
      missing: holds === "fault" ? [] : missing,
      leaves: told,
    };
  const given = hits.length > 0 ? hits : rows.filter(({ isElse }) => isElse);
  return {
    rows: given.map(({ id }) => id),
    outputs: given.map(({ gives }) => gives),
    holds: given.length > 0 ? "true" : "false",
    missing: [],
    leaves: told,
  };
}

type Heard = {
  readonly holds: "true" | "undetermined" | "fault";
  readonly hits: readonly RowCondition[];
  readonly missing: readonly string[];
  readonly leaves: readonly string[];
};

function heard(hit: Table["hit"], rows: readonly RowCondition[], facts: JsonObject): Heard {
  const leaves: string[] = [];
  const missing = new Set<string>();
  const hits: RowCondition[] = [];
  const so = (holds: Heard["holds"]): Heard => ({ holds, hits, missing: [...missing], leaves });
  for (const row of rows.filter(({ isElse }) => !isElse)) {
    const outcome = row.evaluate?.(facts) ?? ALWAYS;
    leaves.push(...outcome.leaves.map((leaf) => `${row.id}: ${leaf}`));
    for (const name of outcome.missing) missing.add(name);
    if (outcome.holds === "fault") return so("fault");
    if (outcome.holds === "true") hits.push(row);
    if (hit === "first" && outcome.holds !== "false")
      return so(outcome.holds === "true" ? "true" : "undetermined");
  }
  if (missing.size > 0) return so("undetermined");
  if (hit !== "unique" || hits.length < 2) return so("true");
  leaves.push(`hit at once: ${hits.map(({ id }) => id).join(", ")}`);
  return so("fault");
}
