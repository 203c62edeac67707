import { parseRunId } from "../core/id.ts";
import type { Company, Waiting } from "../engine/company/index.ts";
import { asTyped } from "./command.ts";
import { EXIT } from "./exit.ts";
import { plain } from "./output/index.ts";
import type { Context } from "./surroundings.ts";
import { withCompany } from "./with-company.ts";

/** Runs that are searched for what waits for a person, newest first. */
const RUNS_SEARCHED_MOST = 1000;

type Item = { readonly item: string; readonly workflow: string; readonly waiting: Waiting };

/** `muster inbox list`: the gates and exceptions that wait for a person. */
export async function inboxList(context: Context): Promise<number> {
  return await withCompany(context, { perform: false }, async (company) => {
    const { answer, side, json } = context.terminal;
    const items = await itemsOf(company);
    if (json)
      answer.line(
        JSON.stringify(
          items.map(({ item, workflow, waiting }) => ({ item, workflow, ...waiting })),
        ),
      );
    else if (items.length === 0) side.line(`Nothing in ${company.folder} waits for a person.`);
    else
      for (const item of items)
        for (const line of itemLines(item)) answer.line(asTyped(context, company.folder, line));
    return EXIT.done;
  });
}

async function itemsOf(company: Company): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (const { stream, workflow, endedAt } of company.runs({ most: RUNS_SEARCHED_MOST })) {
    const run = endedAt === null ? parseRunId(stream) : null;
    for (const one of (run && (await company.waiting(run))) ?? [])
      if (one.kind === "gate" || one.kind === "exception" || one.kind === "held")
        items.push({ item: `${stream}.${one.key}`, workflow, waiting: one });
  }
  return items;
}

function itemLines({ item, workflow, waiting }: Item): readonly string[] {
  const { path, what, until, mend } = waiting;
  return [
    `${item}  ${plain(workflow)}, ${plain(path)}`,
    `  ${plain(what)}${until ? `, until ${until}` : ""}`,
    ...(mend ? [`  mend: ${plain(mend)}`] : []),
  ];
}
