/** Longer words are not compared: nobody mistypes them by a letter or two. */
const CHARACTERS_MOST = 80;

/**
 * The word that was probably meant: at most a third of its letters differ (one at least), capitals
 * not counted; swapped neighbours count as one difference.
 *
 * @returns null where nothing is near
 * @see optimal string alignment distance, Damerau 1964
 */
export function nearest(word: string, known: readonly string[]): string | null {
  if (word.length > CHARACTERS_MOST) return null;
  const allowed = Math.max(1, Math.floor(word.length / 3));
  let best: string | null = null;
  let bestDistance = allowed + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) > allowed || isSibling(word, candidate)) continue;
    const distance = differences(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `step7` is no slip of the hand for `step1`. */
function isSibling(one: string, other: string): boolean {
  return one !== other && one.replace(/\d+/g, "#") === other.replace(/\d+/g, "#");
}

function differences(from: string, to: string): number {
  let before: readonly number[] = [];
  let above: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const here = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      const swapped =
        row > 1 &&
        column > 1 &&
        from[row - 1] === to[column - 2] &&
        from[row - 2] === to[column - 1];
      here.push(
        Math.min(
          (above[column] ?? 0) + 1,
          (here[column - 1] ?? 0) + 1,
          (above[column - 1] ?? 0) + (same ? 0 : 1),
          swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    before = above;
    above = here;
  }
  return above[to.length] ?? 0;
}
