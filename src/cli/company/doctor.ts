import type { Company } from "../../engine/company/index.ts";
import { asTyped } from "../command.ts";
import { EXIT } from "../exit.ts";
import { count, type Paint, plain } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { withCompany } from "../with-company.ts";

type Looked = Awaited<ReturnType<Company["doctor"]>>[number];
type Examined = Awaited<ReturnType<Company["examine"]>>[number];

const MARKS = { well: ["✓", "green"], look: ["△", "yellow"], wrong: ["✗", "red"] } as const;

/** `muster doctor`: how the folder, the disk, the versions, the agents, the queues and the process are. */
export async function doctor(context: Context): Promise<number> {
  return await withCompany(context, { perform: false }, async (look) => {
    // Where a process is at work, its own queues and its own event loop are what matters.
    if (look.isAtWork())
      return await withCompany(context, { perform: true, begin: false }, (company) =>
        looked(context, company),
      );
    return await looked(context, look);
  });
}

async function looked(context: Context, company: Company): Promise<number> {
  const found = await company.doctor();
  const wrong = found.some(({ state }) => state === "wrong");
  const { answer, json } = context.terminal;
  if (json) answer.line(JSON.stringify({ well: !wrong, looked: found }));
  else
    for (const one of found)
      answer.line(asTyped(context, company.folder, lookedLine(answer.paint, one)));
  return wrong ? EXIT.failed : EXIT.done;
}

function lookedLine(paint: Paint, { id, state, said, mend }: Looked): string {
  const [mark, style] = MARKS[state];
  return `${paint(style, mark)} ${id}: ${plain(said)}${mend === null ? "" : `\n  mend: ${plain(mend)}`}`;
}

/** `muster doctor --company`: what the company's files show of security, reliability and cost. */
export async function doctorCompany(context: Context): Promise<number> {
  return await withCompany(context, { perform: false }, async (company) => {
    const found = await company.examine();
    const high = found.filter(({ severity }) => severity === "high").length;
    const { answer, json } = context.terminal;
    if (json) answer.line(JSON.stringify({ findings: found }));
    else {
      for (const one of found) answer.line(foundLine(answer.paint, one));
      answer.line(
        found.length === 0
          ? `${company.folder}: nothing was found`
          : `${company.folder}: ${count(found.length, "finding")}, ${high} of them high`,
      );
    }
    return high > 0 ? EXIT.failed : EXIT.done;
  });
}

const HUES = { high: "red", medium: "yellow", low: "dim" } as const;

function foundLine(paint: Paint, found: Examined): string {
  const { area, severity, id, message, where, remedy, effort } = found;
  const place = `${where.file}:${where.line}:${where.column}`;
  return `${paint(HUES[severity], severity)} ${area} ${place}  ${plain(message)} (${id})\n  remedy: ${plain(remedy)} (${effort})`;
}
