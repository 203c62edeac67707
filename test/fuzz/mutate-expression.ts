import type { Chance } from "../simulation/chance.ts";

/** An expression that says something else, or nothing at all. */
export function mutateExpression(text: string, chance: Chance): string {
  const at = chance.between(0, text.length);
  const ways: (() => string)[] = [
    () => chance.one(ODD),
    () => `${text} ${chance.one(TAILS)}`,
    () => text.slice(0, at),
    () => text.slice(0, at) + chance.one("()[]{}.$+-*/%<>=!&|?:'\"0 ".split("")) + text.slice(at),
    () => text.replace(/[a-z_]\w*$/, chance.one(["nothing", "items", "count", "id", "size"])),
    () => text.replace(/\d+/, chance.one(["0", "-1", "9223372036854775808", "1e400", "0.1"])),
    () => `$size(${text.replace(/^\$/, "")})`,
    () => `$[${text.replace(/^\$/, "")}, ${text.replace(/^\$/, "")}]`,
  ];
  return chance.one(ways)();
}

const TAILS: readonly string[] = [
  "+ 1",
  "/ 0",
  "% 0",
  "&& true",
  "|| params.nothing",
  ".map(x, x)",
  '+ "a"',
  "? 1 : 2",
  "== null",
  "[0]",
  "[99]",
  ".a.b.c",
  "in [1, 2]",
];

const ODD: readonly string[] = [
  "$",
  "$1",
  "$params",
  "$params.nothing",
  "$item",
  "$index + 1",
  "$round",
  "$outputs",
  "$run.id",
  "$event",
  "$case.x",
  "$steps",
  "$steps.nothing.x",
  "$9223372036854775807 + 1",
  '$"a" * 2',
  "$1 / 0",
  "$[1, 2, 3].map(x, x / 0)",
  "$[1,2,3].all(x, [1,2,3].all(y, [1,2,3].all(z, x + y + z > 0)))",
  '$"aaaaaaaaaaaaaaaaaaaaaaaaaaaa!".matches("(a+)+$")',
  '$"x".matches("[")',
  '$timestamp("nonsense")',
  '$duration("nonsense")',
  "$double(params)",
  `$${"(".repeat(300)}1${")".repeat(300)}`,
  `$${"!".repeat(500)}true`,
  `$${"1 + ".repeat(2_000)}1`,
  `$${"[".repeat(100)}${"]".repeat(100)}`,
  "$true ? item : index",
  "${ ${ } }",
  "${",
  "a ${1 / 0} b",
];
