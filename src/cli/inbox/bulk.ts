import { whyNotTogether } from "../../core/approval/index.ts";
import type { RunId } from "../../core/id.ts";
import type { Problem } from "../../core/problem.ts";
import { EXIT } from "../exit.ts";
import { count, plain } from "../output/index.ts";
import { runNamed } from "../runs/run-name.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";
import { mattersOf } from "./decide.ts";
import { type GateItem, gateIn, gateNamed, shownIn, tellGate } from "./gate-item.ts";
import { placeTaken } from "./in-place.ts";

/**
 * `muster inbox bulk approve|reject ITEM…`: decides many of one kind, each by a vote of its own. All are
 * looked at first: where they may not be decided at once, none is.
 */
export async function inboxBulk(
  context: Context,
  items: readonly string[],
  { allow, reason, wait }: Deciding,
): Promise<number> {
  return await withCompany(context, { perform: true, begin: wait }, async (company) => {
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
    const by = context.surroundings.person;
    for (const { run, gate } of found) {
      const shown = shownIn(gate);
      if (shown === null) continue;
      const after = company.standing(run)?.seq ?? gate.key;
      const told = { type: "vote", ...shown, allow, reason, channel: "terminal" } as const;
      const problems = await tellGate(context, company, { run, told: { ...told, together: true } });
      const item = `${run}.${gate.key}`;
      const of = { key: gate.key, after, by };
      const place = problems.length > 0 ? null : await placeTaken(company, run, of);
      results.push({ item, run, asks: mattersOf(gate), place, problem: problems[0] ?? null });
    }
    const goesOn = wait ? results.filter(({ problem }) => problem === null) : [];
    await Promise.all(goesOn.map(async (one) => await company.settled(one.run)));
    const stands = (run: RunId): string =>
      wait ? `; it is ${company.standing(run)?.status ?? "gone"}` : "";
    return sayResults(context, results, { done: allow ? "approved" : "rejected", stands });
  });
}

type Deciding = {
  readonly allow: boolean;
  readonly reason: string;
  /** false with `--no-wait`: the decisions are recorded and the runs go on later. */
  readonly wait: boolean;
};

type Result = {
  readonly item: string;
  readonly run: RunId;
  readonly asks: string;
  /** In whose place it was decided; null: by one's own right. */
  readonly place: string | null;
  readonly problem: Problem | null;
};

function sayResults(
  { terminal }: Context,
  results: readonly Result[],
  { done, stands }: { readonly done: string; readonly stands: (run: RunId) => string },
): number {
  const { answer, side, json } = terminal;
  const recorded = results.filter(({ problem }) => problem === null).length;
  if (json)
    answer.line(
      JSON.stringify(
        results.map(({ item, problem }) => ({ item, problem: problem?.message ?? null })),
      ),
    );
  else {
    for (const { item, run, asks, place, problem } of results) {
      const how = place === null ? done : `${done} in the place of ${plain(place)}`;
      const became = problem === null ? `${how}${stands(run)}` : plain(problem.message);
      answer.line(`${plain(asks)}  (${item})\n  ${became}`);
    }
    side.line(`${recorded} of ${count(results.length, "decision")} recorded.`);
    const mend = results.find(({ problem }) => problem?.mend !== undefined)?.problem?.mend;
    if (mend !== undefined) side.line(`  mend: ${plain(mend)}`);
  }
  return recorded === results.length ? EXIT.done : EXIT.conflict;
}
