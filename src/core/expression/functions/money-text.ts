/** Places behind the point that are kept of an amount; more is a fault, never rounded. */
export const PLACES = 9;
/** One of a currency, in the units in which it is kept. */
export const ONE: bigint = 10n ** BigInt(PLACES);

/** `HKD 640.50`, `JPY 500`. */
export function textOfMoney(currency: string, units: bigint): string {
  const sign = units < 0n ? "-" : "";
  const size = units < 0n ? -units : units;
  const part = String(size % ONE)
    .padStart(PLACES, "0")
    .replace(/0+$/, "");
  return `${currency} ${sign}${size / ONE}${part === "" ? "" : `.${part.padEnd(2, "0")}`}`;
}
