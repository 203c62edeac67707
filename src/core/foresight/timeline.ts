import { barePath, type Event, type Path } from "../machine/index.ts";

/** When a step went on, in a run that was rehearsed or was. Times are milliseconds since its start. */
export type Span = {
  readonly path: Path;
  readonly startMs: number;
  readonly endMs: number;
  readonly attempts: number;
  readonly agent: string | null;
  readonly outcome: string;
};

export type Timeline = {
  readonly outcome: string | null;
  readonly ms: number;
  readonly spans: readonly Span[];
  /** The steps whose end the next waited for, from the first to the last: their time is the run's. */
  readonly critical: readonly Path[];
};

type Opened = { startMs: number; attempts: number; agent: string | null };

/** What a run did when. Only steps that end something of their own: what merely holds others is left out. */
export function timelineOf(events: Iterable<Event>): Timeline {
  const open = new Map<Path, Opened>();
  const spans: Span[] = [];
  let from = 0;
  let ms = 0;
  let outcome: string | null = null;
  for (const event of events) {
    if (event.type === "run.accepted") from = event.at;
    const at = event.at - from;
    ms = Math.max(ms, at);
    if (event.type === "run.finished") outcome = event.outcome;
    if (event.type === "step.started" && isLeaf(event))
      open.set(event.path, {
        startMs: at,
        attempts: event.attempt ? 1 : 0,
        agent: event.attempt?.agent ?? null,
      });
    if (event.type === "attempt.started") tried(open, event, at);
    if (event.type !== "step.finished") continue;
    const one = open.get(event.path);
    if (one === undefined) continue;
    open.delete(event.path);
    spans.push({ path: event.path, ...one, endMs: at, outcome: event.outcome });
  }
  return { outcome, ms, spans, critical: criticalOf(spans) };
}

function isLeaf(event: Extract<Event, { readonly type: "step.started" }>): boolean {
  const { attempt, gate, listen, due, count, branch } = event;
  return (
    attempt !== undefined ||
    gate !== undefined ||
    listen !== undefined ||
    (due !== undefined && count === undefined && branch === undefined)
  );
}

function tried(
  open: Map<Path, Opened>,
  event: Extract<Event, { readonly type: "attempt.started" }>,
  at: number,
): void {
  const one = open.get(event.path) ?? { startMs: at, attempts: 0, agent: null };
  open.set(event.path, { ...one, attempts: one.attempts + 1, agent: event.agent });
}

/** Back from the last end: who had ended when this one began. */
function criticalOf(spans: readonly Span[]): readonly Path[] {
  const critical: Span[] = [];
  const byEnd = spans.toSorted((one, two) => two.endMs - one.endMs || two.startMs - one.startMs);
  for (const span of byEnd) {
    const behind = critical.at(-1);
    if (behind === undefined || span.endMs <= behind.startMs) critical.push(span);
  }
  return critical.reverse().map(({ path }) => path);
}

/** The same steps, each with all its items and rounds together. */
export function byStep(spans: readonly Span[]): ReadonlyMap<Path, readonly Span[]> {
  const grouped = new Map<Path, Span[]>();
  for (const span of spans) {
    const bare = barePath(span.path);
    const known = grouped.get(bare);
    if (known === undefined) grouped.set(bare, [span]);
    else known.push(span);
  }
  return grouped;
}
