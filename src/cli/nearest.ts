/** Further away than this it is another word. */
const EDITS_MOST = 3;

/** @returns the name most like `word`, or null where none is near */
export function nearest(word: string, names: readonly string[]): string | null {
  const [best] = names
    .map((name) => ({ name, edits: edits(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= Math.min(EDITS_MOST, Math.ceil(name.length / 2)))
    .toSorted((one, two) => one.edits - two.edits);
  return best?.name ?? null;
}

/** Letters to change, add or leave out. @see Levenshtein 1966; the two-row form */
function edits(one: string, two: string): number {
  let before = Array.from({ length: two.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row += 1) {
    const now = [row];
    for (let at = 1; at <= two.length; at += 1) {
      const change = one[row - 1] === two[at - 1] ? 0 : 1;
      now.push(
        Math.min((before[at] ?? 0) + 1, (now[at - 1] ?? 0) + 1, (before[at - 1] ?? 0) + change),
      );
    }
    before = now;
  }
  return before[two.length] ?? 0;
}
