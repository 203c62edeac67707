import { type RulesReplayed, zoneIn } from "../../engine/company/index.ts";
import { EXIT } from "../exit.ts";
import { momentIn, plain, type Terminal } from "../output/index.ts";
import { spanBack } from "../span-back.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

/** Changed calls that are shown one by one. */
const SHOWN_MOST = 50;

/** `muster rules replay`: which calls of the log the map's files would decide otherwise. */
export async function rulesReplay(
  context: Context,
  { since }: { readonly since: string },
): Promise<number> {
  const span = spanBack(since);
  if (typeof span !== "number") return refuse(context, [span]);
  return await withCompany(context, { perform: false }, async (company) => {
    const from = context.surroundings.now() - span;
    const replayed = await company.replayRules({ since: from });
    if (replayed.problems !== undefined) return refuse(context, replayed.problems);
    const { answer, json } = context.terminal;
    if (json) answer.line(JSON.stringify(replayed));
    else tell(replayed, context.terminal, zoneIn(company.folder));
    return EXIT.done;
  });
}

type Told = Extract<RulesReplayed, { readonly judged: number }>;

function tell(
  { judged, changed, unclear, shadow }: Told,
  { answer, side }: Terminal,
  zone: string,
): void {
  if (changed.length > 0) answer.line(`Times are ${zone}.`);
  for (const one of changed.slice(0, SHOWN_MOST)) {
    const whom = one.chains.length > 0 ? ` ${one.chains.join(", ")}` : "";
    const by = one.rules.length > 0 ? `  by ${plain(one.rules.join(", "))}` : "";
    const what = plain(`${one.tool}: ${one.was} → ${one.would}${whom}`);
    answer.line(`${momentIn(one.at, zone)}  ${one.run}  ${what}${by}`);
    if (one.why !== "") answer.line(`  ${plain(one.why)}`);
  }
  if (changed.length > SHOWN_MOST) answer.line(`… and ${changed.length - SHOWN_MOST} more.`);
  answer.line(`${changed.length} of ${judged} calls would be decided otherwise.`);
  for (const { rule, held, changed: would } of shadow)
    answer.line(
      plain(
        `shadow ${rule}: it held for ${held} calls, and would have decided ${would} otherwise.`,
      ),
    );
  if (unclear > 0)
    side.line(
      `${unclear} calls could not be judged again as they were: somebody had stopped them, or their case or definition is not known any more.`,
    );
}
