import { type Company, type InboxItem, inboxOf, zoneIn } from "../../engine/company/index.ts";
import { asTyped } from "../command.ts";
import { EXIT } from "../exit.ts";
import { itemLines } from "../following/waiting-lines.ts";
import type { Context } from "../surroundings.ts";

/** What is neither decided nor done, but mended. */
const MENDED: readonly InboxItem["waiting"]["kind"][] = ["exception", "held", "case"];

/** All that `inbox show last` may mean. */
export const SHOWN: typeof MENDED = ["gate", "person", ...MENDED];

/**
 * `muster inbox show ITEM` of an exception, a run that is held, what a case lacks: what the list says of it.
 *
 * @param isMeant by its name in the list, or as the only one of its run
 * @returns null where nothing of the kind is meant, or several are
 */
export async function showMended(
  context: Context,
  company: Company,
  isMeant: (item: InboxItem) => boolean,
): Promise<number | null> {
  const meant = (await inboxOf(company)).filter(
    (one) => MENDED.includes(one.waiting.kind) && isMeant(one),
  );
  const [found] = meant;
  if (found === undefined || meant.length > 1) return null;
  const { answer, json } = context.terminal;
  const { item, workflow, waiting } = found;
  const clock = { now: context.surroundings.now(), zone: zoneIn(company.folder) };
  if (json) answer.line(JSON.stringify({ item, workflow, ...waiting }));
  else
    for (const line of itemLines(found, clock)) answer.line(asTyped(context, company.folder, line));
  return EXIT.done;
}
