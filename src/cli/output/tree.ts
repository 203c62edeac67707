import type { History, RunView, StepView } from "../../core/history/index.ts";
import { isEnded, timeLeftMs, viewOf } from "../../core/history/index.ts";
import { type Clocks, detailsOf } from "./details.ts";
import { duration } from "./duration.ts";
import { glyph, hued } from "./state.ts";
import type { Channel } from "./terminal.ts";
import { cut, pad, plain, widthOf } from "./text.ts";

/**
 * A run as a tree of its phases and steps, one line each, no wider than the channel. With `rows`,
 * as many lines as fit: what has ended is folded first, then what has not begun.
 */
export function treeLines(
  history: History,
  channel: Channel,
  look: Clocks & { readonly rows?: number },
): readonly string[] {
  const view = viewOf(history);
  const head = headLine(history, view, look.now);
  const most = Math.max(NAME_COLUMNS_LEAST, Math.floor(NAME_SHARE_MOST * channel.columns));
  const names = Math.min(most, namesWidth(view.phases, 0));
  const open: Look = { channel, now: look.now, zone: look.zone, names };
  const lines = fitting(view.phases, open, (look.rows ?? Number.POSITIVE_INFINITY) - 1);
  return [cut(head, channel.columns), ...lines];
}

type Look = Clocks & { readonly channel: Channel; readonly names: number };

/** Names are lined up, but long ones may not push aside what is said of the steps. */
const NAME_SHARE_MOST = 0.4;
const NAME_COLUMNS_LEAST = 16;

function headLine(history: History, view: RunView, now: number): string {
  const { percent } = view.progress;
  const left = timeLeftMs(history, now);
  const since = view.acceptedAt ?? now;
  return [
    `${plain(view.workflow)} ${plain(view.version)}`.trim(),
    `${glyph(view.status)} ${view.status}`,
    `${percent} %`,
    duration((view.endedAt ?? now) - since),
    left === null ? "" : `about ${duration(left)} left`,
    view.run ?? "",
  ]
    .filter((part) => part !== "")
    .join(" · ");
}

/** Folds phases until the lines fit. */
function fitting(phases: readonly StepView[], look: Look, rows: number): readonly string[] {
  const folds: readonly ((phase: StepView) => boolean)[] = [
    () => false,
    (phase) => isEnded(phase.status),
    (phase) => isEnded(phase.status) || phase.status === "pending",
  ];
  let lines: readonly string[] = [];
  for (const folded of folds) {
    lines = phases.flatMap((phase) => stepLines(phase, look, { depth: 0, folded: folded(phase) }));
    if (lines.length <= rows) return lines;
  }
  const shown = Math.max(1, rows - 1);
  return [...lines.slice(0, shown), `… ${lines.length - shown} more lines`];
}

function stepLines(
  step: StepView,
  look: Look,
  at: { readonly depth: number; readonly folded: boolean },
): readonly string[] {
  const line = stepLine(step, look, at.depth);
  if (at.folded || !isOpened(step)) return [line];
  const below = step.steps.filter((child) => child.kind !== "block" || child.steps.length > 0);
  return [
    line,
    ...below.flatMap((child) => stepLines(child, look, { depth: at.depth + 1, folded: false })),
  ];
}

/** The body of an `each` is told of in its own line, unless it is made of several steps. */
function isOpened(step: StepView): boolean {
  if (step.kind === "each" || step.kind === "repeat") return step.steps[0]?.kind === "block";
  return true;
}

function stepLine(step: StepView, { channel, names, ...clocks }: Look, depth: number): string {
  const lead = `${"  ".repeat(depth)}${glyph(step.status)} `;
  const room = Math.max(1, names - 2 * depth);
  const name = pad(cut(plain(step.name), room), room);
  const details = detailsOf(step, clocks).join(" · ");
  const text = `${lead}${name}  ${pad(step.status, 9)}${details ? `  ${details}` : ""}`;
  const line = cut(text.trimEnd(), channel.columns);
  const painted = hued(channel.paint, step.status, line.slice(0, lead.length));
  return painted + line.slice(lead.length);
}

function namesWidth(steps: readonly StepView[], depth: number): number {
  const widths = steps.map((step) =>
    Math.max(
      2 * depth + widthOf(plain(step.name)),
      isOpened(step) ? namesWidth(step.steps, depth + 1) : 0,
    ),
  );
  return Math.max(0, ...widths);
}
