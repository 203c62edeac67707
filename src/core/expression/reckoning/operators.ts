import { minus, mixed, plus, times } from "../functions/money.ts";
import { concatenated } from "../functions/of-texts.ts";
import type { Operator } from "../reading/node.ts";
import {
  type Duration,
  duration,
  type Fault,
  fault,
  instant,
  isFault,
  isList,
  isMoney,
  isPlainObject,
  isTime,
  type Kind,
  kindOf,
  type Plain,
  said,
  type Timestamp,
  type Value,
} from "./value.ts";

/**
 * The numeric rule: there is one kind of number, as in JSON. `1 == 1.0`, `5 / 2` is 2.5, `n + 1`
 * works whatever `n` is, `size(x)` is a number like any other, and a list takes 1 and 1.0 as an
 * index. `int(5 / 2)` cuts the fraction off. CEL's division between int and double is the one thing
 * in which we differ from it: nobody can see in a JSON document which of the two a 5 is.
 *
 * What has no right answer is a fault, never a wrong number: a division by zero, a result beyond
 * what a double holds, and sums and products of whole numbers beyond ±(2^53 − 1), where the last
 * digits would be wrong.
 */
export function operate(operator: Operator, left: Value, right: Value): Value | Fault {
  return OPERATE[operator](left, right);
}

/** Whether the operator takes these two kinds; what it gives. Null is: it does not. */
export function givenBy(operator: Operator, left: Kind, right: Kind): Kind | null {
  return GIVEN[operator](left, right);
}

/** Items of a list that an expression makes. */
const LIST_ITEMS_MOST = 100_000;

const OPERATE: Readonly<Record<Operator, (left: Value, right: Value) => Value | Fault>> = {
  "==": (left, right) => mixedMoney(left, right) ?? isEqual(left, right),
  "!=": (left, right) => mixedMoney(left, right) ?? !isEqual(left, right),
  in: isIn,
  "<": (left, right) => compare("<", left, right),
  "<=": (left, right) => compare("<=", left, right),
  ">": (left, right) => compare(">", left, right),
  ">=": (left, right) => compare(">=", left, right),
  "+": (left, right) => add("+", left, right),
  "-": (left, right) => add("-", left, right),
  "*": (left, right) => multiply("*", left, right),
  "/": (left, right) => multiply("/", left, right),
  "%": (left, right) => multiply("%", left, right),
};

type Given = (left: Kind, right: Kind) => Kind | null;
const equality: Given = (left, right) => (left === right ? "bool" : null);
const order: Given = (left, right) =>
  left === right && !["list", "object", "null"].includes(left) ? "bool" : null;
const numbers: Given = (left, right) => (left === "number" && right === "number" ? "number" : null);
const product: Given = (left, right) => {
  const isAmount =
    (left === "money" && right === "number") || (left === "number" && right === "money");
  return isAmount ? "money" : numbers(left, right);
};

const GIVEN: Readonly<Record<Operator, Given>> = {
  "==": equality,
  "!=": equality,
  in: (left, right) =>
    right === "list" || (right === "object" && left === "text") ? "bool" : null,
  "<": order,
  "<=": order,
  ">": order,
  ">=": order,
  "+": (left, right) => {
    if (left === right && ["text", "number", "list", "duration", "money"].includes(left))
      return left;
    return isPair(left, right) ? "timestamp" : null;
  },
  "-": (left, right) => {
    if (left === "timestamp" && right === "timestamp") return "duration";
    if (left === "timestamp" && right === "duration") return "timestamp";
    return left === right && ["number", "duration", "money"].includes(left) ? left : null;
  },
  "*": product,
  "/": numbers,
  "%": numbers,
};

function isPair(left: Kind, right: Kind): boolean {
  return (
    (left === "timestamp" && right === "duration") || (left === "duration" && right === "timestamp")
  );
}

/** Amounts of two currencies are neither equal nor unequal. */
function mixedMoney(left: Value, right: Value): Fault | null {
  return isMoney(left) && isMoney(right) ? mixed(left, right) : null;
}

/** By content; a field that is null is as good as absent. */
function isEqual(left: Value, right: Value): boolean {
  if (left === right) return true;
  const kind = kindOf(left);
  if (kind !== kindOf(right)) return false;
  if (isTime(left)) return isTime(right) && left.ms === right.ms;
  if (isMoney(left))
    return isMoney(right) && mixed(left, right) === null && left.units === right.units;
  if (isList(left) && isList(right))
    return (
      left.length === right.length && left.every((item, at) => isEqual(item, right[at] ?? null))
    );
  return isPlainObject(left) && isPlainObject(right) && hasEqualFields(left, right);
}

function hasEqualFields(left: Plain, right: Plain): boolean {
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  for (const key of keys) {
    const one = Object.hasOwn(left, key) ? (left[key] ?? null) : null;
    const other = Object.hasOwn(right, key) ? (right[key] ?? null) : null;
    if (!isEqual(one, other)) return false;
  }
  return true;
}

/** The result of arithmetic, or the fault that it has none. */
export function checkedNumber(result: number, isWhole: boolean): number | Fault {
  if (!Number.isFinite(result)) return fault("the result is too large for a number");
  if (isWhole && !Number.isSafeInteger(result))
    return fault(`${result} is beyond the whole numbers that are exact (2^53 - 1)`);
  return result === 0 ? 0 : result;
}

function isIn(item: Value, of: Value): boolean | Fault {
  if (isList(of)) {
    if (of.some((other) => isEqual(item, other))) return true;
    return of.map((other) => mixedMoney(item, other)).find((fault) => fault !== null) ?? false;
  }
  if (isPlainObject(of) && typeof item === "string")
    return Object.hasOwn(of, item) && of[item] !== null;
  return refused("in", item, of);
}

function compare(operator: "<" | "<=" | ">" | ">=", left: Value, right: Value): boolean | Fault {
  if (givenBy(operator, kindOf(left), kindOf(right)) === null)
    return refused(operator, left, right);
  if (isMoney(left) && isMoney(right)) {
    const apart = minus(left, right);
    return isFault(apart) ? apart : compare(operator, Number(apart.units), 0);
  }
  const [a, b] =
    isTime(left) && isTime(right)
      ? [left.ms, right.ms]
      : [left as string | number | boolean, right as string | number | boolean];
  switch (operator) {
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
  }
}

function multiply(operator: "*" | "/" | "%", left: Value, right: Value): Value | Fault {
  if (operator === "*" && isMoney(left) && typeof right === "number") return times(left, right);
  if (operator === "*" && isMoney(right) && typeof left === "number") return times(right, left);
  return typeof left === "number" && typeof right === "number"
    ? calculate(operator, left, right)
    : refused(operator, left, right);
}

function add(operator: "+" | "-", left: Value, right: Value): Value | Fault {
  if (isMoney(left) && isMoney(right))
    return operator === "+" ? plus(left, right) : minus(left, right);
  if (isTime(left) || isTime(right)) return shift(operator, left, right);
  if (typeof left === "number" && typeof right === "number")
    return calculate(operator, left, right);
  if (operator === "-") return refused(operator, left, right);
  if (typeof left === "string" && typeof right === "string") return concatenated(left, right);
  if (!isList(left) || !isList(right)) return refused(operator, left, right);
  const items = left.length + right.length;
  return items <= LIST_ITEMS_MOST
    ? [...left, ...right]
    : fault(`the list would have ${items} items; an expression makes at most ${LIST_ITEMS_MOST}`);
}

function calculate(operator: "+" | "-" | "*" | "/" | "%", a: number, b: number): number | Fault {
  const isWhole = Number.isSafeInteger(a) && Number.isSafeInteger(b);
  switch (operator) {
    case "+":
      return checkedNumber(a + b, isWhole);
    case "-":
      return checkedNumber(a - b, isWhole);
    case "*":
      return checkedNumber(a * b, isWhole);
    case "/":
      return b === 0 ? fault("division by zero") : checkedNumber(a / b, false);
    case "%":
      return b === 0 ? fault("division by zero") : checkedNumber(a % b, false);
  }
}

function shift(operator: "+" | "-", left: Value, right: Value): Value | Fault {
  const given = givenBy(operator, kindOf(left), kindOf(right));
  if (given === null) return refused(operator, left, right);
  const [a, b] = [(left as Timestamp | Duration).ms, (right as Timestamp | Duration).ms];
  const ms = operator === "+" ? a + b : a - b;
  return given === "timestamp" ? instant(ms) : duration(ms);
}

function refused(operator: Operator, left: Value, right: Value): Fault {
  const words = `${operator} does not take ${said(kindOf(left))} and ${said(kindOf(right))}`;
  return fault(`${words}${asMoney(left, right)}`);
}

/** What a database gives is a number, also where it is money. */
function asMoney(left: Value, right: Value): string {
  const [money, other] = isMoney(left) ? [left, right] : [right, left];
  if (!isMoney(money) || typeof other !== "number") return "";
  return `; write money(the number, "${money.currency}")`;
}
