import type { Need } from "../../core/cases/index.ts";
import { parseRunId } from "../../core/id.ts";
import { millisecondsOf } from "../../core/instant.ts";
import type { Company, InboxItem, Waiting } from "../../engine/company/index.ts";
import { count, dayAndTime, duration, plain } from "../output/index.ts";

/** Of the company's clocks. */
export type Clock = { readonly now: number; readonly zone: string };

/** When who is asked has had their time; Infinity: there is no deadline. */
export function dueOf({ until }: Pick<Waiting, "until">): number {
  return (until === undefined ? null : millisecondsOf(until)) ?? Infinity;
}

/** Since when it waits; what does not say so has waited longest. */
export function sinceOf({ since }: Pick<Waiting, "since">): number {
  return (since === undefined ? null : millisecondsOf(since)) ?? 0;
}

/** What is to be decided or done, why, by whom and until when; then how commands name it. */
export function itemLines(inboxItem: InboxItem, clock: Clock): readonly string[] {
  const { item, workflow, waiting } = inboxItem;
  const { asks, because, path, what, mend } = waiting;
  if (asks !== undefined)
    return [
      `${plain(asks)}  (${item})`,
      ...(because === undefined ? [] : [`  ${plain(because)}`]),
      `  ${whoAndWhen(waiting, clock)}`,
      ...newerWords(waiting),
    ];
  const due = dueOf(waiting);
  const sentence =
    due === Infinity ? what : `${what.replace(/\.$/, "")}, until ${untilWords(due, clock)}.`;
  return [
    `${item}  ${plain(workflow)}, ${plain(path)}`,
    `  ${plain(sentence)}${waiting.kind === "case" ? sinceWords(waiting, clock) : ""}`,
    ...(mend ? [`  mend: ${plain(mend)}`] : []),
  ];
}

/** Nobody is to decide on what has been taken back. */
function newerWords({ newer = 0 }: Waiting): readonly string[] {
  return newer === 0 ? [] : [`  ${count(newer, "message")} since it was asked: look first`];
}

function sinceWords(waiting: Waiting, { zone }: Clock): string {
  const since = sinceOf(waiting);
  return since === 0 ? "" : ` Since ${dayAndTime(since, zone)}.`;
}

/** "oscar or petra decides, until Sat 21 Nov 2026, 14:00 (Asia/Hong_Kong): 9 h 41 min left" */
export function whoAndWhen(waiting: Waiting, clock: Clock): string {
  const { for: people, claimed } = waiting;
  const due = dueOf(waiting);
  const anyone =
    people === undefined ? "anyone who may act on the run" : people.map(plain).join(" or ");
  const who = claimed === undefined ? anyone : `${plain(claimed)}, who has claimed it,`;
  if (due !== Infinity) return `${who} decides, until ${untilWords(due, clock)}`;
  const since = sinceOf(waiting);
  const asked = since === 0 ? "" : `; asked ${duration(clock.now - since)} ago`;
  return `${who} decides, without a deadline${asked}`;
}

function untilWords(due: number, { now, zone }: Clock): string {
  const left = due - now;
  const how = left < 0 ? `late by ${duration(-left)}` : `${duration(left)} left`;
  return `${dayAndTime(due, zone)}: ${how}`;
}

/** What a case waits for: of a run that goes on, what people are asked there first. */
export async function needWords(
  company: Pick<Company, "waiting">,
  { kind, of, what }: Need,
): Promise<string> {
  const run = kind === "run" ? parseRunId(of) : null;
  if (run === null) return plain(what);
  const waits = (await company.waiting(run)) ?? [];
  const [asked] = waits.filter(({ asks }) => asks !== undefined);
  if (asked !== undefined)
    return `${plain(asked.asks ?? "")}: ${(asked.for ?? ["anyone"]).map(plain).join(" or ")} decides`;
  const person = waits.find((one) => PERSONAL.has(one.kind));
  return plain(person?.what ?? what);
}

const PERSONAL: ReadonlySet<Waiting["kind"]> = new Set(["person", "exception", "held"]);
