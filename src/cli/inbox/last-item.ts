import type { Problem } from "../../core/problem.ts";
import { type Company, type InboxItem, inboxOf } from "../../engine/company/index.ts";
import { sinceOf } from "../following/waiting-lines.ts";
import type { Context } from "../surroundings.ts";

/** What a person says for the item that has come to wait last. */
export const LAST = "last";

/**
 * What verbs of the inbox take as the item: as it is named, or for `last` the one that has come to wait
 * last, of the kinds that the verb is about. Which one that is, is said.
 */
export async function itemMeant(
  context: Context,
  company: Company,
  {
    item,
    kinds,
  }: { readonly item: string; readonly kinds: readonly InboxItem["waiting"]["kind"][] },
): Promise<string | Problem> {
  if (item !== LAST) return item;
  const [newest] = (await inboxOf(company))
    .filter(({ waiting }) => kinds.includes(waiting.kind))
    .toSorted((one, two) => sinceOf(two.waiting) - sinceOf(one.waiting));
  if (newest === undefined)
    return {
      code: "conflict",
      message: `Nothing of the kind waits in ${company.folder}, so there is no last.`,
      mend: "See what waits: muster inbox list",
    };
  const { side, json } = context.terminal;
  if (!json) side.line(`last is ${newest.item}.`);
  return newest.item;
}
