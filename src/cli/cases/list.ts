import { EXIT } from "../exit.ts";
import { needWords } from "../following/waiting-lines.ts";
import { type Column, duration, plain, tableLines } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";
import { parseStatuses } from "./status.ts";

export type CasesListOptions = {
  readonly status?: string;
  readonly type?: string;
  readonly owner?: string;
  readonly limit: number;
};

const COLUMNS: readonly Column[] = [
  { title: "CASE", least: 12 },
  { title: "STATUS" },
  { title: "TYPE" },
  { title: "OWNER", goes: 2 },
  { title: "FROM", goes: 3 },
  { title: "AGE", goes: 1 },
  { title: "WAITS FOR" },
];

/** `muster cases list`: newest first, each with what it waits for. */
export async function casesList(context: Context, options: CasesListOptions): Promise<number> {
  const { status, type, owner, limit } = options;
  const statuses = parseStatuses(status);
  if ("code" in statuses) return refuse(context, [statuses]);
  return await withCompany(context, { perform: false }, async (company) => {
    const cases = company.cases({
      most: limit,
      ...(status === undefined ? {} : { status: statuses }),
      ...(type === undefined ? {} : { type }),
      ...(owner === undefined ? {} : { owner }),
    });
    const { answer, side, json } = context.terminal;
    const now = context.surroundings.now();
    if (json) answer.line(JSON.stringify(cases));
    else if (cases.length === 0)
      side.line(
        [status, type, owner].every((wanted) => wanted === undefined)
          ? `No cases in ${company.folder}. Make a request: muster request TEXT`
          : `There is no such case in ${company.folder}. All of them: muster cases list`,
      );
    else {
      const waits = await Promise.all(
        cases.map(async ({ needs: [first] }) =>
          first === undefined ? "" : await needWords(company, first),
        ),
      );
      const rows = cases.map((one, at) =>
        [
          one.case,
          one.status,
          one.type ?? "?",
          one.owner,
          one.requester,
          duration((one.closedAt ?? now) - one.openedAt),
          waits[at] ?? "",
        ].map((text) => ({ text: plain(text) })),
      );
      for (const line of tableLines(COLUMNS, rows, answer.columns)) answer.line(line);
    }
    return EXIT.done;
  });
}
