import {
  type Checked,
  compileChecked,
  type ExpressionProblem,
  isProblem,
} from "../expression/index.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { isCellProblem, readCell, type Subject } from "./cell.ts";
import { textOfCell } from "./cell-text.ts";
import type { RuleFault, RulePath } from "./reading.ts";

/** Lines of the map form. */
const LINES_MOST = 50;

export type WhenReading = {
  /** JSON Schemas by the name that stands first. */
  readonly names: Readonly<Record<string, JsonObject>>;
  readonly path: RulePath;
  readonly report: (fault: RuleFault) => void;
};

/**
 * Reads a condition in either spelling: an expression, or a map in which all lines must hold:
 *
 *     when: 'args.amount > money("HKD 500") && case.tier != "vip"'
 *     when: { args.amount: "> HKD 500", case.tier: not(vip) }
 *
 * @returns null where something is wrong, which was reported with its place
 */
export function readWhen(source: Json, reading: WhenReading): Checked | null {
  if (typeof source === "string") return checkedText(source, reading);
  if (typeof source === "boolean") return checkedText(String(source), reading);
  if (isObject(source)) return ofLines(source, reading);
  reading.report({
    code: "wrong-type",
    message: "This is no condition.",
    mend: 'Write an expression, or a map such as { args.amount: "> HKD 500" }.',
    path: reading.path,
  });
  return null;
}

function checkedText(text: string, reading: WhenReading): Checked | null {
  const checked = compileChecked(text, { facts: reading.names }, "bool");
  if (!isProblem(checked)) return checked;
  reading.report({ ...faultOf(checked), path: reading.path, offset: checked.offset });
  return null;
}

export function faultOf({ code, message, mend }: ExpressionProblem): Omit<RuleFault, "path"> {
  return { code, message, ...(mend === undefined ? {} : { mend }) };
}

function ofLines(source: JsonObject, reading: WhenReading): Checked | null {
  const lines = Object.entries(source);
  if (lines.length === 0 || lines.length > LINES_MOST) {
    const message = `A condition has 1 to ${LINES_MOST} lines, not ${lines.length}.`;
    reading.report({
      code: "limit",
      message,
      mend: "Write true for a rule that always holds, or more rules.",
      path: reading.path,
    });
    return null;
  }
  const texts = lines.map(([of, cell]) => lineText(of, cell, reading));
  const written = texts.filter((text) => text !== null);
  if (written.length < texts.length) return null;
  const held = written.filter((text) => text !== "");
  return checkedText(held.length === 0 ? "true" : held.join(" && "), reading);
}

/** A line as an expression; "" where anything will do; null where it is wrong. */
function lineText(of: string, cell: Json, reading: WhenReading): string | null {
  const subject = subjectOf(of, { ...reading, path: [...reading.path, of], isKey: true });
  return subject && cellText(of, cell, { ...reading, path: [...reading.path, of], subject });
}

/** What an expression that is compared with cells gives. */
export function subjectOf(
  text: string,
  { names, path, report, isKey }: WhenReading & { readonly isKey: boolean },
): Subject | null {
  const checked = compileChecked(text, { facts: names });
  if (!isProblem(checked)) return checked.gives;
  report(
    isKey
      ? { ...faultOf(checked), message: `In "${text}": ${checked.message}`, path, key: true }
      : { ...faultOf(checked), path, offset: checked.offset },
  );
  return null;
}

/** A cell as an expression over `of`; "" where anything will do; null where it is wrong, which was reported. */
function cellText(
  of: string,
  cell: Json,
  { subject, path, report }: WhenReading & { readonly subject: Subject },
): string | null {
  const text = cellSource(cell);
  const read = text === null ? WRONG : readCell(text, subject);
  if (!isCellProblem(read)) return textOfCell(grouped(of), read, subject) ?? "";
  const { message, mend, offset } = read;
  const isWritten = typeof cell === "string";
  report({ code: "wrong-value", message, mend, path, ...(isWritten ? { offset } : {}) });
  return null;
}

const WRONG = {
  message: "This is no cell.",
  mend: "Write a value, > 5, [1..5) or a, b.",
  offset: 0,
};

/** A cell as its text: a number, true or a list may stand there as YAML has them. */
export function cellSource(cell: Json): string | null {
  if (cell === null) return "-";
  if (typeof cell === "string") return cell;
  if (typeof cell === "number" || typeof cell === "boolean") return String(cell);
  if (!Array.isArray(cell)) return null;
  const parts = cell.map((part: Json) =>
    typeof part === "string" && part.includes(",") ? JSON.stringify(part) : cellSource(part),
  );
  return parts.includes(null) ? null : parts.join(", ");
}

/** What is more than a name stands in brackets beside an operator. */
export function grouped(of: string): string {
  return /^[\w.[\]"]+$/.test(of) ? of : `(${of})`;
}
