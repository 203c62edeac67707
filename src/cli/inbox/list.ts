import type { Review } from "../../core/company/index.ts";
import {
  type Company,
  type InboxItem,
  inboxOf,
  peopleIn,
  zoneIn,
} from "../../engine/company/index.ts";
import { asTyped } from "../command.ts";
import { EXIT } from "../exit.ts";
import { type Clock, dueOf, itemLines, sinceOf } from "../following/waiting-lines.ts";
import { hanging, plain } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

/** Whose items: one's own, those of a team or a role, or all there are. */
export type Whose = { readonly mine?: boolean; readonly team?: string };

/** `muster inbox list`: the gates, tasks and exceptions that wait for a person, the most urgent first. */
export async function inboxList(context: Context, whose: Whose = {}): Promise<number> {
  return await withCompany(context, { perform: false }, async (company) => {
    const { answer, side, json } = context.terminal;
    const wanted = await wantedBy(context, company, whose);
    if (typeof wanted !== "function") return refuse(context, [wanted]);
    const items = byDeadline(await inboxOf(company)).filter(wanted);
    const reviews = (await company.governed()).reviews.filter(({ closed }) => closed === null);
    if (json)
      answer.line(
        JSON.stringify([
          ...items.map(({ item, workflow, waiting }) => ({ item, workflow, ...waiting })),
          ...reviews.map((review) => ({
            item: `${review.run}.${review.key}`,
            kind: "review",
            ...review,
          })),
        ]),
      );
    else if (items.length + reviews.length === 0)
      side.line(`Nothing in ${company.folder} waits for a person.`);
    else {
      const now = context.surroundings.now();
      for (const line of linesOf(items, {
        now,
        zone: zoneIn(company.folder),
        columns: answer.isLive ? answer.columns : null,
      }))
        answer.line(asTyped(context, company.folder, line));
      for (const review of reviews)
        for (const line of reviewLines(review)) answer.line(asTyped(context, company.folder, line));
      for (const line of howLines(items)) side.line(asTyped(context, company.folder, line));
    }
    return EXIT.done;
  });
}

/** Soonest first, and of one deadline the oldest; what has no deadline comes last. */
export function byDeadline(items: readonly InboxItem[]): readonly InboxItem[] {
  return items.toSorted(({ waiting: a }, { waiting: b }) => {
    const [one, two] = [dueOf(a), dueOf(b)];
    return one === two ? sinceOf(a) - sinceOf(b) : one - two;
  });
}

type Wanted = (item: InboxItem) => boolean;

/** One's own are also those of people in whose place one decides. */
async function wantedBy(
  { surroundings }: Context,
  company: Company,
  { mine = false, team }: Whose,
): Promise<Wanted | ReturnType<typeof nobodyCalled>> {
  if (!mine && team === undefined) return () => true;
  const names = new Set<string>();
  if (mine) {
    names.add(surroundings.person);
    const { delegations } = await company.governed();
    const now = surroundings.now();
    for (const { from, to, since } of delegations)
      if (to === surroundings.person && since <= now) names.add(from);
  }
  const people = peopleIn(company.folder);
  for (const name of team === undefined ? [] : (people?.meant(team) ?? [])) names.add(name);
  if (team !== undefined && names.size === 0) return nobodyCalled(team);
  return ({ waiting }) =>
    waiting.for === undefined ||
    waiting.for.some(
      (name) => names.has(name) || (people?.meant(name) ?? []).some((one) => names.has(one)),
    );
}

function nobodyCalled(team: string) {
  return {
    code: "unknown-person",
    message: `Nobody is in "${plain(team)}" by people.yaml.`,
    mend: "Name a team or a role, or leave --team out.",
  } as const;
}

const HOUR = 3_600_000;
const GROUPS = ["Late", "Within an hour", "Within a day", "Later", "Without a deadline"] as const;

function groupOf({ waiting }: InboxItem, now: number): (typeof GROUPS)[number] {
  const left = dueOf(waiting) - now;
  if (left === Infinity) return "Without a deadline";
  if (left < 0) return "Late";
  return left < HOUR ? "Within an hour" : left < 24 * HOUR ? "Within a day" : "Later";
}

/** In groups by deadline; on a terminal words are not torn. */
function linesOf(
  items: readonly InboxItem[],
  { columns, ...clock }: Clock & { readonly columns: number | null },
): readonly string[] {
  const isOne = items.every((item) => groupOf(item, clock.now) === "Without a deadline");
  return GROUPS.flatMap((group) => {
    const of = items.filter((item) => groupOf(item, clock.now) === group);
    if (of.length === 0) return [];
    const lines = of.flatMap((item) => itemLines(item, clock));
    const fit = columns === null ? lines : lines.flatMap((line) => hanging(line, columns));
    return isOne ? fit : [`${group}:`, ...fit];
  });
}

/** How what is listed is looked at and decided; said once, not beside each. */
function howLines(items: readonly InboxItem[]): readonly string[] {
  if (!items.some(({ waiting }) => waiting.asks !== undefined)) return [];
  return [
    "",
    "Look at one: muster inbox show ITEM",
    "Decide it: muster inbox approve ITEM   or: muster inbox reject ITEM --why WHY",
  ];
}

function reviewLines({ run, key, by, why, for: of }: Review): readonly string[] {
  return [
    `${run}.${key}  decided alone by ${plain(by)}`,
    `  ${plain(of)} is to look at it: ${plain(why)}`,
    `  mend: muster runs show ${run}   then: muster inbox reviewed ${run}.${key} --why WHY`,
  ];
}
