/**
 * Sizes as people write them: `512MB`, `4 GB`, `64KiB`. A bare number is bytes; units are powers of 1024.
 *
 * @returns whole bytes, or null where it is no size; never throws
 */
export function parseBytes(value: string | number): number | null {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0 ? value : null;
  const [, amount = "", unit = ""] = BYTES_PATTERN.exec(value) ?? [];
  if (amount === "") return null;
  const power = "kmgt".indexOf(unit.charAt(0).toLowerCase()) + 1;
  const bytes = Math.round(Number(amount) * 1024 ** (unit === "" ? 0 : power));
  return Number.isSafeInteger(bytes) ? bytes : null;
}

/** What `parseBytes` takes as text, for the schema that editors read: they take no flags. */
export const BYTES_PATTERN: RegExp = /^\s*(\d+(?:\.\d+)?)\s*([kKmMgGtT][iI]?[bB]?|[bB])?\s*$/;
