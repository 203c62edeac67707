import { type History, progressDocument } from "../../core/history/index.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Observer } from "../observed-log.ts";
import type { Notice, Subject } from "./notice.ts";

/** Runs whose progress is told; of more, those that began first. */
const RUNS_MOST = 1_000;

/** How far a run is, for people and programs. */
export type Update = {
  readonly run: string;
  /** One line, in the form that the workflow asks for. */
  readonly line: string;
};

export type ProgressShell = {
  /** A run as it is pinned; null where there is none. */
  readonly subject: (run: string) => Subject | null;
  /** Whether runs pinned to this definition want their progress told. */
  readonly isWanted: (definition: unknown) => boolean;
  /** Runs that have not ended. */
  readonly open: () => readonly string[];
  /** Whether the run goes on by itself: it waits for nobody, and is not paused. */
  readonly isMoving: (run: string) => boolean;
  /** The history of a run, read on from the one before. */
  readonly history: (run: string, before: History | null) => Promise<History>;
  readonly now: () => number;
  readonly tell: (update: Update) => void;
  readonly send: (notices: readonly Notice[]) => void;
};

/** Says at intervals how far runs are whose workflows want it: on standard error, and to whom is told of progress. */
export type ProgressUpdates = {
  readonly observer: Observer;
  readonly start: () => void;
  readonly close: () => void;
};

type Followed = { readonly timer: NodeJS.Timeout; history: History | null; isBusy: boolean };

type State = ProgressShell & { readonly followed: Map<string, Followed>; isClosed: boolean };

export function openProgressUpdates(shell: ProgressShell): ProgressUpdates {
  const state: State = { ...shell, followed: new Map(), isClosed: false };
  return {
    observer: (batch, results) => {
      for (let at = 0; at < batch.length; at += 1) {
        const append = batch[at];
        if (append === undefined || results[at]?.done !== true) continue;
        const first = append.events[0];
        // Of most runs nobody wants to know: they are not asked for. It is in memory when the commit is over.
        if (first?.type === "run.accepted" && shell.isWanted(first.data["definition"]))
          setImmediate(() => follow(state, append.stream));
        if (state.followed.size > 0 && append.standing !== null && append.standing.endedAt !== null)
          leave(state, append.stream);
      }
    },
    start: () => {
      for (const run of shell.open().slice(0, RUNS_MOST)) follow(state, run);
    },
    close: () => {
      state.isClosed = true;
      for (const run of state.followed.keys()) leave(state, run);
    },
  };
}

function follow(state: State, run: string): void {
  if (state.isClosed || state.followed.has(run) || state.followed.size >= RUNS_MOST) return;
  const every = state.subject(run)?.workflow.monitoring.progress?.everyMs;
  if (every === undefined) return;
  const timer = setInterval(() => void update(state, run), every).unref();
  state.followed.set(run, { timer, history: null, isBusy: false });
}

function leave({ followed }: State, run: string): void {
  clearInterval(followed.get(run)?.timer);
  followed.delete(run);
}

/** A run that waits for somebody has nothing new to say. */
async function update(state: State, run: string): Promise<void> {
  const followed = state.followed.get(run);
  if (followed === undefined || followed.isBusy || !state.isMoving(run)) return;
  followed.isBusy = true;
  try {
    const history = await state.history(run, followed.history);
    followed.history = history;
    if (history.outcome !== null) return leave(state, run);
    if (!state.isClosed) told(state, run, history);
  } catch {
    // A run that cannot be read is told of where it is read for its own sake.
    leave(state, run);
  } finally {
    followed.isBusy = false;
  }
}

function told(state: State, run: string, history: History): void {
  const { workflow } = history;
  const at = state.now();
  const document = progressDocument(history, at);
  const text = lineOf(document);
  const { notices = [], progress } = workflow.monitoring;
  const line = progress?.format === "json" ? JSON.stringify(document) : text;
  state.tell({ run, line });
  const timestamp = new Date(at).toISOString();
  const id = `${run}.progress-${at}`;
  state.send(
    notices.flatMap(({ events, ...to }, index): readonly Notice[] =>
      events.includes("progress")
        ? [
            {
              id: `${id}.${index}`,
              run,
              seq: history.seq,
              event: "progress",
              phase: null,
              at,
              to,
              body: {
                id,
                event: "progress",
                timestamp,
                ...document,
                workflow_id: run,
                name: workflow.name,
                text,
              },
            },
          ]
        : [],
    ),
  );
}

function lineOf(document: JsonObject): string {
  const { name, workflow_id: run, progress_percent: percent, current_phase: phase } = document;
  const phases = Array.isArray(document["phases"]) ? document["phases"].length : 0;
  const { in_flight: inFlight, remaining_ms: left } = document;
  const parts = [
    `${word(percent)}%`,
    `phase ${word(phase)} of ${phases} "${word(document["phase"])}"`,
    `${word(inFlight)} in flight`,
    ...(typeof left === "number" ? [`about ${Math.ceil(left / 1_000)}s left`] : []),
  ];
  return `${word(name)} (${word(run)}): ${parts.join(", ")}`;
}

function word(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
