import type { Trust } from "../map/index.ts";
import type { Case } from "./case.ts";

/** What came from outside, in its own words. */
export type Written = {
  readonly at: number;
  readonly from: string;
  readonly channel: string;
  readonly trust: Trust;
  readonly text: string;
};

/** So much of it is given, the newest. */
export const WRITTEN_MOST = 10;

/** What was written in a case after a moment: messages and further requests, and never ours. Oldest first. */
export function writtenSince({ conversation, requests }: Case, since: number): readonly Written[] {
  const messages = conversation.filter(({ isOurs }) => !isOurs);
  const asked = requests
    .filter(({ state }) => state !== "moved")
    .map(({ requester, ...rest }) => ({ ...rest, from: requester }));
  return [...messages, ...asked]
    .filter(({ at }) => at > since)
    .toSorted((one, two) => one.at - two.at)
    .slice(-WRITTEN_MOST)
    .map(({ at, from, channel, trust, text }) => ({ at, from, channel, trust, text }));
}
