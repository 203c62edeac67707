import { suggestion } from "../../core/expression/index.ts";
import { parseRunId, type RunId } from "../../core/id.ts";
import { MusterError, type Problem } from "../../core/problem.ts";
import { type Company, zoneIn } from "../../engine/company/index.ts";
import type { Standing, StandingFilter } from "../../engine/store/index.ts";
import { asTyped, commandIn } from "../command.ts";
import { EXIT } from "../exit.ts";
import {
  type Cell,
  type Column,
  duration,
  huedWord,
  momentIn,
  plain,
  tableLines,
} from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

export type ListOptions = {
  readonly status?: readonly string[];
  readonly workflow?: string;
  readonly most: number;
};

/** `muster runs list`: newest first, with progress, and why one failed or waits. */
export async function runsList(context: Context, options: ListOptions): Promise<number> {
  const { status, workflow, most } = options;
  const unknown = status?.find((one) => !STATUSES.includes(one));
  if (unknown !== undefined) return refuse(context, [noSuchStatus(unknown)]);
  return await withCompany(context, { perform: false }, async (company) => {
    const filter: Partial<StandingFilter> = {
      most,
      ...(status ? { status } : {}),
      ...(workflow ? { workflow } : {}),
    };
    const { answer, side } = context.terminal;
    const standings = await marked(company, company.runs(filter).map(interruptedIn(company)));
    if (context.terminal.json) answer.line(JSON.stringify(standings.map(standingJson)));
    else if (standings.length === 0)
      side.line(
        asTyped(
          context,
          company.folder,
          status || workflow
            ? `No run in ${company.folder} is of that kind. All of them: muster runs list`
            : `No runs in ${company.folder}. Start one: muster run FILE`,
        ),
      );
    else {
      tableOf(context, standings, zoneIn(company.folder)).forEach((line) => answer.line(line));
      if (standings.some(({ interrupted }) => interrupted)) {
        const resume = commandIn(context, company.folder)("runs resume RUN");
        side.line(
          `No process is at work in ${company.folder}; an interrupted run goes on with: ${resume}`,
        );
      }
    }
    return EXIT.done;
  });
}

/** What stands in the list beside a standing: the ids of what is wrong; null where nobody looked. */
type Listed = Interrupted & { readonly findings: readonly string[] | null };
type Interrupted = Standing & { readonly interrupted: boolean };

/** Runs that are looked into for a list, newest first, and how long the log of such a run may be. */
const LOOKED_INTO_MOST = 100;
const EVENTS_LOOKED_AT_MOST = 2_000;

async function marked(
  company: Company,
  standings: readonly Interrupted[],
): Promise<readonly Listed[]> {
  const listed: Listed[] = [];
  for (const standing of standings) {
    const run = parseRunId(standing.stream);
    const looks = listed.length < LOOKED_INTO_MOST && standing.seq <= EVENTS_LOOKED_AT_MOST;
    const findings = run && looks ? await findingsIn(company, run) : null;
    listed.push({ ...standing, findings });
  }
  return listed;
}

/** A run whose log cannot be read is no reason to list none. */
async function findingsIn(company: Company, run: RunId): Promise<readonly string[]> {
  try {
    return (await company.findings(run)).map(({ id }) => id);
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    return ["state-corrupt"];
  }
}

/** What the store has as running moves only while a process is at work. */
function interruptedIn(company: Company): (standing: Standing) => Interrupted {
  const isAtWork = company.isAtWork();
  return (standing) => ({ ...standing, interrupted: !isAtWork && standing.status === "running" });
}

/** In the table; `--json` keeps both words apart. */
function wordOf({ status, interrupted }: Listed): string {
  return interrupted ? "interrupted" : status;
}

const STATUSES: readonly string[] = [
  "accepted",
  "running",
  "waiting",
  "paused",
  "completed",
  "failed",
  "cancelled",
  "rolled back",
];

function noSuchStatus(unknown: string): Problem {
  return {
    code: "bad-input",
    message: `No run is ever "${unknown}".`,
    mend: suggestion(unknown, STATUSES, "Statuses"),
  };
}

/** As everywhere: of all that is begun and ended in it, blocks and items too. */
function percentDone({ done, expected, status }: Listed): string {
  if (status === "completed") return "100 %";
  return expected === 0 ? "0 %" : `${Math.floor((100 * done) / expected)} %`;
}

const headsIn = (zone: string): readonly Column[] => [
  { title: "RUN" },
  { title: "WORKFLOW", least: 12 },
  { title: "STATUS" },
  { title: "PROGRESS" },
  { title: `STARTED (${zone})`, goes: 2 },
  { title: "TOOK", goes: 1 },
  { title: "WRONG", goes: 3 },
  { title: "NOTE", goes: 0 },
];

function tableOf(
  { terminal, surroundings }: Context,
  standings: readonly Listed[],
  zone: string,
): readonly string[] {
  const { columns, paint } = terminal.answer;
  const now = surroundings.now();
  const rows = standings.map((standing): readonly Cell[] => [
    { text: standing.stream },
    { text: plain(standing.workflow) },
    {
      text: huedWord((_style, text) => text, wordOf(standing)),
      paint: (text) => hue(paint, text, standing),
    },
    { text: percentDone(standing) },
    { text: momentIn(standing.startedAt, zone) },
    { text: duration((standing.endedAt ?? now) - standing.startedAt) },
    {
      text: standing.findings?.map((id) => `✗ ${id}`).join(" ") ?? "",
      paint: (text) => paint("red", text),
    },
    { text: plain(standing.note) },
  ]);
  return tableLines(headsIn(zone), rows, columns);
}

/** The word is padded first and coloured then, since colours take no columns. */
function hue(
  paint: Context["terminal"]["answer"]["paint"],
  text: string,
  standing: Listed,
): string {
  const word = huedWord((_style, plainText) => plainText, wordOf(standing));
  return text.replace(word, huedWord(paint, wordOf(standing)));
}

function standingJson(standing: Listed): object {
  const {
    interrupted,
    stream,
    workflow,
    version,
    status,
    startedAt,
    endedAt,
    done,
    expected,
    parent,
    note,
    findings,
  } = standing;
  return {
    workflow_id: stream,
    name: workflow,
    version,
    status,
    interrupted,
    created_at: new Date(startedAt).toISOString(),
    updated_at: new Date(standing.updatedAt).toISOString(),
    completed_at: endedAt === null ? null : new Date(endedAt).toISOString(),
    work_done: done,
    work_expected: expected,
    parent,
    note,
    findings,
  };
}
