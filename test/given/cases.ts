/**
 * How many cases a property is tried on: all of them in the whole gate, a tenth in `npm run check`,
 * which is to stay under ten seconds.
 */
export function cases(all: number): number {
  return process.env["MUSTER_CASES"] === "few" ? Math.ceil(all / 10) : all;
}
