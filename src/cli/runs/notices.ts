import { type NoticeRecord, zoneIn } from "../../engine/company/index.ts";
import { EXIT } from "../exit.ts";
import { type Cell, type Column, momentIn, plain, tableLines } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { withRunOrFile } from "../with-run.ts";

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
    else {
      const zone = zoneIn(company.folder);
      const rows = notices.map((notice) => cells(notice, zone));
      for (const line of tableLines(headsIn(zone), rows, answer.columns)) answer.line(line);
    }
    return EXIT.done;
  });
}

const headsIn = (zone: string): readonly Column[] => [
  { title: `AT (${zone})`, goes: 1 },
  { title: "EVENT" },
  { title: "BY" },
  { title: "TO", least: 12 },
  { title: "STATUS" },
  { title: "TRIED", goes: 2 },
  { title: "WHY" },
];

function cells(notice: NoticeRecord, zone: string): readonly Cell[] {
  const { at, event, phase, type, to, status, attempts, why } = notice;
  const of = phase === null ? event : `${event}: ${phase}`;
  return [momentIn(at, zone), of, type, to, status, String(attempts), why].map((text) => ({
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
