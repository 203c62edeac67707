import { type Fault, fault, type Money, money, textOf } from "../reckoning/value.ts";
import { isCurrencyCode } from "./currencies.ts";
import { ONE, PLACES } from "./money-text.ts";

const WHOLE_DIGITS_MOST = 18;
const AMOUNT = /^(-?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?$/;

/**
 * An amount as people write it: `HKD 640.50`, `HKD 5,000`, `640.50 HKD`.
 *
 * @returns a fault that says what is wrong; never throws
 */
export function moneyOfText(text: string): Money | Fault {
  const [, before, digits, behind] =
    /^\s*(?:([A-Za-z]{3})\s*)?(-?[\d,]+(?:\.\d+)?)(?:\s*([A-Za-z]{3}))?\s*$/.exec(text) ?? [];
  const currency = before ?? behind;
  if (digits === undefined || currency === undefined || (before && behind))
    return fault(`${JSON.stringify(text)} is no amount of money; one is written HKD 640.50`);
  return moneyOfDigits(digits, currency.toUpperCase());
}

/** A JSON number, as it is written: 0.1 is a tenth, whatever a computer makes of it. */
export function moneyOfNumber(amount: number, currency: string): Money | Fault {
  return moneyOfDigits(decimalOf(amount), currency);
}

/** @returns a fault where the two are not of one currency */
export function mixed(left: Money, right: Money): Fault | null {
  return left.currency === right.currency
    ? null
    : fault(
        `${left.currency} and ${right.currency} are two currencies and are not compared or added`,
      );
}

/** Exact, or a fault: nothing is rounded. */
export function times(amount: Money, factor: number): Money | Fault {
  const [digits, places] = unscaled(decimalOf(factor));
  const product = amount.units * BigInt(digits);
  const divisor = 10n ** BigInt(places);
  return product % divisor === 0n
    ? checked(product / divisor, amount.currency)
    : fault(`${textOf(amount)} times ${factor} has more than ${PLACES} places`);
}

export function plus(left: Money, right: Money): Money | Fault {
  return mixed(left, right) ?? checked(left.units + right.units, left.currency);
}

export function minus(left: Money, right: Money): Money | Fault {
  return mixed(left, right) ?? checked(left.units - right.units, left.currency);
}

function moneyOfDigits(written: string, currency: string): Money | Fault {
  if (!isCurrencyCode(currency)) return fault(`there is no currency ${currency}`);
  const [, sign = "", whole = "", part = ""] = AMOUNT.exec(written) ?? [];
  if (whole === "") return fault(`${JSON.stringify(written)} is no amount of money`);
  const kept = part.replace(/0+$/, "");
  if (kept.length > PLACES)
    return fault(`${written} has more than ${PLACES} places behind the point`);
  const units = BigInt(whole.replaceAll(",", "")) * ONE + BigInt(kept.padEnd(PLACES, "0"));
  return checked(sign === "-" ? -units : units, currency);
}

function checked(units: bigint, currency: string): Money | Fault {
  const most = 10n ** BigInt(WHOLE_DIGITS_MOST) * ONE;
  return units > -most && units < most
    ? money(currency, units)
    : fault(`the amount has more than ${WHOLE_DIGITS_MOST} digits`);
}

/** The shortest decimal that is this number, without an exponent. */
function decimalOf(number: number): string {
  const text = String(number);
  const [, sign = "", whole = "", part = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text) ?? [];
  if (whole === "") return text;
  const shift = Number(exponent);
  const digits = whole + part;
  const point = whole.length + shift;
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return `${sign}${digits.padEnd(point, "0").slice(0, point)}.${digits.slice(point) || "0"}`;
}

function unscaled(decimal: string): readonly [digits: string, places: number] {
  const [whole = "0", part = ""] = decimal.split(".");
  return [whole + part, part.length];
}
