import { ERASED } from "../audit/index.ts";
import { namesOf } from "./binding.ts";
import type { Case } from "./case.ts";
import type { CaseEvent } from "./event.ts";
import { REOPEN_MS_MOST } from "./people.ts";

/** For so long the same request is found again by its id. */
export const REQUEST_KEPT_MS: number = 30 * 86_400_000;

/**
 * What the store is to find the case by from now on; null where nothing changes. A request is found in
 * the case that it came to first, which says where it goes on.
 */
export function namedBy(
  now: Case,
  events: readonly CaseEvent[],
): readonly { readonly name: string; readonly until: number | null }[] | null {
  const requests = events.flatMap((event) =>
    event.type === "request.received" && event.from === undefined
      ? [{ name: requestName(event.request), until: event.at + REQUEST_KEPT_MS }]
      : [],
  );
  const until = now.closedAt === null ? null : now.closedAt + REOPEN_MS_MOST;
  const bindings = events.some(({ type }) => RENAMING.has(type))
    ? namesOf(now.found)
        // Of a case whose data were erased nobody knows any more what it was found by.
        .filter((name) => !name.startsWith(ERASED))
        .map((name) => ({ name, until }))
    : [];
  const names = [...requests, ...bindings];
  return names.length === 0 ? null : names;
}

const RENAMING: ReadonlySet<CaseEvent["type"]> = new Set([
  "request.bound",
  "case.closed",
  "case.reopened",
]);

export function requestName(id: string): string {
  return `request ${id}`;
}
