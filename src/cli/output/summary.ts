import type { History, RunView } from "../../core/history/index.ts";
import { countedSteps, failedStep, isWell, viewOf } from "../../core/history/index.ts";
import { isObject, type Json } from "../../core/json.ts";
import type { Summary } from "../../core/review/index.ts";
import { duration } from "./duration.ts";
import { glyph, hued } from "./state.ts";
import { stepName } from "./step-name.ts";
import type { Channel } from "./terminal.ts";
import { count, plain, widthOf, wrapped } from "./text.ts";
import { valueLine } from "./value.ts";

/** Warnings, errors and elements of a list that a summary names; all of them are counted. */
const NAMED_MOST = 5;
const VALUE_COLUMNS_LEAST = 20;

export type Results = {
  /** The run's outputs, read; null where it has none. */
  readonly outputs: Json;
  readonly summary: Summary;
  /** Writes the commands in a sentence as the person would type them. */
  readonly typed: (text: string) => string;
};

/** What a run came to, for people, at its end. */
export function summaryLines(
  history: History,
  { outputs, summary, typed }: Results,
  channel: Channel,
): readonly string[] {
  const view = viewOf(history);
  const title = `${glyph(view.status)} ${plain(view.workflow)} ${view.status}`;
  return [
    channel.paint("bold", hued(channel.paint, view.status, title)),
    ...section("Run summary:", runLines(view)),
    ...section("Completed:", tickLines(summary)),
    ...resultLines(history, { outputs, summary }, channel),
    ...section("Files:", fileLines(summary)),
    ...section(
      "Next steps:",
      summary.next_steps.map((step) => `- ${typed(step)}`),
    ),
  ];
}

/** What it used, gave and complained of. */
export function resultLines(
  history: History,
  { outputs, summary }: Pick<Results, "outputs" | "summary">,
  channel: Channel,
): readonly string[] {
  const view = viewOf(history);
  // In a pipe, a line is one thing; on a terminal, words are not torn.
  const shown = (lines: readonly string[]): readonly string[] =>
    channel.isLive ? lines.flatMap((line) => wrapped(line, channel.columns)) : lines;
  return [
    ...section("Resource usage:", shown(usageLines(view, summary))),
    ...section("Outputs:", outputLines(outputs, channel.columns)),
    ...section("Warnings:", shown(warningLines(history, view))),
    ...section("Errors:", shown(errorLines(history, view))),
  ];
}

function runLines(view: RunView): readonly string[] {
  const steps = view.phases.flatMap(countedSteps);
  const version = plain(view.version);
  const took = (view.endedAt ?? view.updatedAt ?? 0) - (view.acceptedAt ?? 0);
  return [
    `- Workflow: ${plain(view.workflow)}${version ? ` ${version}` : ""} (ID: ${view.run ?? "none"})`,
    `- Status: ${view.status}${withWarnings(view)}`,
    ...(view.error ? [`- Reason: ${reasonOf(view, view.error.message)}`] : []),
    `- Duration: ${duration(took)}`,
    ...phasesLine(view),
    `- Steps completed: ${steps.filter(isWell).length}/${steps.length}`,
    `- Steps retried: ${view.counts.retried}${view.counts.fellBack > 0 ? `, ${view.counts.fellBack} by a fallback agent` : ""}`,
    ...(view.counts.degraded > 0 ? [`- Steps degraded: ${view.counts.degraded}`] : []),
    ...(view.counts.failed > 0 ? [`- Steps failed: ${view.counts.failed}`] : []),
    ...(view.counts.skipped > 0 ? [`- Steps skipped: ${view.counts.skipped}`] : []),
    ...(view.counts.undone > 0 ? [`- Steps undone: ${view.counts.undone}`] : []),
  ];
}

/** A file without phases has only steps, and those are counted as such. */
function phasesLine({ phases }: RunView): readonly string[] {
  if (!phases.some(({ kind }) => kind === "block")) return [];
  return [`- Phases completed: ${phases.filter(isWell).length}/${phases.length}`];
}

/** With the step that failed, where the sentence does not name it itself. */
function reasonOf(view: RunView, message: string): string {
  const named = failedStep(view);
  const name = named === null ? "" : `"${named.name}"`;
  return plain(name === "" || message.includes(name) ? message : `${name}: ${message}`);
}

function withWarnings({ status, counts }: RunView): string {
  if (status !== "completed" || counts.warnings + counts.degraded === 0) return "";
  return ` with ${count(Math.max(counts.warnings, counts.degraded), "warning")}`;
}

/** The six: ticked where it is true, else with the reason. */
function tickLines({ completed }: Summary): readonly string[] {
  return completed.map(({ text, ticked, why }) =>
    ticked ? `- [x] ${text}` : `- [ ] ${text}: ${plain(why)}`,
  );
}

function fileLines({ outputs }: Summary): readonly string[] {
  if (outputs === null) return [];
  return [
    `- Workflow results: ${outputs.outputs}`,
    `- State: ${outputs.state}`,
    `- Execution log: ${outputs.log}`,
    `- Metrics: ${outputs.metrics}`,
  ];
}

/** "4 / 6 (67 % of budget)"; without a budget how many alone. */
function ofBudget(used: number, most: number | null, percent: number | null): string {
  if (most === null) return String(used);
  return `${used} / ${most}${percent === null ? "" : ` (${percent} % of budget)`}`;
}

function timeLine({
  execution_time: { minutes, estimated_minutes: estimated },
}: Summary["resource_usage"]): string {
  const spent = duration(minutes * MINUTE_MS);
  if (estimated === null) return `- Execution time: ${spent}`;
  return `- Execution time: ${spent} / ${duration(estimated * MINUTE_MS)} estimated`;
}

const MINUTE_MS = 60_000;

function usageLines(
  { agents, counts, usage }: RunView,
  { resource_usage: { tokens, api_calls: calls, ...rest } }: Summary,
): readonly string[] {
  const asked = Object.entries(agents).toSorted(([one], [two]) => (one < two ? -1 : 1));
  const named = asked
    .map(([agent, times]) => plain(agent) + (times > 1 ? ` ×${times}` : ""))
    .join(", ");
  const costs = Object.entries(usage.costMicros)
    .map(([currency, micros]) => `${currency || "unnamed currency"} ${(micros / 1e6).toFixed(6)}`)
    .join(", ");
  return [
    `- Agents: ${asked.length}${named ? ` (${named})` : ""}`,
    `- Peak concurrent agents: ${counts.inFlightPeak}`,
    `- Attempts: ${counts.attempts}${counts.repeated > 0 ? `, ${counts.repeated} performed again after a crash` : ""}`,
    ...(tokens.used > 0 || tokens.budget !== null
      ? [`- Tokens: ${ofBudget(tokens.used, tokens.budget, tokens.percent)}`]
      : []),
    ...(calls.made > 0 || calls.limit !== null
      ? [`- API calls: ${ofBudget(calls.made, calls.limit, null)}`]
      : []),
    ...(costs ? [`- Cost: ${costs}`] : []),
    timeLine({ tokens, api_calls: calls, ...rest }),
  ];
}

function outputLines(outputs: Json, columns: number): readonly string[] {
  if (!isObject(outputs)) return outputs === null ? [] : [`- ${valueLine(outputs, columns - 2)}`];
  return Object.entries(outputs).map(([name, value]) => {
    const lead = `- ${plain(name)}: `;
    return `${lead}${valueLine(value, Math.max(VALUE_COLUMNS_LEAST, columns - widthOf(lead)))}`;
  });
}

function warningLines(history: History, { warnings, counts }: RunView): readonly string[] {
  return limited(
    warnings.map(({ path, text }) => `- ${stepName(history, path)}: ${plain(text)}`),
    counts.warnings,
  );
}

function errorLines(history: History, { status, errors, counts }: RunView): readonly string[] {
  if (status === "completed") return [];
  return limited(
    errors.map(
      ({ path, attempt, agent, error }) =>
        `- ${stepName(history, path)}, attempt ${attempt}${agent ? ` (${plain(agent)})` : ""}: ${plain(error.message)}`,
    ),
    counts.errors,
  );
}

function limited(lines: readonly string[], total: number): readonly string[] {
  const more = total - Math.min(NAMED_MOST, lines.length);
  return [...lines.slice(0, NAMED_MOST), ...(more > 0 ? [`- and ${more} more`] : [])];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length > 0 ? ["", title, ...lines] : [];
}
