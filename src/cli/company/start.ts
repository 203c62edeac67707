import { join } from "node:path";
import type { Case } from "../../core/cases/index.ts";
import type { CaseId } from "../../core/id.ts";
import { type Company, caseAtRest, zoneIn } from "../../engine/company/index.ts";
import { givenIn, requestLines } from "../cases/request-lines.ts";
import { commandIn } from "../command.ts";
import { EXIT } from "../exit.ts";
import { PACK } from "../folder.ts";
import { type Clock, whoAndWhen } from "../following/waiting-lines.ts";
import { count, pad, plain } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";
import { ONBOARDING, startOnboarding } from "./start-onboarding.ts";

/** A day of requests, one a line of JSON, in the pack's folder. */
const DAY = "requests/day.jsonl";
const TYPE_WIDTH = 16;
const WHO_WIDTH = 8;

/** `npm start`: what Muster does, shown by a pack at work. */
export async function start(context: Context, pack: string = PACK): Promise<number> {
  if (pack === ONBOARDING) return await startOnboarding(context);
  if (pack === PACK) return await startDay(context);
  return refuse(context, [
    {
      code: "not-found",
      message: `There is no pack "${pack}".`,
      mend: `Packs here: ${PACK}, ${ONBOARDING}.`,
    },
  ]);
}

/**
 * A shop's day: its requests are taken in, most are done by the company's map alone, and the rest wait
 * for people. A request that was taken in before is not taken in twice, so that a day that was
 * interrupted, even by a kill, goes on.
 */
async function startDay(context: Context): Promise<number> {
  const folder = join(context.surroundings.packs, PACK);
  const read = requestLines(join(folder, DAY));
  if ("code" in read) return refuse(context, [read]);
  const { terminal } = context;
  const say = (text: string): void => {
    if (!terminal.json) terminal.side.line(text);
  };
  return await withCompany({ ...context, folder }, { perform: true }, async (company) => {
    say(
      `${count(read.lines.length, "request")} of a day come in at ${folder}. Stop it at any moment: npm start goes on.`,
    );
    const cases = new Set<CaseId>();
    for (const { text } of read.lines) {
      const given = givenIn(text);
      if ("code" in given) return refuse(context, [given]);
      const made = await company.request(given);
      if (made.case === null) return refuse(context, made.problems);
      cases.add(made.case);
    }
    return await atRest(context, company, cases);
  });
}

/** Follows all of them until nothing moves by itself, and says what became of each. */
async function atRest(
  context: Context,
  company: Company,
  cases: ReadonlySet<CaseId>,
): Promise<number> {
  const { surroundings, terminal } = context;
  const abort = new AbortController();
  const release = surroundings.onInterrupt(() => abort.abort());
  const clock = { now: surroundings.now(), zone: zoneIn(company.folder) };
  const found = await Promise.all(
    [...cases].map(async (id) => {
      const now = await caseAtRest(company, id, abort.signal);
      if (now !== null && !abort.signal.aborted && !terminal.json)
        terminal.side.line(lineOf(now, await waitsFor(company, now, clock)));
      return now;
    }),
  );
  release();
  if (abort.signal.aborted) return EXIT.interrupted;
  const done = found.filter((one) => one?.status === "closed").length;
  const open = found.length - done;
  if (terminal.json) terminal.answer.line(JSON.stringify({ cases: found.length, done, open }));
  else {
    const run = commandIn(context, company.folder);
    terminal.answer.line(
      `${count(found.length, "case")}: ${done} finished alone, ${open} ${open === 1 ? "waits" : "wait"} for people.`,
    );
    if (open > 0) terminal.side.line(`  What waits, and for whom:  ${run("inbox list")}`);
    terminal.side.line(`  All cases:                 ${run("cases list")}`);
  }
  return EXIT.done;
}

function lineOf({ status, type, requests }: Case, waits: string): string {
  const [request] = requests;
  const mark = status === "closed" ? "✓" : "…";
  const who = pad(plain(request?.requester ?? ""), WHO_WIDTH);
  const what = pad(plain(type ?? "not sorted"), TYPE_WIDTH);
  const about = plain(request?.text ?? "");
  return `${mark} ${what}${who} ${status === "closed" ? `“${about}”` : waits}`;
}

/** What people are asked first, by whom it is decided and until when. */
async function waitsFor(company: Company, { runs }: Case, clock: Clock): Promise<string> {
  for (const { run } of runs)
    for (const waiting of (await company.waiting(run)) ?? []) {
      const { kind, what, asks } = waiting;
      if (asks !== undefined) return `${plain(asks)}: ${whoAndWhen(waiting, clock)}`;
      if (kind !== "dependency") return plain(what);
    }
  return "waits for a person";
}
