import { type Retention, SWEPT_MOST } from "../keeping/retention.ts";
import type { NewPublished, Published, PublishedAt } from "../log.ts";

/** What was published and is still kept, the oldest first. */
export type Shelf = { readonly kept: Published[]; last: number };

export type Listen = {
  readonly event: string;
  /** Empty: every match. */
  readonly match: string;
  readonly since: number;
};

export function newShelf(): Shelf {
  return { kept: [], last: 0 };
}

export function shelve(
  shelf: Shelf,
  batch: readonly NewPublished[],
  retention: Retention,
): PublishedAt[] {
  const answers = batch.map((one): PublishedAt => {
    const before = shelf.kept.find((kept) => isSame(kept, one));
    if (before !== undefined) return { position: before.position, again: true };
    shelf.last += 1;
    shelf.kept.push({ ...one, position: shelf.last });
    return { position: shelf.last, again: false };
  });
  const newest = batch.at(-1);
  if (newest === undefined) return answers;
  const looked = shelf.kept.slice(0, SWEPT_MOST + batch.length);
  const stay = looked.filter(
    ({ at, position }) =>
      at >= newest.at - retention.ageMs && position > shelf.last - retention.most,
  );
  if (stay.length < looked.length) shelf.kept.splice(0, looked.length, ...stay);
  return answers;
}

function isSame(one: NewPublished, other: NewPublished): boolean {
  return (
    one.id !== null && one.id === other.id && one.event === other.event && one.match === other.match
  );
}

export function cameOf({ kept }: Shelf, { event, match, since }: Listen): Published | null {
  const came = kept.find(
    (one) => one.position > since && one.event === event && (match === "" || one.match === match),
  );
  return came ?? null;
}
