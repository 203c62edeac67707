/**
 * Durations as people write them: `300s`, `5m`, `1h30m`, `2 hours`, `2d`. A bare number is seconds.
 * Units: ms, s (sec, second), m (min, minute), h (hr, hour), d (day), w (week); several add up.
 *
 * @returns whole milliseconds, or why it is no duration, as the end of a sentence; never throws
 */
export function parseDuration(
  value: string | number,
): { readonly ok: true; readonly ms: number } | { readonly ok: false; readonly why: string } {
  if (typeof value === "number") return bounded(value * UNITS_MS.s);
  const text = value.trim().toLowerCase();
  if (!DURATION_PATTERN.test(text)) return { ok: false, why: whyNot(value) };
  let ms = 0;
  for (const [, amount = "", unit = ""] of text.matchAll(PIECE)) {
    ms += Number(amount) * UNITS_MS[singular(unit)];
  }
  return bounded(ms);
}

/** In words, the two largest units: `2 h`, `1 h 30 min`, `45 s`, `250 ms`. */
export function sayDuration(ms: number): string {
  if (ms < UNITS_MS.s) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / UNITS_MS.s);
  const pieces = SAID.reduce<{ readonly left: number; readonly words: readonly string[] }>(
    ({ left, words }, [word, size]) => {
      const count = Math.floor(left / size);
      return {
        left: left - count * size,
        words: count > 0 ? [...words, `${count} ${word}`] : words,
      };
    },
    { left: seconds, words: [] },
  );
  return pieces.words.slice(0, 2).join(" ");
}

/** Longer is a mistake: ten years. */
const DURATION_MOST_MS: number = 10 * 366 * 86_400_000;

const WORDS =
  "ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?".replace(
    /[a-z]/g,
    (letter) => `[${letter}${letter.toUpperCase()}]`,
  );

/** What `parseDuration` takes as text, for the schema that editors read: they take no flags. */
export const DURATION_PATTERN: RegExp = new RegExp(`^\\s*(\\d+(\\.\\d+)?\\s*(${WORDS})\\s*)+$`);

const UNITS_MS = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
} as const;

const PIECE = /(\d+(?:\.\d+)?)\s*([a-z]+)/g;

const SAID: readonly (readonly [string, number])[] = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
];

function singular(unit: string): keyof typeof UNITS_MS {
  if (unit.startsWith("ms") || unit.startsWith("milli")) return "ms";
  const first = unit.charAt(0);
  return first === "m" || first === "h" || first === "d" || first === "w" ? first : "s";
}

function bounded(
  ms: number,
): { readonly ok: true; readonly ms: number } | { readonly ok: false; readonly why: string } {
  if (ms < 0) return { ok: false, why: "a duration is never negative" };
  if (!(ms <= DURATION_MOST_MS)) return { ok: false, why: "the longest duration is ten years" };
  return { ok: true, ms: Math.round(ms) };
}

function whyNot(value: string): string {
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return `"${value}" has no unit: write ${value.trim()}s`;
  if (/^\s*-?p/i.test(value)) return `write it as 1h30m or 2d, not as "${value}"`;
  return "write a number and a unit: 30s, 5m, 2 hours, 1h30m, 2d";
}
