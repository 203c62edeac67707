import { sayAmounts } from "../../core/amounts.ts";
import type { History } from "../../core/history/index.ts";
import { placeAt, progressOf, recordAt } from "../../core/history/index.ts";
import type { Event, EventType, TaskOpening } from "../../core/machine/index.ts";
import { duration, momentIn } from "./duration.ts";
import { GATE_WORDS, people } from "./gate-change.ts";
import { stepName } from "./step-name.ts";
import { count, cut, plain } from "./text.ts";

/** Lines about single items of an `each` that are shown; the others are counted. */
export const ITEM_LINES_MOST = 20;

/** Of one step; the log has the others, whole. */
const WARNING_LINES_MOST = 5;
const WARNING_COLUMNS_MOST = 200;

/**
 * Gives the lines for each change, in a pipe: one for each step that begins, ends, is tried again or
 * waits, and for whatever needs a person; one for each warning. The items of an `each` are told of by
 * the tenth; a single one gets a line only when it fails or needs a person, and only the first few of
 * those.
 *
 * @param zone whose clocks the lines begin with; where it is not UTC, the first line names it
 */
export function changeLines(zone: string): (event: Event, history: History) => readonly string[] {
  const linesOf = linesIn(zone);
  let named = zone === "UTC";
  return (event, history) => {
    const lines = linesOf(event, history);
    if (named || lines.length === 0) return lines;
    named = true;
    return [`Times are ${zone}.`, ...lines];
  };
}

function linesIn(zone: string): (event: Event, history: History) => readonly string[] {
  const timed = (event: Event, history: History, lines: readonly string[]): readonly string[] => {
    const percent = String(progressOf(history).percent).padStart(3);
    return lines.map((words) => `${momentIn(event.at, zone)}  ${percent} %  ${words}`);
  };
  const tenths: Record<string, number> = {};
  let itemLines = 0;
  let told: Event | null = null;
  return (event, history) => {
    const each = eachOf(event);
    const before = told;
    // Of items little is told, and so nothing of them counts as said.
    told = each === null ? event : null;
    if (each === null) return timed(event, history, wordsOf(event, history, before));
    if (isTrouble(event) && itemLines < ITEM_LINES_MOST) {
      itemLines += 1;
      return timed(event, history, wordsOf(event, history, before));
    }
    const { done, expected, count: items } = recordAt(history, each);
    const tenth = Math.floor((10 * done) / Math.max(1, expected));
    if (event.type !== "step.finished" || tenth <= (tenths[each] ?? 0)) return [];
    tenths[each] = tenth;
    return timed(event, history, [
      `${stepName(history, each)}: ${tenth}0 % of ${count(items ?? 0, "item")}`,
    ]);
  };
}

/** The outermost `each` whose item this is about; null for what there is one of. */
function eachOf(event: Event): string | null {
  const path = "path" in event ? event.path : "";
  const at = path.search(/\[\d+\]/);
  return at < 0 ? null : path.slice(0, at);
}

/** Something of an item went wrong, or waits for a person: worth one of the few lines. */
function isTrouble(event: Event): boolean {
  return (
    event.type === "exception.raised" ||
    (event.type === "step.started" && event.gate !== undefined) ||
    (event.type === "step.finished" && event.outcome === "failed")
  );
}

function wordsOf(event: Event, history: History, before: Event | null): readonly string[] {
  // The table has one writer for each type; that they fit pair by pair is beyond the type system.
  const words = WORDS[event.type] as Words<Event>;
  const path = "path" in event ? event.path : null;
  // The run itself is a block too; what it does is told of by its own events.
  if (path === "" && event.type !== "exception.raised" && event.type !== "rule.acted") return [];
  const name = path === null ? "" : stepName(history, path);
  const line = words(event, { history, name, before });
  if (line === null) return [];
  return event.type === "step.finished" ? [line, ...warningLines(event, name)] : [line];
}

/** @param before the event before this one */
type Told = { readonly history: History; readonly name: string; readonly before: Event | null };
type Words<One extends Event> = (event: One, told: Told) => string | null;
const silent = (): null => null;

const WORDS: { readonly [Type in EventType]: Words<Extract<Event, { readonly type: Type }>> } = {
  "run.accepted": (event) =>
    `${event.run} accepted: ${plain(event.workflow)} ${plain(event.version)}`.trimEnd(),
  "run.forked": ({ source }) =>
    `forked from ${source.run} at ${source.checkpoint ?? source.seq}: what ended there stays`,
  "run.paused": (event) => `paused: ${plain(event.why)}`,
  "run.resumed": (event) => (event.why ? `goes on: ${plain(event.why)}` : "goes on"),
  "run.amended": (event) => `${plain(event.by)} amends ${amended(event)}: ${plain(event.why)}`,
  "run.moved": (event) =>
    `goes on by version ${plain(event.version) || "without a number"}: ${plain(event.why)}`,
  // The reason of a run that fails is told with the step, and at its end.
  "run.stopping": (event) =>
    event.outcome === "failed" && event.error
      ? null
      : `stopping, to end as ${event.outcome}: ${plain(event.why)}`,
  "run.undoing": (event) =>
    event.why ? `undoing what was done: ${plain(event.why)}` : "undoing what was done",
  "run.finished": (event, { history }) => {
    const took = duration(event.at - (history.acceptedAt ?? event.at));
    return `${event.outcome} in ${took}${event.error ? `: ${plain(event.error.message)}` : ""}`;
  },
  "step.started": startWords,
  "step.skipped": (event, { name }) => `${name}: skipped, ${plain(event.why)}`,
  "step.skipping": (event, { name }) => `${name}: is left out, ${plain(event.why)}`,
  "step.held": (event, { name }) =>
    `${name}: ${plain(event.by)} takes it over, ${plain(event.why)}`,
  "step.released": (event, { name }) =>
    [`${name}: handed back`, plain(event.why)].filter((part) => part !== "").join(", "),
  "step.finished": (event, told) => `${told.name}: ${endWords(event, told)}`,
  "attempt.started": (event, { name, history }) => {
    const isFirst = recordAt(history, event.path).attempts <= 1;
    const why = event.fallback ? ` fallback, ${plain(event.fallback)}` : isFirst ? "" : " again";
    if (event.task) return `${name}:${why} ${taskWords(event.agent, event.task)}`;
    return `${name}: running${why} (${plain(event.agent)})`;
  },
  "attempt.repeated": () => "an attempt that was in flight is performed again",
  "attempt.ended": (event, { name }) =>
    `${name}: attempt ${event.outcome}, ${plain(event.error.message)}`,
  "timer.set": (event, { name }) =>
    event.why === "backoff" ? `${name}: next try in ${duration(event.due - event.at)}` : null,
  "gate.opened": (event, { name }) => `${name}: waits for a decision of ${people(event.gate.from)}`,
  ...GATE_WORDS,
  "task.claimed": (event, { name }) => `${name}: ${plain(event.person)} has the task`,
  "task.released": (event, { name }) =>
    `${name}: the task is free again${event.why ? `, ${plain(event.why)}` : ""}`,
  "task.escalated": (event, { name }) => `${name}: not done in time, ${people(event.to)} asked`,
  "listen.refused": (event, { name }) => `${name}: goes on waiting. ${plain(event.why)}`,
  "exception.raised": (event, { name }) =>
    `${name}: needs ${plain(event.owner) || "a person"}. ${plain(event.look)}`,
  "exception.waited": silent,
  "exception.closed": ({ how, why }, { name }) =>
    [`${name}: exception closed, ${how}`, plain(why ?? "")]
      .filter((part) => part !== "")
      .join(". "),
  "rule.acted": (event, { name }) =>
    `${event.path === "" ? "the run" : name}: ${event.condition}, ${event.action}. ${plain(event.why)}`,
  "budget.exceeded": (event, { name }) =>
    `${name}: ${event.follows === "wait" ? "waits until it fits, " : ""}${plain(event.error.message)}`,
  "budget.found": (_event, { name }) => `${name}: fits now`,
  "budget.raised": (event) =>
    `${event.step === undefined ? "the budget" : `the budget of ${plain(event.step)}`} is raised by ${sayAmounts(event.amounts)}: ${plain(event.why)}`,
  "tool.judged": toolWords,
  "tool.finished": (event, { name }) =>
    event.outcome === "ok"
      ? `${name}: ${readWords(event)}`
      : `${name}: the tool failed, ${plain(event.error?.message ?? "")}`,
  "tool.repeated": (event, { name }) => `${name}: use ${event.key} is performed again`,
  "data.denied": (event, { name }) =>
    `${name}: ${count(event.dropped, "row")} of ${plain(event.entity)} left out, outside of the case`,
  "writeback.started": silent,
  "writeback.committed": (event, { name }) =>
    `${name}: wrote ${plain(event.entity)} ${plain(event.id)}${event.reference === undefined ? "" : ` (${plain(event.reference)})`}`.trimEnd(),
  "writeback.failed": (event, { name }) => `${name}: not written, ${plain(event.error.message)}`,
  "writeback.unknown": (event, { name }) =>
    `${name}: nobody knows whether it was written, ${plain(event.error.message)}`,
  "writeback.verified": (event, { name }) =>
    event.ok ? null : `${name}: looked at again, ${plain(event.why ?? "it is not as written")}`,
  "attempt.suspended": silent,
  "budget.waited": silent,
  "run.attached": silent,
  "run.informed": silent,
  "run.proceeded": silent,
  "step.stopping": silent,
  "report.told": silent,
  "attempt.begun": silent,
  "attempt.stopping": silent,
  "attempt.settled": silent,
  "timer.ended": silent,
  "listen.ended": silent,
};

function toolWords(
  event: Extract<Event, { readonly type: "tool.judged" }>,
  { name }: Told,
): string {
  const { verdict, tool, agent, why } = event;
  const how = VERDICT_WORDS[verdict];
  const because = verdict === "allow" || why === "" ? "" : `, ${plain(why)}`;
  return `${name}: ${plain(agent)} ${how} ${plain(tool)}${because}`;
}

const VERDICT_WORDS = {
  allow: "uses",
  limit: "uses within limits",
  ask: "asks to use",
  deny: "may not use",
} as const;

function readWords({ read }: Extract<Event, { readonly type: "tool.finished" }>): string {
  return read === undefined ? "read" : `read ${count(read.rows, "row")} of ${plain(read.entity)}`;
}

function amended({ params, limits }: Extract<Event, { readonly type: "run.amended" }>): string {
  return [...Object.keys(params ?? {}), ...Object.keys(limits ?? {})].map(plain).join(", ");
}

function startWords(
  event: Extract<Event, { readonly type: "step.started" }>,
  { name }: Told,
): string {
  if (event.count !== undefined) return `${name}: ${count(event.count, "item")}`;
  if (event.gate) return `${name}: waits for a decision of ${people(event.gate.from)}`;
  if (event.attempt?.task) return `${name}: ${taskWords(event.attempt.agent, event.attempt.task)}`;
  return event.attempt ? `${name}: running (${plain(event.attempt.agent)})` : `${name}: running`;
}

function taskWords(agent: string, { to }: TaskOpening): string {
  return `waits for ${people(to)} (${plain(agent)})`;
}

function endWords(
  event: Extract<Event, { type: "step.finished" }>,
  { history, before }: Told,
): string {
  const { outcome, error, impact, path } = event;
  const { startedAt } = recordAt(history, path);
  // What holds steps ends as they end; the error was told with the step, or with its last attempt.
  const holds = placeAt(history.places, path).step?.kind === "block";
  const wasTold = before?.type === "attempt.ended" && before.path === path;
  const isInWarning = error !== undefined && event.warning?.includes(error.message) === true;
  const took = startedAt === null ? "" : ` in ${duration(event.at - startedAt)}`;
  return [
    `${outcome}${took}`,
    ...(event.cached
      ? [`as ${plain(event.cached.run)} gave it at ${plain(event.cached.path)}`]
      : []),
    ...(error && !holds && !wasTold && !isInWarning ? [plain(error.message)] : []),
    ...(impact ? [plain(impact)] : []),
  ].join(", ");
}

function warningLines(
  { warning, warnings = [] }: Extract<Event, { type: "step.finished" }>,
  name: string,
): readonly string[] {
  const texts = [...(warning ? [warning] : []), ...warnings];
  const more = texts.length - WARNING_LINES_MOST;
  return [
    ...texts
      .slice(0, WARNING_LINES_MOST)
      .map((text) => `${name}: warning: ${cut(plain(text), WARNING_COLUMNS_MOST)}`),
    ...(more > 0 ? [`${name}: and ${count(more, "more warning")}`] : []),
  ];
}
