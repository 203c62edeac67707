/**
 * What is used up and limited, by unit: "tokens", "calls", or a currency ("USD") in millionths. Whole
 * numbers. Each currency is a unit of its own: they are never added to one another.
 */
export type Amounts = { readonly [unit: string]: number };

export const NO_AMOUNTS: Amounts = {};
/** Of money whose currency nobody says. */
export const CURRENCY_DEFAULT = "USD";
const MICROS = 1_000_000;

export function plus(one: Amounts, other: Amounts): Amounts {
  return joined(one, other, 1);
}

/** May go below nothing: what comes back may be more than what was kept. */
export function minus(one: Amounts, other: Amounts): Amounts {
  return joined(one, other, -1);
}

function joined(one: Amounts, other: Amounts, sign: 1 | -1): Amounts {
  const sum: Record<string, number> = { ...one };
  for (const unit in other) {
    const amount = (sum[unit] ?? 0) + sign * (other[unit] ?? 0);
    if (amount === 0) delete sum[unit];
    else sum[unit] = amount;
  }
  return sum;
}

export function amountOf(amounts: Amounts | undefined, unit: string): number {
  return amounts?.[unit] ?? 0;
}

export function isCurrency(unit: string): boolean {
  return /^[A-Z]{3}$/.test(unit);
}

/** `USD 5.00`, `5 EUR`, `{amount: 5, currency: EUR}`: at most six places behind the point. */
export const MONEY_PATTERN: RegExp =
  /^\s*(?:([A-Za-z]{3})\s*(\d{1,9}(?:\.\d{1,6})?)|(\d{1,9}(?:\.\d{1,6})?)\s*([A-Za-z]{3}))\s*$/;

/** @returns the currency in capitals and whole millionths of it, or null where it is no money; never throws */
export function parseMoney(
  text: string,
): { readonly unit: string; readonly micros: number } | null {
  const [, before, first, second, behind] = MONEY_PATTERN.exec(text) ?? [];
  const unit = before ?? behind;
  const digits = first ?? second;
  if (unit === undefined || digits === undefined) return null;
  const [whole = "0", part = ""] = digits.split(".");
  return {
    unit: unit.toUpperCase(),
    micros: Number(whole) * MICROS + Number(part.padEnd(6, "0")),
  };
}

/** "20,000 tokens", "1 call", "USD 5.00". */
export function sayAmount(unit: string, amount: number): string {
  if (!isCurrency(unit))
    return `${sayWhole(amount)} ${amount === 1 ? unit.replace(/s$/, "") : unit}`;
  const sign = amount < 0 ? "-" : "";
  const micros = Math.abs(amount);
  const part = String(micros % MICROS).padStart(6, "0");
  return `${unit} ${sign}${sayWhole(Math.floor(micros / MICROS))}.${part.replace(/0{1,4}$/, "")}`;
}

export function sayAmounts(amounts: Amounts): string {
  const units = Object.keys(amounts).toSorted();
  return units.map((unit) => sayAmount(unit, amountOf(amounts, unit))).join(", ") || "nothing";
}

function sayWhole(amount: number): string {
  return String(amount).replace(/\B(?=(\d{3})+$)/g, ",");
}
