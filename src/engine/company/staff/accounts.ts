import { accountsAt, type CompanyBudget } from "../../../core/definition/index.ts";
import type { Account } from "../../../core/machine/index.ts";
import type { Log } from "../../store/index.ts";

/** What the company's budget leaves at a moment: of a company without one, nothing is asked of the log. */
export function accountsOf(
  budget: () => CompanyBudget,
  log: Pick<Log, "account">,
): (at: number) => readonly Account[] {
  return (at) => {
    const limits = accountsAt(budget(), at);
    if (limits.length === 0) return NONE;
    return limits.map((account) => ({
      ...account,
      left: account.most - log.account(account.name),
    }));
  };
}

const NONE: readonly Account[] = [];
