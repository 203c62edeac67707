import { whyNotTogether } from "../core/approval/index.ts";
import { EXIT } from "./exit.ts";
import { type GateItem, gateIn, gateNamed, shownIn, tellGate } from "./gate-item.ts";
import { count, plain } from "./output/index.ts";
import { runNamed } from "./run-name.ts";
import type { Context } from "./surroundings.ts";
import { refuse, withCompany } from "./with-company.ts";

/**
 * `muster inbox bulk approve|reject ITEM…`: decides many of one kind, each by a vote of its own. All are
 * looked at first: where they may not be decided at once, none is.
 */
export async function inboxBulk(
  context: Context,
  items: readonly string[],
  { allow, reason }: { readonly allow: boolean; readonly reason: string },
): Promise<number> {
  return await withCompany(context, { perform: true, begin: false }, async (company) => {
    const found: GateItem[] = [];
    for (const item of new Set(items)) {
      const { name, key } = gateNamed(item);
      const run = runNamed(company, name);
      if (typeof run !== "string") return refuse(context, [run]);
      const gate = await gateIn(company, run, key);
      if ("code" in gate) return refuse(context, [gate]);
      found.push({ run, gate });
    }
    const against = whyNotTogether(found.map(({ gate }) => gate.approval));
    if (against !== null) return refuse(context, [against]);
    const results: Result[] = [];
    for (const { run, gate } of found) {
      const shown = shownIn(gate);
      if (shown === null) continue;
      const told = { type: "vote", ...shown, allow, reason, channel: "terminal" } as const;
      const problems = await tellGate(context, company, { run, told: { ...told, together: true } });
      results.push({ item: `${run}.${gate.key}`, problem: problems[0]?.message ?? null });
    }
    return sayResults(context, results, allow ? "approved" : "rejected");
  });
}

type Result = { readonly item: string; readonly problem: string | null };

function sayResults({ terminal }: Context, results: readonly Result[], done: string): number {
  const { answer, side, json } = terminal;
  const recorded = results.filter(({ problem }) => problem === null).length;
  if (json) answer.line(JSON.stringify(results));
  else {
    for (const { item, problem } of results)
      answer.line(`${item}  ${problem === null ? done : plain(problem)}`);
    side.line(`${count(recorded, "decision")} recorded.`);
  }
  return recorded === results.length ? EXIT.done : EXIT.conflict;
}
