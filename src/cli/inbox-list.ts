import { type InboxItem, inboxOf } from "../engine/company/index.ts";
import { asTyped } from "./command.ts";
import { EXIT } from "./exit.ts";
import { plain } from "./output/index.ts";
import type { Context } from "./surroundings.ts";
import { withCompany } from "./with-company.ts";

/** `muster inbox list`: the gates, tasks and exceptions that wait for a person. */
export async function inboxList(context: Context): Promise<number> {
  return await withCompany(context, { perform: false }, async (company) => {
    const { answer, side, json } = context.terminal;
    const items = await inboxOf(company);
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

function itemLines({ item, workflow, waiting }: InboxItem): readonly string[] {
  const { path, what, until, mend } = waiting;
  return [
    `${item}  ${plain(workflow)}, ${plain(path)}`,
    `  ${plain(what)}${until ? `, until ${until}` : ""}`,
    ...(mend ? [`  mend: ${plain(mend)}`] : []),
  ];
}
