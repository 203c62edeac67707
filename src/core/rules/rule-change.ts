import type { PolicyRule, Then } from "./rule.ts";
import {
  isOfTool,
  linesOf,
  sayCell,
  sayLine,
  sayRule,
  sayThen,
  type WhenLine,
} from "./rule-words.ts";

/** What a change of a rule means. */
export type RuleChange = {
  readonly words: string;
  /** More may get through than before, or fewer be asked. */
  readonly isWider: boolean;
};

/** How much each stops: less than before lets more through. */
const STRICTNESS: Readonly<Record<Then["kind"], number>> = {
  deny: 4,
  approve: 3,
  limit: 2,
  allow: 1,
  permit: 0,
};

/** A rule that is new, or no longer there. */
export function ruleWhole(rule: PolicyRule, kind: "added" | "removed"): RuleChange {
  const stops = STRICTNESS[rule.follows.kind] >= STRICTNESS.limit;
  const shadow = rule.isShadow ? " (shadow: nothing follows)" : "";
  const words =
    kind === "added"
      ? `is new: ${sayRule(rule)}${shadow}`
      : `is no longer there; what it said: ${sayRule(rule)}${shadow}`;
  return { words, isWider: !rule.isShadow && stops === (kind === "removed") };
}

/** What is another in a rule, one after another; none where only its place or its spelling is. */
export function ruleChanges(was: PolicyRule, is: PolicyRule): readonly RuleChange[] {
  return [
    ...conditionChanges(was, is),
    ...followChanges(was, is),
    ...shadowChanges(was, is),
    ...(was.because === is.because
      ? []
      : [{ words: `because: ${was.because} → ${is.because}`, isWider: false }]),
  ];
}

function followChanges(was: PolicyRule, is: PolicyRule): readonly RuleChange[] {
  if (JSON.stringify(was.follows) === JSON.stringify(is.follows)) return [];
  const [before, now] = [STRICTNESS[was.follows.kind], STRICTNESS[is.follows.kind]];
  if (was.follows.kind === "deny" && is.follows.kind === "deny")
    return [{ words: `tells the agent: ${was.follows.say} → ${is.follows.say}`, isWider: false }];
  return [
    {
      words: `${sayThen(is.follows).replace(/,$/, "")}; before: ${sayThen(was.follows)}`,
      isWider: now <= before,
    },
  ];
}

function shadowChanges(was: PolicyRule, is: PolicyRule): readonly RuleChange[] {
  if (was.isShadow === is.isShadow) return [];
  const stops = STRICTNESS[is.follows.kind] >= STRICTNESS.limit;
  return is.isShadow
    ? [{ words: "is only tried from now on: nothing follows (shadow)", isWider: stops }]
    : [{ words: `is in force from now on: it ${sayThen(is.follows)}`, isWider: !stops }];
}

/** Holds where it did not before, does not where it did, or neither can be told. */
type Turn = "looser" | "tighter" | "unknown";

function conditionChanges(was: PolicyRule, is: PolicyRule): readonly RuleChange[] {
  if (was.when === is.when) return [];
  const [before, after] = [named(linesOf(was.when)), named(linesOf(is.when))];
  const keys = [...new Set([...after.keys(), ...before.keys()])];
  const turns = keys.flatMap((key) => lineChange(before.get(key), after.get(key)));
  if (turns.length === 0) return [];
  const kinds = new Set(turns.map(({ turn }) => turn));
  const stops = STRICTNESS[is.follows.kind] >= STRICTNESS.limit;
  const isSafe = kinds.size === 1 && kinds.has(stops ? "looser" : "tighter");
  const words = `${sayThen(is.follows)} ${turns.map((one) => one.words).join(", and ")}`;
  return [{ words, isWider: !isSafe }];
}

/** The same name twice is told apart by its number. */
function named(lines: readonly WhenLine[]): ReadonlyMap<string, WhenLine> {
  const all = new Map<string, WhenLine>();
  for (const line of lines) {
    const again = [...all.values()].filter(({ of }) => of === line.of).length;
    all.set(`${line.of} ${again}`, line);
  }
  return all;
}

function lineChange(
  was: WhenLine | undefined,
  is: WhenLine | undefined,
): readonly { readonly words: string; readonly turn: Turn }[] {
  if (was === undefined)
    return is === undefined
      ? []
      : [
          {
            words: isOfTool(is) ? `only for ${sayCell(is.cell)}` : `only where ${sayLine(is)}`,
            turn: "tighter",
          },
        ];
  if (is === undefined) return [{ words: `no longer only where ${sayLine(was)}`, turn: "looser" }];
  const [before, now] = [sayCell(was.cell), sayCell(is.cell)];
  if (before === now) return [];
  const turn = turnOf(was.cell ?? "", is.cell ?? "");
  const how = isOfTool(is) ? "for" : `where ${is.of} is`;
  return [{ words: `${how} ${now} instead of ${before}`, turn }];
}

function turnOf(was: string, is: string): Turn {
  const [one, other] = [rangeOf(was), rangeOf(is)];
  if (one !== null && other !== null) return rangeTurn(one, other);
  // Of values with signs, and of those that are left out, nothing is told.
  if (one !== null || other !== null || /[<>=≠≤≥(]/.test(was + is)) return "unknown";
  const [values, later] = [valuesIn(was), valuesIn(is)];
  if (values.every((value) => later.includes(value))) return "looser";
  return later.every((value) => values.includes(value)) ? "tighter" : "unknown";
}

function rangeTurn(was: Range, is: Range): Turn {
  if (was.unit !== is.unit) return "unknown";
  const [down, up] = [signOf(was.from - is.from), signOf(is.to - was.to)];
  if (down >= 0 && up >= 0) return "looser";
  return down <= 0 && up <= 0 ? "tighter" : "unknown";
}

function valuesIn(cell: string): readonly string[] {
  return cell.split(",").map((value) => value.trim());
}

/** Both without an end: nothing has moved. */
function signOf(by: number): number {
  return Number.isNaN(by) ? 0 : Math.sign(by);
}

type Range = { readonly from: number; readonly to: number; readonly unit: string };

const NUMBER = String.raw`(?:([A-Z]{3})\s+)?(-?\d+(?:\.\d+)?)`;
const ONE_END = new RegExp(`^(<=|>=|<|>|≤|≥)\\s*${NUMBER}$`);
const BOTH_ENDS = new RegExp(`^([[(\\]])\\s*${NUMBER}\\s*\\.\\.\\s*${NUMBER}\\s*([\\])[])$`);
/** An end that is not itself within lies a little further in. */
const INSIDE = 1e-9;

function rangeOf(cell: string): Range | null {
  const [, sign, unit = "", number] = ONE_END.exec(cell.trim()) ?? [];
  if (sign !== undefined && number !== undefined) {
    const end = Number(number);
    const isIn = !/^[<>]$/.test(sign);
    return /[<≤]/.test(sign)
      ? { from: Number.NEGATIVE_INFINITY, to: isIn ? end : end - INSIDE, unit }
      : { from: isIn ? end : end + INSIDE, to: Number.POSITIVE_INFINITY, unit };
  }
  const [, open, lowUnit = "", low, , high, close] = BOTH_ENDS.exec(cell.trim()) ?? [];
  if (low === undefined || high === undefined) return null;
  return {
    from: Number(low) + (open === "[" ? 0 : INSIDE),
    to: Number(high) - (close === "]" ? 0 : INSIDE),
    unit: lowUnit,
  };
}
