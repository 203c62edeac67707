import type { Chance } from "../simulation/chance.ts";

/** Values that nobody should give and somebody will: of every type, of every size, and of no use. */
export function garbage(chance: Chance): unknown {
  return chance.one(MAKERS)(chance);
}

/** What a file of YAML can hold of it. */
export function plainGarbage(chance: Chance): unknown {
  return chance.one(PLAIN)(chance);
}

type Maker = (chance: Chance) => unknown;

/** Longer than any text that may stand in the log itself, shorter than what a machine feels. */
const LONG_CHARACTERS = 200_000;
const DEEP = 500;
const MANY = 3_000;

export const ODD_TEXTS: readonly string[] = [
  "",
  " ",
  "\u0000",
  "\ud800",
  "\u202eabc\u200b",
  "e\u0301\u00e9",
  "👩‍👩‍👧",
  "__proto__",
  "constructor",
  "toString",
  "$",
  "$$",
  "${",
  "${}",
  "$step1",
  "$nobody.knows",
  "a/b[0]{1}",
  "../../x",
  "-",
  "null",
  "1e400",
  "0x10",
  "12",
  "2026-02-30",
  "wf_x",
  "a\nb\tc",
  "x".repeat(300),
];

const ODD_NUMBERS: readonly number[] = [
  0,
  -0,
  -1,
  0.1,
  1e21,
  -1e308,
  1e308,
  5e-324,
  2 ** 31,
  2 ** 53,
  -(2 ** 53),
  21,
  1_000_000,
];

const PLAIN: readonly Maker[] = [
  () => null,
  () => true,
  () => false,
  (chance) => chance.one(ODD_NUMBERS),
  (chance) => chance.one(ODD_TEXTS),
  () => [],
  () => ({}),
  (chance) => [plainGarbage(chance), plainGarbage(chance)],
  (chance) => ({ [chance.one(ODD_TEXTS)]: plainGarbage(chance) }),
  (chance) => nested(chance.one([3, 20, 70, 300])),
  () => Array.from({ length: MANY }, (_, at) => at),
  () => "long ".repeat(LONG_CHARACTERS / 100),
];

const MAKERS: readonly Maker[] = [
  ...PLAIN,
  () => undefined,
  () => Number.NaN,
  () => Number.POSITIVE_INFINITY,
  () => 10n,
  () => Symbol("garbage"),
  () => () => "garbage",
  cyclic,
  () => nested(DEEP),
  () => "x".repeat(LONG_CHARACTERS),
  () => new Date(0),
  () => new Date(Number.NaN),
  () => new Map([["a", 1]]),
  () => new Set([1]),
  () => new Error("garbage"),
  () => Buffer.from("garbage"),
  () => new Float64Array(3),
  () => new String("boxed"),
  () => Object.create(null),
  () => Object.freeze({ a: 1 }),
  () => JSON.parse('{"__proto__": {"a": 1}}'),
  () => Object.assign([1], { 3: 3 }),
  getterThrows,
  proxyThrows,
  () => ({ toJSON: () => thrown() }),
  toItself,
  (chance) => ({ a: garbage(chance) }),
  (chance) => [garbage(chance)],
];

function cyclic(): unknown {
  const one: Record<string, unknown> = { a: 1 };
  one["itself"] = one;
  return one;
}

function nested(deep: number): unknown {
  let value: unknown = "bottom";
  for (let at = 0; at < deep; at += 1) value = at % 2 === 0 ? [value] : { in: value };
  return value;
}

function getterThrows(): unknown {
  return Object.defineProperty({}, "outputs", { enumerable: true, get: thrown });
}

function proxyThrows(): unknown {
  const traps = ["get", "has", "ownKeys", "getPrototypeOf", "getOwnPropertyDescriptor"] as const;
  return new Proxy({}, Object.fromEntries(traps.map((trap) => [trap, thrown])));
}

function toItself(): unknown {
  const one = { toJSON: (): unknown => one };
  return one;
}

function thrown(): never {
  throw new Error("thrown on purpose");
}
