import { type Form, form } from "../reading/form.ts";
import {
  type Fault,
  fault,
  isFault,
  isMoney,
  type Money,
  money,
  type Value,
} from "../reckoning/value.ts";
import { mixed, moneyOfNumber, moneyOfText, plus } from "./money.ts";

/** An amount that must be of a currency: a number is one of it, a text says its own. */
const within = (amount: Money | Fault, currency: string): Money | Fault => {
  if (isFault(amount)) return amount;
  return mixed(amount, money(currency, 0n)) ?? amount;
};

const total = (list: readonly Value[], first: Money): Money | Fault => {
  let sum: Money = first;
  for (const item of list) {
    if (!isMoney(item)) return fault("total takes a list of amounts of money");
    const more = plus(sum, item);
    if (isFault(more)) return more;
    sum = more;
  }
  return sum;
};

export const MONEY_FUNCTIONS: readonly Form[] = [
  form("money", ["text"], "money", moneyOfText),
  form("money", ["number", "text"], "money", moneyOfNumber),
  form("money", ["text", "text"], "money", (text, currency) => within(moneyOfText(text), currency)),
  form("money", ["money"], "money", (amount) => amount),
  form("currency", ["money"], "text", ({ currency }) => currency),
  // `total(lines.map(l, l.price), money("HKD 0"))`: of an empty list, nothing of that currency.
  form("total", ["list", "money"], "money", total),
];
