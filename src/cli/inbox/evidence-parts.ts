import type { Evidence } from "../../core/approval/index.ts";
import type { JsonObject } from "../../core/json.ts";
import { duration, pad, plain, valueLine, widthOf } from "../output/index.ts";

/** Outside text is marked, line by line, so that it never looks like ours. */
export function requestLines({ request }: Evidence, now: number): readonly string[] {
  return request === null ? [] : outsideLines(request, now);
}

/** What somebody outside wrote: who, by which channel, and how far that is believed. */
export function outsideLines(
  { text, from, channel, trust, at }: NonNullable<Evidence["request"]>,
  now: number,
): readonly string[] {
  const believed = trust === "untrusted" ? ", of which nothing is believed" : "";
  return [
    `${plain(from)}${trust === "untrusted" ? "" : ` (${trust})`} by ${plain(channel)}, ${duration(now - at)} ago; outside text${believed}:`,
    ...text.split("\n").map((line) => `| ${plain(line)}`),
  ];
}

/** Before a longer value than this, the fields stand one below another instead of side by side. */
const CELL_MOST = 40;
/** Of one value so much is shown. */
const VALUE_MOST = 400;

/** Each field before and after, numbers below numbers; what is too wide for that, one value a line. */
export function differenceLines({ difference }: Evidence, columns: number): readonly string[] {
  const rows = (difference?.fields ?? []).map(({ field, before, after }) => ({
    field: plain(field) || "all of it",
    was: valueLine(before, VALUE_MOST),
    is: valueLine(after, VALUE_MOST),
    isNumber: [before, after].some((one) => typeof one === "number"),
  }));
  if (rows.length === 0) return [];
  const all = [{ field: "", was: "before", is: "after", isNumber: false }, ...rows];
  const numbers = rows.filter(({ isNumber }) => isNumber);
  const wide = (of: readonly string[]): number => Math.max(0, ...of.map(widthOf));
  const field = wide(all.map((row) => row.field));
  const was = wide(all.map((row) => row.was));
  const digits = wide(numbers.map(({ is }) => is));
  const total = field + was + wide(all.map(({ is }) => is)) + " -> ".length + 4;
  const isTable = total <= columns && rows.every((row) => widthOf(row.was) <= CELL_MOST);
  if (!isTable)
    return rows.flatMap((row) => [`${row.field}:`, `  before: ${row.was}`, `  after: ${row.is}`]);
  return all.map((row, at) => {
    const [before, after] = row.isNumber
      ? [padStart(row.was, was), padStart(row.is, digits)]
      : [at === 0 ? padStart(row.was, was) : pad(row.was, was), row.is];
    return `${pad(row.field, field)}  ${before} ${at === 0 ? "  " : "->"} ${after}`;
  });
}

function padStart(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - widthOf(text))) + text;
}

export function optionLines({ options }: Evidence): readonly string[] {
  return options.map(({ name, consequence }) => `${plain(name)}: ${plain(consequence)}`);
}

/** In words, with the values that were read; what asks besides the rules comes last. */
export function ruleLines({ rules }: Evidence, { why }: JsonObject): readonly string[] {
  const besides = rules.reduce(
    (rest, { rule, because }) => rest.replace(`${rule}: ${because}`, ""),
    typeof why === "string" ? why : "",
  );
  return [
    ...rules.flatMap(({ rule, because, leaves, holds }) => [
      `${plain(because)} (rule ${plain(rule)}${holds === "undetermined" ? ", of which not enough is known" : ""})`,
      ...leaves.flatMap(leafLine).map((leaf) => `  ${leaf}`),
    ]),
    ...(besides.trim() === "" ? [] : [plain(besides)]),
  ];
}

/** What the tool is says nothing to who decides on it; values are named before whether they hold. */
function leafLine(leaf: string): readonly string[] {
  if (leaf.startsWith("action.tool ==")) return [];
  const [, text, was, holds] = /^(.*?)(?: \[was (.*)\])?: (.*)$/.exec(leaf) ?? [];
  if (text === undefined) return [plain(leaf)];
  const value = was === undefined ? "" : `: it is ${moneyApart(was)}`;
  const how =
    holds === "true" ? "" : holds === "false" ? ", which does not hold" : `, ${holds ?? ""}`;
  return [plain(`${moneyApart(text)}${value}${how}`)];
}

/** "HKD 3280" as people write it: HKD 3,280. */
function moneyApart(text: string): string {
  return text.replaceAll(
    /\b([A-Z]{3} )(\d{4,})\b/g,
    (_all, currency: string, digits: string) => currency + digits.replace(/\B(?=(\d{3})+$)/g, ","),
  );
}

export function dataLines({ data }: Evidence, now: number): readonly string[] {
  return data.map(({ system, entity, ids, fields, at }) => {
    const of = `${plain(system)} ${plain(entity)} ${ids.map(plain).join(", ")}`.trimEnd();
    const what = fields.length === 0 ? "nothing was found" : fields.map(plain).join(", ");
    return `${of}: ${what}; ${duration(now - at)} old`;
  });
}

export function historyLines({ history }: Evidence, now: number): readonly string[] {
  return history.map(
    ({ at, what, ref }) => `${duration(now - at)} ago: ${plain(what)} (${plain(ref)})`,
  );
}

export function adviceLines({ advice }: Evidence): readonly string[] {
  return advice.map(({ by, says, why }) => `${plain(by)}: ${plain(says)}. ${plain(why)}`);
}
