/** Everything that happens by chance in a world is drawn from one seed: the same seed, the same world. */
export type Chance = {
  /** From 0, below 1. */
  readonly next: () => number;
  readonly is: (share: number) => boolean;
  /** A whole number, both ends included. */
  readonly between: (least: number, most: number) => number;
  readonly one: <V>(list: readonly V[]) => V;
  /** Chance of its own, so that one more draw here changes nothing there. */
  readonly apart: (name: string) => Chance;
};

/** @see mulberry32 in Ettinger, PRNGs, 2017 */
export function chanceOf(seed: string): Chance {
  let state = hashOf(seed);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number): number =>
    least + Math.floor(next() * (most - least + 1));
  return {
    next,
    between,
    is: (share) => next() < share,
    one: (list) => {
      const value = list[between(0, list.length - 1)];
      if (value === undefined) throw new Error("One of nothing was asked for.");
      return value;
    },
    apart: (name) => chanceOf(`${seed}/${name}`),
  };
}

/** FNV-1a and a last mixing. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 12)) >>> 0;
}
