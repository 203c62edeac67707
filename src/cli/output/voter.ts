import { plain } from "./text.ts";

/** "gus for bo": whoever decides in another's place is named with whose place it is. */
export function voterWords({
  voter,
  for: of,
}: {
  readonly voter: string;
  readonly for?: string;
}): string {
  return of === undefined ? plain(voter) : `${plain(voter)} for ${plain(of)}`;
}
