import type { NoticeRecord } from "../engine/company/index.ts";
import { EXIT } from "./exit.ts";
import { type Column, moment, plain, tableLines } from "./output/index.ts";
import type { Context } from "./surroundings.ts";
import { withRunOrFile } from "./with-run.ts";

/** `muster runs notices RUN`: who was told of what, and what became of it. */
export async function runsNotices(context: Context, name: string): Promise<number> {
  return await withRunOrFile(context, { name, perform: false }, async (company, run) => {
    const { answer, side, json } = context.terminal;
    const notices = company.notices(run);
    if (json) answer.line(JSON.stringify(notices.map(noticeJson)));
    else if (notices.length === 0)
      side.line(
        company.archiveOf(run) === null
          ? `Nobody was told of anything in ${run}.`
          : `${run} was archived; who was told of what is not in its archive.`,
      );
    else for (const line of tableLines(HEADS, notices.map(row), answer.columns)) answer.line(line);
    return EXIT.done;
  });
}

const HEADS: readonly Column[] = [
  { title: "AT (UTC)", goes: 1 },
  { title: "EVENT" },
  { title: "BY" },
  { title: "TO", least: 12 },
  { title: "STATUS" },
  { title: "TRIED", goes: 2 },
  { title: "WHY" },
];

function row(notice: NoticeRecord): Parameters<typeof tableLines>[1][number] {
  const { at, event, phase, type, to, status, attempts, why } = notice;
  const of = phase === null ? event : `${event}: ${phase}`;
  return [moment(at), of, type, to, status, String(attempts), why].map((text) => ({
    text: plain(text),
  }));
}

function noticeJson({ at, endedAt, run, ...notice }: NoticeRecord): object {
  return {
    workflow_id: run,
    ...notice,
    at: new Date(at).toISOString(),
    timestamp: endedAt === null ? null : new Date(endedAt).toISOString(),
  };
}
