import type { Review } from "../core/company/index.ts";
import { millisecondsOf } from "../core/instant.ts";
import {
  type Company,
  type InboxItem,
  inboxOf,
  peopleIn,
  zoneIn,
} from "../engine/company/index.ts";
import { asTyped } from "./command.ts";
import { EXIT } from "./exit.ts";
import { cut, dayAndTime, duration, plain } from "./output/index.ts";
import type { Context } from "./surroundings.ts";
import { refuse, withCompany } from "./with-company.ts";

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
    }
    return EXIT.done;
  });
}

/** Soonest first; what has no deadline comes last, as it came. */
export function byDeadline(items: readonly InboxItem[]): readonly InboxItem[] {
  return items.toSorted((a, b) => dueOf(a) - dueOf(b));
}

function dueOf({ waiting }: InboxItem): number {
  return (waiting.until === undefined ? null : millisecondsOf(waiting.until)) ?? Infinity;
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

function groupOf(item: InboxItem, now: number): (typeof GROUPS)[number] {
  const left = dueOf(item) - now;
  if (left === Infinity) return "Without a deadline";
  if (left < 0) return "Late";
  return left < HOUR ? "Within an hour" : left < 24 * HOUR ? "Within a day" : "Later";
}

/** In groups by deadline; on a terminal one line each, in a pipe with how it is moved on. */
function linesOf(
  items: readonly InboxItem[],
  {
    now,
    zone,
    columns,
  }: { readonly now: number; readonly zone: string; readonly columns: number | null },
): readonly string[] {
  const isOne = items.every((item) => groupOf(item, now) === "Without a deadline");
  return GROUPS.flatMap((group) => {
    const of = items.filter((item) => groupOf(item, now) === group);
    if (of.length === 0) return [];
    const lines = of.flatMap((item) =>
      columns === null ? itemLines(item, zone) : [cut(oneLine(item, now), columns)],
    );
    return isOne ? lines : [`${group}:`, ...lines];
  });
}

function oneLine(item: InboxItem, now: number): string {
  const { waiting, workflow } = item;
  const left = dueOf(item) - now;
  const when =
    left === Infinity ? "" : left < 0 ? `late by ${duration(-left)}, ` : `${duration(left)} left, `;
  return `${item.item}  ${when}${plain(waiting.what)} (${plain(workflow)})`;
}

function itemLines(inboxItem: InboxItem, zone: string): readonly string[] {
  const { item, workflow, waiting } = inboxItem;
  const { path, what, mend } = waiting;
  const due = dueOf(inboxItem);
  const sentence =
    due === Infinity ? what : `${what.replace(/\.$/, "")}, until ${dayAndTime(due, zone)}.`;
  return [
    `${item}  ${plain(workflow)}, ${plain(path)}`,
    `  ${plain(sentence)}`,
    ...(mend ? [`  mend: ${plain(mend)}`] : []),
  ];
}

function reviewLines({ run, key, by, why, for: of }: Review): readonly string[] {
  return [
    `${run}.${key}  decided alone by ${plain(by)}`,
    `  ${plain(of)} is to look at it: ${plain(why)}`,
    `  mend: muster runs show ${run}   then: muster inbox reviewed ${run}.${key} --why WHY`,
  ];
}
