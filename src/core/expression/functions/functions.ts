import { type Form, form } from "../reading/form.ts";
import { fault } from "../reckoning/value.ts";
import { LIST_FUNCTIONS } from "./of-lists.ts";
import { MONEY_FUNCTIONS } from "./of-money.ts";
import { SHAPING_FUNCTIONS } from "./of-shaping.ts";
import { TEXT_FUNCTIONS } from "./of-texts.ts";
import { TIME_FUNCTIONS } from "./of-times.ts";

const round = (value: number): number => Math.sign(value) * Math.round(Math.abs(value));

const NUMBER_FUNCTIONS: readonly Form[] = [
  form("abs", ["number"], "number", Math.abs),
  form("floor", ["number"], "number", Math.floor),
  form("ceil", ["number"], "number", Math.ceil),
  // Half goes away from zero, as people round, and not up, as JavaScript does.
  form("round", ["number"], "number", round),
  form("round", ["number", "number"], "number", (value, digits) => {
    if (!Number.isInteger(digits) || digits < 0 || digits > 15)
      return fault(`round takes 0 to 15 digits, not ${digits}`);
    return Number(`${round(Number(`${value}e${digits}`))}e-${digits}`);
  }),
  form("int", ["number"], "number", Math.trunc),
  form("int", ["text"], "number", (text) =>
    /^[+-]?\d{1,16}$/.test(text) ? Number(text) : fault(`int cannot read ${JSON.stringify(text)}`),
  ),
  form("double", ["number"], "number", (value) => value),
  form("double", ["text"], "number", (text) =>
    /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)
      ? Number(text)
      : fault(`double cannot read ${JSON.stringify(text)}`),
  ),
  form("bool", ["bool"], "bool", (value) => value),
  form("bool", ["text"], "bool", (text) => {
    if (/^(?:1|t|true|TRUE|True)$/.test(text)) return true;
    if (/^(?:0|f|false|FALSE|False)$/.test(text)) return false;
    return fault(`bool cannot read ${JSON.stringify(text)}`);
  }),
];

/** Every function of an expression, besides `has`, `default` and the comprehensions. There is no clock. */
const FUNCTIONS: readonly Form[] = [
  ...NUMBER_FUNCTIONS,
  ...TEXT_FUNCTIONS,
  ...LIST_FUNCTIONS,
  ...TIME_FUNCTIONS,
  ...MONEY_FUNCTIONS,
  ...SHAPING_FUNCTIONS,
];

const BY_NAME = new Map<string, Form[]>();
for (const each of FUNCTIONS) {
  const name = nameOf(each.name, each.method);
  BY_NAME.set(name, [...(BY_NAME.get(name) ?? []), each]);
}

/** The forms of a function (or of a method), by what they take. */
export function formsOf(name: string, method: boolean): readonly Form[] {
  return BY_NAME.get(nameOf(name, method)) ?? [];
}

function nameOf(name: string, method: boolean): string {
  return method ? `.${name}` : name;
}
