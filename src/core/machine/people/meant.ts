import type { Draft } from "../draft.ts";

/** The people that these names mean: all of a team, all in a role. What is in no list of people means itself. */
export function meant({ facts: { people } }: Draft, names: readonly string[]): readonly string[] {
  if (people === undefined || names.length === 0) return names;
  const found = names.flatMap((name) => {
    const of = people(name);
    return of.length === 0 ? [name] : of;
  });
  return [...new Set(found)];
}
