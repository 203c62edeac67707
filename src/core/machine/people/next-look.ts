/** Between two looks at a condition that does not hold: as long as it has waited, within these. */
const LOOK_MS_LEAST = 60_000;
const LOOK_MS_MOST = 3_600_000;

/** When a condition on which something was allowed, and which does not hold, is looked at next. */
export function nextLook(at: number, since: number = at): number {
  return at + Math.min(Math.max(at - since, LOOK_MS_LEAST), LOOK_MS_MOST);
}

/** What whoever owns it is told. */
export const ON_CONDITION =
  "It stays allowed, and goes on by itself when that holds. If it reads the record, try it again when that has changed; or go on without it.";
