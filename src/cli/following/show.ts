import { createLogUpdate } from "log-update";
import type { History } from "../../core/history/index.ts";
import { zoneIn } from "../../engine/company/index.ts";
import { changeLines, treeLines } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import type { Show } from "./follow.ts";

/** A redraw costs the terminal more than it costs the run; ten a second look smooth. */
const REDRAW_MS = 100;
/** Without a change only the durations grow. */
const TICK_MS = 1000;
/** Left free, so that the terminal does not scroll. */
const ROWS_FREE = 2;

/**
 * A live tree on a terminal, plain lines in a pipe, nothing with `--json`.
 * @param folder the company's: its clocks are shown
 */
export function showRun(context: Context, folder: string): (history: History) => Show {
  if (context.terminal.json) return () => ({ changed: () => undefined, end: () => undefined });
  if (!context.terminal.side.isLive) return () => plainLines(context, zoneIn(folder));
  return (history) => liveTree(context, history, zoneIn(folder));
}

function plainLines({ terminal }: Context, zone: string): Show {
  const linesOf = changeLines(zone);
  return {
    changed: (event, history) => {
      for (const line of linesOf(event, history)) terminal.side.line(line);
    },
    end: () => undefined,
  };
}

function liveTree({ terminal, surroundings }: Context, start: History, zone: string): Show {
  const { side } = terminal;
  const draw = createLogUpdate(process.stderr);
  let history = start;
  let drawn: { readonly history: History; readonly at: number } | null = null;
  const redraw = (): void => {
    const now = surroundings.now();
    if (drawn?.history === history && now - drawn.at < TICK_MS) return;
    drawn = { history, at: now };
    const rows = (process.stderr.rows ?? side.rows) - ROWS_FREE;
    const columns = process.stderr.columns ?? side.columns;
    draw(treeLines(history, { ...side, columns }, { now, rows, zone }).join("\n"));
  };
  redraw();
  const timer = setInterval(redraw, REDRAW_MS);
  return {
    changed: (_event, after) => {
      history = after;
    },
    end: () => {
      clearInterval(timer);
      drawn = null;
      redraw();
      draw.done();
    },
  };
}
