import { type Case, type Need, needsOf } from "../../core/cases/index.ts";
import { shellWord } from "../../core/shell-word.ts";
import { type Company, zoneIn } from "../../engine/company/index.ts";
import { type Command, commandIn } from "../command.ts";
import { EXIT } from "../exit.ts";
import { needWords } from "../following/waiting-lines.ts";
import { dayAndTime, duration, momentIn, plain, valueLine } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { withCase } from "./named.ts";

/** `muster cases show CASE`: on one page all that is known of it, and who is to do what. */
export async function casesShow(context: Context, name: string): Promise<number> {
  return await withCase(context, { name, perform: false }, async (company, id) => {
    const now = company.case(id);
    if (now === null) return EXIT.done;
    const { answer, json } = context.terminal;
    if (json) {
      answer.line(JSON.stringify({ ...now, needs: needsOf(now) }));
      return EXIT.done;
    }
    const view = {
      now,
      zone: zoneIn(company.folder),
      at: context.surroundings.now(),
      columns: Math.max(COLUMNS_LEAST, answer.columns),
      command: commandIn(context, company.folder),
      company,
    };
    for (const line of await linesOf(view)) answer.line(line);
    return EXIT.done;
  });
}

const COLUMNS_LEAST = 60;
/** Messages that are shown; `--json` has all of them. */
const MESSAGES_SHOWN_MOST = 20;

type View = {
  readonly now: Case;
  readonly at: number;
  readonly columns: number;
  /** Of the company's clocks; it is named once, where the case was opened. */
  readonly zone: string;
  readonly command: Command;
  readonly company: Company;
};

async function linesOf(view: View): Promise<readonly string[]> {
  const { now, at, zone, command, company } = view;
  const { id, status, outcome, type, owner, openedAt, closedAt, labels } = now;
  const age = duration((closedAt ?? at) - openedAt);
  const how = outcome === null || outcome === status ? status : `${status}: ${outcome}`;
  return [
    `${id}  ${how}`,
    `  ${type === null ? "nobody has said what kind of request it is" : plain(type)}, owner ${plain(owner) || "nobody"}, opened ${dayAndTime(openedAt, zone)}, ${age} ${closedAt === null ? "ago" : "to its end"}`,
    ...section(
      "It waits for:",
      await Promise.all(
        needsOf(now).map(async (need) =>
          needLine({ ...need, what: await needWords(company, need) }, now, command),
        ),
      ),
    ),
    ...section(
      "Requests:",
      now.requests.flatMap((request) => requestLines(request, zone)),
    ),
    ...section(
      "About:",
      Object.entries(now.bindings).map(([name, value]) => pair(name, value)),
    ),
    ...section("Known:", factLines(view)),
    ...section("Rests on what anybody may have written:", labels.untrusted.map(indent)),
    ...section("Runs:", await runLines(view)),
    ...section("Conversation:", talkLines(view)),
    ...section(
      "Notes:",
      now.notes.map(
        (note) => `  ${momentIn(note.at, zone)} ${plain(note.by)}: ${plain(note.text)}`,
      ),
    ),
    ...section(
      "Issues that were settled:",
      now.issues.filter(({ isOpen }) => !isOpen).map(({ text }) => indent(text)),
    ),
  ];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", title, ...lines];
}

function indent(text: string): string {
  return `  ${plain(text)}`;
}

function pair(name: string, value: string): string {
  return `  ${plain(name)}: ${plain(value)}`;
}

/** With the command by which a person moves it on. */
function needLine(need: Need, now: Case, command: Command): string {
  const { kind, owner, what, of, key, again } = need;
  const mend = MEND[kind](now.id, of, now.requests.find((one) => one.id === of)?.missing ?? []);
  const who = owner === "" ? "" : ` (${plain(owner)})`;
  const tag = kind === "issue" ? `issue ${key}: ` : "";
  const acts = [
    ...(mend === "" ? [] : [mend]),
    ...(again === undefined ? [] : [`cases again ${now.id} --request ${again}`, `why ${now.id}`]),
  ];
  return [`  ${tag}${plain(what)}${who}`, ...acts.map((act) => `    ${command(act)}`)].join("\n");
}

const MEND: Readonly<
  Record<Need["kind"], (id: string, of: string, missing: readonly string[]) => string>
> = {
  type: (id) => `cases type ${id} TYPE`,
  ids: (id, _of, missing) =>
    `cases complete ${id} ${missing.map((name) => `${shellWord(name)}=…`).join(" ")}`,
  place: (id, of) => `cases move ${id} CASE --request ${of}`,
  issue: (id, of) => `cases resolve ${id} ${of} --why …`,
  exception: (_id, of) => `runs show ${of}`,
  requester: (id) => `cases message ${id} TEXT --from … --channel …`,
  run: () => "",
};

function requestLines(
  { at, requester, channel, trust, source, text, attachments, id }: Case["requests"][number],
  zone: string,
): readonly string[] {
  const head = `  ${momentIn(at, zone)} ${plain(requester)} (${source}, ${plain(channel)}, ${TRUST[trust]})  ${id}`;
  const words = text
    .trimEnd()
    .split("\n")
    .map((line) => `    | ${plain(line)}`);
  const files = attachments.map(
    ({ name, bytes, digest }) => `    attached: ${plain(name)}, ${bytes} bytes, ${digest}`,
  );
  return [head, ...words, ...files];
}

const TRUST = { staff: "staff", customer: "customer", untrusted: "untrusted" } as const;

function factLines({ now, at, columns }: View): readonly string[] {
  return Object.entries(now.facts).map(([name, fact]) => {
    const value = valueLine(fact.value, columns - name.length);
    return `  ${plain(name)}: ${value}  (${plain(fact.source)}, ${duration(at - fact.at)} ago)`;
  });
}

async function runLines({ now, company }: View): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const { run, workflow, status, parent } of now.runs) {
    const below = parent === null ? "" : `, of ${parent}`;
    const standing = company.standing(run);
    // One that was complete may have been rolled back since.
    lines.push(`  ${run}  ${plain(workflow)}, ${standing?.status ?? status}${below}`);
    if (standing?.endedAt !== null) continue;
    for (const { what, mend } of (await company.waiting(run)) ?? [])
      lines.push(`    ${plain(what)}`, ...(mend === undefined ? [] : [`      ${plain(mend)}`]));
  }
  return lines;
}

function talkLines({ now: { conversation }, zone }: View): readonly string[] {
  const shown = conversation.slice(-MESSAGES_SHOWN_MOST);
  const more = conversation.length - shown.length;
  return [
    ...(more === 0 ? [] : [`  … ${more} before`]),
    ...shown.flatMap(({ at, from, channel, text, isOurs }) => [
      `  ${momentIn(at, zone)} ${isOurs ? "we" : plain(from)} (${plain(channel)}${isOurs ? `, ${plain(from)}` : ""})`,
      ...text
        .trimEnd()
        .split("\n")
        .map((line) => `    | ${plain(line)}`),
    ]),
  ];
}
