import type { Envelope } from "../audit/index.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { TELLING } from "./telling.ts";

/** The seven things that the record of a piece of work has to answer. */
export const WHY_ITEMS = [
  ["source", "What came, and how"],
  ["data", "What data was used"],
  ["agents", "Who did what"],
  ["rules", "Which rules spoke"],
  ["approval", "Who approved what"],
  ["writes", "What was written, and where"],
  ["exceptions", "What went wrong, and who repaired it"],
] as const;

export type WhyItem = (typeof WHY_ITEMS)[number][0];

/** One line of the page; `event` is where it stands in the record. */
export type WhyLine = {
  readonly at: string;
  readonly event: string;
  readonly text: string;
  /** More of it, each a line. */
  readonly more: readonly string[];
  /** In the words of somebody outside: shown as such. */
  readonly quoted?: string;
  /** It is what people look for first: a refusal, a failure, something that nobody knows. */
  readonly isGrave?: true;
};

/** Why it was so: everything on one page, read off the record alone. */
export type Why = {
  /** As it was asked for: "cs_…", "wf_…", "orders 1042". */
  readonly of: string;
  readonly cases: readonly string[];
  readonly runs: readonly string[];
  /** One sentence: how it stands. */
  readonly outcome: string;
  readonly items: Readonly<Record<WhyItem, readonly WhyLine[]>>;
  /** What of it is erased: whose. */
  readonly erased: readonly string[];
};

/** Lines of one item; the rest is counted. */
const LINES_MOST = 200;

/** Told of an event: which item it belongs to, and how it reads there; null: to none. */
export type Telling = (event: Envelope, about: About) => Told | null;
export type Told = readonly [item: WhyItem, line: Omit<WhyLine, "at" | "event">];
export type About = {
  readonly read: (stored: Json | undefined) => Json;
  /** Names of gates and uses, by stream and key, as they were opened. */
  readonly names: Map<string, string>;
};

/**
 * @param events of a case and its runs, or of one run, oldest first
 * @param read   the value behind a stored one; null where it is not there
 */
export function whyOf(
  of: string,
  events: Iterable<Envelope>,
  read: (stored: JsonObject) => Json,
): Why {
  const items = Object.fromEntries(
    WHY_ITEMS.map(([item]) => [item, [] as WhyLine[]]),
  ) as unknown as Record<WhyItem, WhyLine[]>;
  const [cases, runs, erased] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const about: About = {
    names: new Map(),
    read: (stored) => (isObject(stored) ? read(stored) : (stored ?? null)),
  };
  const outcomes = new Map<string, string>();
  for (const event of events) {
    (event.stream.startsWith("cs_") ? cases : runs).add(event.stream);
    for (const { subject } of event.sealed)
      if (JSON.stringify(event.data).includes("[erased]")) erased.add(subject);
    hearOutcome(outcomes, event);
    const told = TELLING[event.type]?.(event, about) ?? null;
    if (told === null) continue;
    const [item, line] = told;
    if (items[item].length < LINES_MOST)
      items[item].push({ at: event.at, event: event.id, ...line });
  }
  return {
    of,
    cases: [...cases],
    runs: [...runs],
    outcome: [...outcomes].map(([stream, how]) => `${stream} ${how}`).join("; ") || "nothing yet",
    items,
    erased: [...erased],
  };
}

function hearOutcome(outcomes: Map<string, string>, { stream, type, data }: Envelope): void {
  if (type === "case.opened" || type === "case.reopened") outcomes.set(stream, "is open");
  if (type === "case.closed") outcomes.set(stream, `was closed: ${wordOf(data["outcome"])}`);
  if (type === "run.accepted") outcomes.set(stream, `runs ${wordOf(data["workflow"])}`);
  if (type === "run.finished") outcomes.set(stream, `ended: ${wordOf(data["outcome"])}`);
}

function wordOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
