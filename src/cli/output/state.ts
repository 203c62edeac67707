import type { RunStatus, StepStatus } from "../../core/history/index.ts";
import type { Paint, Style } from "./terminal.ts";

/** A state is a glyph, a word and a hue, so that it can be told without the hue. */
const STATES: Readonly<
  Record<StepStatus | RunStatus, { readonly glyph: string; readonly style: Style | null }>
> = {
  accepted: { glyph: "○", style: null },
  pending: { glyph: "·", style: "dim" },
  ready: { glyph: "○", style: null },
  running: { glyph: "●", style: "blue" },
  waiting: { glyph: "◆", style: "magenta" },
  paused: { glyph: "‖", style: null },
  retrying: { glyph: "↻", style: "yellow" },
  completed: { glyph: "✓", style: "green" },
  degraded: { glyph: "△", style: "yellow" },
  skipped: { glyph: "–", style: "dim" },
  failed: { glyph: "✗", style: "red" },
  cancelled: { glyph: "×", style: "dim" },
  "rolled back": { glyph: "↶", style: "red" },
};

export function glyph(status: StepStatus | RunStatus): string {
  return STATES[status].glyph;
}

/** Coloured as the state is. */
export function hued(paint: Paint, status: StepStatus | RunStatus, text: string): string {
  const { style } = STATES[status];
  return style ? paint(style, text) : text;
}

/** The state of a standing is a text of the store; one that is not known stays a word. */
export function huedWord(paint: Paint, status: string): string {
  return isState(status) ? hued(paint, status, `${glyph(status)} ${status}`) : status;
}

function isState(status: string): status is StepStatus | RunStatus {
  return Object.hasOwn(STATES, status);
}
