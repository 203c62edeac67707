import {
  type ActionAsked,
  type ApprovalVote,
  chainOf,
  type Deciders,
  type Delegation,
  isAbout,
  NO_EVIDENCE,
  sayDeciders,
  whyExcluded,
} from "../../core/approval/index.ts";
import type { Span } from "../../core/calendar/index.ts";
import type { Written } from "../../core/cases/index.ts";
import { sayDuration } from "../../core/definition/index.ts";
import type { GateRecord } from "../../core/history/index.ts";
import type { Digest } from "../../core/id.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { dayAndTime, duration, hanging, plain, valueLine, voterWords } from "../output/index.ts";
import {
  adviceLines,
  dataLines,
  differenceLines,
  historyLines,
  optionLines,
  requestLines,
  ruleLines,
} from "./evidence-parts.ts";
import { inPlaceLines } from "./in-place.ts";
import { newerHead, newerLines } from "./newer.ts";

const COLUMNS_LEAST = 40;
const COLUMNS_MOST = 100;

export type Seen = {
  readonly item: string;
  readonly now: number;
  /** Of the company's clocks. */
  readonly zone: string;
  /** The people that a name means; absent: nobody has said. */
  readonly meant?: (name: string) => readonly string[];
  readonly columns: number;
  /** Who decides in whose place; absent: nobody has said. */
  readonly delegations?: readonly Delegation[];
  /** What was written in the case after the request; absent: nothing. */
  readonly newer?: readonly Written[];
};

/**
 * All that deciders see of one gate, on one screen: what is asked, until when and what follows, and the
 * evidence. A part that a chain's gate has not is named as missing. In at most so many columns.
 */
export function gateLines(gate: GateRecord, seen: Seen): readonly string[] {
  const columns = Math.max(COLUMNS_LEAST, Math.min(seen.columns, COLUMNS_MOST));
  const { evidence, terms } = gate.approval.gate;
  const all = [
    `${plain(evidence?.action || gate.ask)}  (${seen.item})`,
    ...(evidence?.action ? [`  ${plain(gate.ask)}`] : []),
    ...newerHead(gate, seen.newer ?? []).map((line) => `  ${line}`),
    `  ${whoDecides(gate)}`,
    ...inPlaceLines(gate, seen).map((line) => `  ${line}`),
    `  ${untilWhen(gate, seen)}`,
    `  ${ifNobody(gate, seen)}`,
    ...(evidence === undefined && terms === undefined
      ? section("Shown:", shownLines(gate.show, columns))
      : evidenceLines(gate, seen, columns)),
    ...talkLines(gate, seen.now),
    ...mayChange(gate),
  ];
  return all.flatMap((line) => (line === "" ? [""] : hanging(line, columns)));
}

function whoDecides({ approval, from, votes, need }: GateRecord): string {
  const who = from.length === 0 ? "anyone who may act on the run" : from.map(plain).join(" or ");
  const { stages } = chainOf(approval);
  const { stage, claimed } = approval;
  const here = votes.filter((vote) => (vote.stage ?? 0) === stage && vote.allow);
  const of = stages.length > 1 ? `, stage ${stage + 1} of ${stages.length}` : "";
  const so = here.length === 0 ? "" : `; ${here.map(voterWords).join(", ")} did`;
  const has = claimed === null ? "" : `; ${plain(claimed)} has claimed it`;
  const many = need > 1 ? `${need} of ` : "";
  return `${many}${who} to decide${of}${so}${has}`;
}

function untilWhen({ approval, openedAt }: GateRecord, { now, zone }: Seen): string {
  const asked = `asked ${duration(now - openedAt)} ago`;
  const { due } = approval;
  if (due === null) return `${asked}, without a deadline`;
  const left = due - now;
  const how = left < 0 ? `late by ${duration(-left)}` : `${duration(left)} left`;
  return `${asked}, until ${dayAndTime(due, zone)}: ${how}`;
}

/** After an edit by the last who might decide: nobody is left, until when, and what follows then; null: somebody is. */
export function nobodyLeft(gate: GateRecord, seen: Pick<Seen, "zone" | "meant">): string | null {
  const { approval, from } = gate;
  const { editors, due } = approval;
  if (editors.length === 0 || from.length === 0) return null;
  if (from.some((person) => whyExcluded(approval, person) === null)) return null;
  const until = due === null ? "" : ` until ${dayAndTime(due, seen.zone)}`;
  const who = editors.map(plain).join(" and ");
  return `${who} changed it, and nobody else may decide it${until}. ${ifNobody(gate, seen)}`;
}

/** The clock never approves: what it does is said. */
function ifNobody({ approval, escalatedTo }: GateRecord, { meant }: Pick<Seen, "meant">): string {
  const { due, timeouts } = approval;
  const asked = escalatedTo === null ? "" : `${plain(escalatedTo)} is asked besides. `;
  if (due === null) return `${asked}If nobody acts: it waits.`;
  const steps = chainOf(approval).onTimeout.slice(timeouts);
  const said: string[] = [];
  let later = "";
  for (const step of steps) {
    if (step.kind === "reject") said.push(`${later}it is rejected`);
    else said.push(`${later}${whoIsAsked(step.to, meant)} is asked`);
    const after = step.kind === "escalate" ? step.after : null;
    later = after === null ? "" : `${spanWords(after)} later `;
  }
  const all = steps.at(-1)?.kind === "reject" ? said : [...said, `${later}it is rejected`];
  return `${asked}If nobody acts: ${all.join(", then ")}.`;
}

/** "wing or ada (director)": whom a role or a team means is said, where it is known. */
function whoIsAsked(to: Deciders, meant: Seen["meant"] = () => []): string {
  const said = plain(sayDeciders(to));
  const named = meant(said);
  const isPerson = named.length === 0 || (named.length === 1 && named[0] === said);
  return isPerson ? said : `${named.map(plain).join(" or ")} (${said})`;
}

function spanWords({ ms, isWorking }: Span): string {
  return `${sayDuration(ms)}${isWorking ? " of working time" : ""}`;
}

/** The parts one after another; what a gate has not is said to be so. */
function evidenceLines(
  gate: GateRecord,
  { now, newer = [] }: Seen,
  columns: number,
): readonly string[] {
  const { evidence = NO_EVIDENCE, terms } = gate.approval.gate;
  const { difference } = evidence;
  const found = difference === null ? foundLines(gate.show) : [];
  const isListed = terms?.actions !== undefined;
  const written = difference === null ? "" : `, ${plain(difference.of)}`;
  const actions = (terms?.actions ?? []).flatMap((one, at) =>
    actionLines(one, at + 1, { columns, votes: gate.votes }),
  );
  const action =
    actions.length > 0
      ? [plain(evidence.action)]
      : evidence.action === ""
        ? shownLines(gate.show, columns)
        : [howLine(gate.show), ...argumentLines(gate.show)];
  return [
    ...section("The request:", requestLines(evidence, now)),
    ...section("Written in its case since:", newerLines(gate, newer, now), ""),
    ...section("What would be done:", action),
    ...section("Each can be permitted by its number:", actions, ""),
    ...section(
      `What would be written${written}:`,
      difference === null ? found : differenceLines(evidence, columns),
      isListed ? "" : "none",
    ),
    ...section("Ways out:", optionLines(evidence), ""),
    ...section("Why people are asked:", ruleLines(evidence, gate.show), isListed ? "" : "none"),
    ...section("What it rests on:", dataLines(evidence, now)),
    ...section("What is not known:", evidence.missing.map(plain), isListed ? "" : "none"),
    ...section("Earlier:", historyLines(evidence, now)),
    ...section("Others may have written what it rests on:", evidence.taint.map(plain)),
    ...section("What models think of it, which never counts:", adviceLines(evidence), ""),
  ];
}

/** Where somebody has changed what is asked: how the record is now, since nobody has looked how it would be. */
function foundLines({ preview }: JsonObject): readonly string[] {
  if (!isObject(preview) || !isObject(preview["before"])) return [];
  const of = [preview["entity"] ?? "", preview["id"] ?? ""].map((one) => plain(textOf(one)));
  return [`${of.join(" ")}, as it was found:`, ...argumentLines({ args: preview["before"] })];
}

/** "finance (agent) uses refund.pay, level 4: it reaches customers or money" */
function howLine({ agent, tool, level }: JsonObject): string {
  const how = typeof level === "string" && Object.hasOwn(LEVELS, level) ? LEVELS[level] : undefined;
  return `${plain(textOf(agent ?? ""))} (agent) uses ${plain(textOf(tool ?? ""))}${how === undefined ? "" : `, level ${how}`}`;
}

const LEVELS: Readonly<Record<string, string>> = {
  reference: "1: it reads what everybody may know",
  case: "2: it reads what belongs to the case",
  draft: "3: it prepares, and nobody outside sees it",
  record: "3: it writes inside the company",
  external: "4: it reaches customers or money",
};

/** One of several: what it is, and what is known of it alone. */
function actionLines(
  { digest, title, what, args, evidence = NO_EVIDENCE }: ActionAsked,
  number: number,
  { columns, votes }: { readonly columns: number } & Pick<GateRecord, "votes">,
): readonly string[] {
  if (what === undefined) return [`${number}. ${plain(title)}`];
  const part = (name: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : [`  ${name}`, ...lines.map((line) => `    ${line}`)];
  return [
    `${number}. ${plain(title)}`,
    `  ${plain(what)}`,
    ...argumentLines({ args: args ?? {} }).map((line) => `  ${line}`),
    ...part("would write:", differenceLines(evidence, columns)),
    ...part("why people are asked:", ruleLines(evidence, {})),
    ...part("not known:", evidence.missing.map(plain)),
    ...votes.filter((vote) => isAbout(vote, digest)).map((vote) => `  ${sidedWith(vote, digest)}`),
  ];
}

/** How somebody who has decided before sees it: of several, some are allowed and others are not. */
function sidedWith(vote: ApprovalVote, action: Digest): string {
  const { allow, permits } = vote;
  const isFor = allow && (permits === undefined || permits.includes(action));
  return `${voterWords(vote)} ${isFor ? "allows" : "refuses"} it`;
}

function talkLines({ approval }: GateRecord, now: number): readonly string[] {
  return section(
    "Asked and answered:",
    approval.talk.map(
      ({ by, at, text, isQuestion }) =>
        `${plain(by)} ${isQuestion ? "asks" : "answers"}, ${duration(now - at)} ago: ${plain(text)}`,
    ),
    "",
  );
}

function mayChange({ approval }: GateRecord): readonly string[] {
  const { edit } = chainOf(approval);
  const said = Object.entries(edit).map(([path, how]) =>
    how === "any"
      ? `${plain(path)} (another decides then)`
      : `${plain(path)} (${how === "decrease" ? "less" : "more"}: you may still decide; else another does)`,
  );
  return approval.gate.terms === undefined ? [] : section("May be changed first:", said, "");
}

/** What the tool is given, whole: whoever approves a letter has read it to its end. */
function argumentLines({ args }: JsonObject): readonly string[] {
  if (!isObject(args)) return [];
  return Object.entries(args).flatMap(([name, value]) => {
    const [first = "", ...rest] = textOf(value).split("\n");
    if (rest.length === 0) return [`  ${plain(name)}: ${plain(first)}`];
    return [`  ${plain(name)}:`, ...[first, ...rest].map((line) => `    | ${plain(line)}`)];
  });
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function shownLines(show: JsonObject, columns: number): readonly string[] {
  return Object.entries(show).map(([name, value]) => {
    const lead = `${plain(name)}: `;
    return `${lead}${valueLine(value, Math.max(COLUMNS_LEAST, columns - lead.length - 2))}`;
  });
}

/** What is empty is said to be so; or, with `empty` "", left out. */
function section(
  title: string,
  lines: readonly string[],
  empty: string = "none",
): readonly string[] {
  if (lines.length === 0) return empty === "" ? [] : ["", `${title} ${empty}`];
  return ["", title, ...lines.map((line) => `  ${line}`)];
}
