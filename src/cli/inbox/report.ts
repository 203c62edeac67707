import { countGates, type GateTally } from "../../core/history/index.ts";
import { parseRunId } from "../../core/id.ts";
import { eventOf } from "../../core/machine/index.ts";
import { EXIT } from "../exit.ts";
import { type Column, count, duration, plain, tableLines } from "../output/index.ts";
import { spanBack } from "../span-back.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

/** Runs looked at, the newest first. */
const RUNS_MOST = 10_000;

const COLUMNS: readonly Column[] = [
  { title: "RULE", least: 12 },
  { title: "ASKED" },
  { title: "APPROVED" },
  { title: "REFUSED" },
  { title: "EXPIRED", goes: 1 },
  { title: "EDITED" },
  { title: "OPEN" },
  { title: "MEDIAN" },
  { title: "BY", least: 8, goes: 2 },
];

/** `muster inbox report`: per rule what people were asked and said, and how long it took, from the log alone. */
export async function inboxReport(
  context: Context,
  { since }: { readonly since: string },
): Promise<number> {
  const span = spanBack(since);
  if (typeof span !== "number") return refuse(context, [span]);
  return await withCompany(context, { perform: false }, async (company) => {
    const from = context.surroundings.now() - span;
    const counted = countGates(from);
    const runs = company.runs({ most: RUNS_MOST });
    for (const { stream, workflow, updatedAt } of runs) {
      const run = updatedAt < from ? null : parseRunId(stream);
      if (run === null) continue;
      for await (const envelope of company.events(run))
        counted.hear(run, workflow, eventOf(envelope));
    }
    const all = counted.tally();
    const { answer, side, json } = context.terminal;
    if (json) answer.line(JSON.stringify(all));
    else if (all.length === 0) side.line(`Nobody was asked anything in the last ${since}.`);
    else for (const line of reportLines(all, answer.columns)) answer.line(line);
    if (!json && runs.length === RUNS_MOST)
      side.line(`Of more than ${RUNS_MOST} runs the newest were looked at.`);
    return EXIT.done;
  });
}

function reportLines(all: readonly GateTally[], columns: number): readonly string[] {
  const rows = all.map((one) => [
    one.kind === "rule" ? one.of : `(${one.kind}) ${one.of}`,
    ...[one.asked, one.approved, one.refused, one.expired, one.edited, one.open].map(String),
    one.medianMs === null ? "" : duration(one.medianMs),
    one.deciders.join(", "),
  ]);
  const last = COLUMNS.length - 1;
  const wide = COLUMNS.map(({ title }, at) =>
    Math.max(title.length, ...rows.map((row) => (row[at] ?? "").length)),
  );
  const cells = rows.map((row) =>
    row.map((text, at) => ({
      // Numbers stand below numbers.
      text: at === 0 || at === last ? plain(text) : text.padStart(wide[at] ?? 0),
    })),
  );
  const heads = COLUMNS.map((head, at) =>
    at === 0 || at === last ? head : { ...head, title: head.title.padStart(wide[at] ?? 0) },
  );
  const always = all.filter(({ isAlways }) => isAlways);
  return [
    ...tableLines(heads, cells, columns),
    ...(always.length === 0 ? [] : [""]),
    ...always.map(
      ({ of, approved, medianMs }) =>
        `${plain(of)}: all ${count(approved, "time")} it was approved as it was asked, in the median after ${duration(medianMs ?? 0)}. Look whether it is read, or is needed.`,
    ),
  ];
}
