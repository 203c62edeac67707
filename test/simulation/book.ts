import { type GateOpening, usesOf } from "../../src/core/approval/index.ts";
import type { Step, Workflow } from "../../src/core/definition/index.ts";
import type { RunId } from "../../src/core/id.ts";
import type { Event, Opening, StepOutcome } from "../../src/core/machine/index.ts";
import { PEOPLE } from "./taste.ts";

/** What an auditor keeps while reading a log, without asking the machine. */
export type Book = {
  readonly workflow: Workflow;
  readonly steps: ReadonlyMap<string, Step>;
  readonly started: Set<string>;
  readonly ended: Map<string, StepOutcome | "skipped">;
  /** Steps of a fork that had ended in its source. */
  readonly inherited: Set<string>;
  /** Places in the definition that were not there when the run began. */
  readonly added: Set<string>;
  /** Attempts in flight, by key. */
  readonly open: Map<number, { readonly path: string; readonly opening: Opening }>;
  /** The last call of each step. */
  readonly calls: Map<string, number>;
  /** Steps whose call may have been done. */
  readonly doubts: Set<string>;
  /** Steps of which a person decided, since they were last in doubt. */
  readonly mended: Set<string>;
  readonly tries: Map<string, number>;
  /** Which step waits for its next try, by its timer. */
  readonly backoffs: Map<number, string>;
  /** What a step may be tried in all, as it was when its wait for another try was over. */
  readonly letIn: Map<string, number>;
  /** Steps whose last try was lost with the process. */
  readonly lost: Set<string>;
  /** Steps that a person has in hand. */
  readonly held: Set<string>;
  /** Steps that are left out when their turn comes. */
  readonly skipping: Set<string>;
  /** As they were amended, else as the definition says. */
  readonly limits: { most: number; attempts: number | null };
  readonly gates: Map<number, Gate>;
  readonly grants: Map<string, Gate>;
  /** Moments, moved by pauses. */
  readonly timers: Map<number, number>;
  readonly waits: Map<string, number>;
  /** What a rollback has still to undo, the last first. */
  readonly undoable: Undoable[];
  readonly complaints: string[];
  readonly isPaused: boolean;
  readonly isStopping: boolean;
  readonly isFinished: boolean;
  readonly outcome: string;
  readonly flightsBelow: (path: string) => number;
  readonly openAt: (path: string) => number | null;
  readonly liveBelow: (path: string) => readonly string[];
  readonly note: (event: Event) => void;
  /** From now on the run goes by this definition. */
  readonly move: (workflow: Workflow, steps: ReadonlyMap<string, Step>) => void;
};

type Undoable = { readonly path: string; readonly output: string; readonly child?: RunId };

type Gate = {
  readonly path: string;
  readonly digest: string;
  readonly from: readonly string[];
  readonly voters: string[];
  /** Of a chain: audited by itself. */
  readonly isChain: boolean;
  /** It asks about a use of a tool, not about its step. */
  readonly isUse: boolean;
};

export function openBook(workflow: Workflow, steps: ReadonlyMap<string, Step>): Book {
  const book = {
    workflow,
    steps,
    isPaused: false,
    isStopping: false,
    isFinished: false,
    outcome: "",
    pausedAt: 0,
    started: new Set<string>(),
    ended: new Map<string, StepOutcome | "skipped">(),
    inherited: new Set<string>(),
    added: new Set<string>(),
    open: new Map<number, { path: string; opening: Opening }>(),
    calls: new Map<string, number>(),
    doubts: new Set<string>(),
    mended: new Set<string>(),
    tries: new Map<string, number>(),
    backoffs: new Map<number, string>(),
    letIn: new Map<string, number>(),
    lost: new Set<string>(),
    held: new Set<string>(),
    skipping: new Set<string>(),
    limits: { most: workflow.limits.concurrencyMost, attempts: null as number | null },
    gates: new Map<number, Gate>(),
    grants: new Map<string, Gate>(),
    timers: new Map<number, number>(),
    waits: new Map<string, number>(),
    undoable: [] as Undoable[],
    complaints: [] as string[],
    flightsBelow: (path: string) =>
      [...book.open.values()].filter(
        // A person's task holds no place.
        (one) => isBelow(one.path, path) && !isUndo(one.path) && one.opening.task === undefined,
      ).length,
    openAt: (path: string) => [...book.open].find(([, one]) => one.path === path)?.[0] ?? null,
    liveBelow: (path: string) =>
      [...book.started].filter((one) => one !== path && isBelow(one, path) && !book.ended.has(one)),
    note: (event: Event) => note(book, event),
    move: (to: Workflow, by: ReadonlyMap<string, Step>) => {
      for (const place of by.keys()) if (!book.steps.has(place)) book.added.add(place);
      book.workflow = to;
      book.steps = by;
    },
  };
  return book;
}

function gateOf(path: string, opening: GateOpening): Gate {
  const { digest, from, terms } = opening;
  const isUse = usesOf(opening).length > 0;
  return { path, digest, from, voters: [], isChain: terms !== undefined, isUse };
}

type Writing = { -readonly [Field in keyof Book]: Book[Field] } & { pausedAt: number };
type Of<T extends Event["type"]> = Extract<Event, { type: T }>;

function note(book: Writing, event: Event): void {
  switch (event.type) {
    case "run.paused":
      book.isPaused = true;
      book.pausedAt = event.at;
      return;
    case "run.resumed":
      return resumed(book, event.at);
    case "run.stopping":
      book.isStopping = true;
      return;
    case "run.amended":
      book.limits.most = event.limits?.concurrencyMost ?? book.limits.most;
      book.limits.attempts = event.limits?.attemptsMost ?? book.limits.attempts;
      return;
    case "run.undoing":
      book.isFinished = false;
      return;
    case "run.finished":
      book.isFinished = true;
      book.isPaused = false;
      book.outcome = event.outcome;
      return;
    case "step.started":
      return started(book, event);
    case "step.skipped":
      book.started.add(event.path);
      book.ended.set(event.path, "skipped");
      return;
    case "step.finished":
      return finished(book, event);
    default:
      return noteAttempt(book, event);
  }
}

function noteAttempt(book: Writing, event: Event): void {
  switch (event.type) {
    case "attempt.started":
      book.tries.set(
        event.path,
        event.fallback === undefined ? (book.tries.get(event.path) ?? 0) + 1 : 1,
      );
      book.lost.delete(event.path);
      return opened(book, event, event);
    case "budget.exceeded":
      // What was lost was to be done again, and there is too little for it: it is the same try when there is more.
      if (book.lost.delete(event.path))
        book.tries.set(event.path, (book.tries.get(event.path) ?? 1) - 1);
      return;
    case "attempt.repeated": {
      const attempt = book.open.get(event.key);
      if (attempt !== undefined && attempt.opening.effects !== "pure")
        book.doubts.add(attempt.path);
      return;
    }
    case "attempt.ended":
      if (event.outcome !== "refused") childEnded(book, event.key);
      if (event.error.kind === "lost") book.lost.add(event.path);
      book.open.delete(event.key);
      if (event.doubt) book.doubts.add(event.path);
      else book.doubts.delete(event.path);
      if (event.doubt) book.mended.delete(event.path);
      return;
    case "attempt.suspended":
      // No failure: the same try begins again when people have decided.
      book.open.delete(event.key);
      book.tries.set(event.path, (book.tries.get(event.path) ?? 1) - 1);
      return;
    case "writeback.committed":
      return wrote(book, event);
    case "timer.set":
      book.timers.set(event.seq, event.due);
      if (event.why === "backoff") book.backoffs.set(event.seq, event.path);
      return;
    case "timer.ended":
      return letIn(book, event);
    case "gate.opened": {
      return void book.gates.set(event.seq, gateOf(event.path, event.gate));
    }
    case "gate.voted":
      book.gates.get(event.key)?.voters.push(event.voter);
      return;
    case "gate.closed": {
      const gate = book.gates.get(event.key);
      if (gate !== undefined && event.allowed && !gate.isUse) book.grants.set(event.path, gate);
      return void book.gates.delete(event.key);
    }
    case "step.skipping":
      return void book.skipping.add(event.path);
    case "step.held":
      return void book.held.add(event.path);
    case "step.released":
      return released(book, event);
    case "exception.raised":
      return void book.held.delete(event.path);
    case "exception.closed":
      return mended(book, event);
    default:
      return;
  }
}

/** A person who does not wait for it has ordered it. */
function letIn(book: Writing, { key, by }: Of<"timer.ended">): void {
  const path = book.backoffs.get(key);
  if (path === undefined) return;
  const step = book.steps.get(bare(path));
  const own = step?.kind === "task" || step?.kind === "workflow" ? step.retry.attemptsMost : 0;
  book.letIn.set(path, PEOPLE.includes(by) ? Infinity : (book.limits.attempts ?? own));
}

function mended(book: Writing, event: Of<"exception.closed">): void {
  if (event.how !== "cancelled") book.mended.add(event.path);
  if (event.how !== "retry") return;
  book.tries.set(event.path, 0);
  book.doubts.delete(event.path);
}

function released(book: Writing, { path, again }: Of<"step.released">): void {
  book.held.delete(path);
  book.tries.set(path, 0);
  if (again === true) book.doubts.delete(path);
}

function resumed(book: Writing, at: number): void {
  const by = at - book.pausedAt;
  book.isPaused = false;
  for (const [key, due] of book.timers) book.timers.set(key, due + by);
  for (const [path, due] of book.waits) book.waits.set(path, due + by);
}

function started(book: Writing, event: Of<"step.started">): void {
  const { path, attempt, gate, due, listen, seq } = event;
  book.started.add(path);
  if (attempt !== undefined) {
    book.tries.set(path, 1);
    opened(book, event, attempt);
  }
  if (gate !== undefined) book.gates.set(seq, gateOf(path, gate));
  if (due !== undefined && listen === undefined && gate === undefined) book.waits.set(path, due);
}

function opened(
  book: Writing,
  event: { readonly seq: number; readonly path: string },
  opening: Opening,
): void {
  book.open.set(event.seq, { path: event.path, opening });
  book.calls.set(event.path, opening.call ?? event.seq);
}

function finished(book: Writing, event: Of<"step.finished">): void {
  const { path, outcome, closes, output } = event;
  book.ended.set(path, outcome);
  book.held.delete(path);
  if (closes !== undefined) childEnded(book, closes);
  if (closes !== undefined) book.open.delete(closes);
  if (isUndo(path)) return undone(book, path, outcome);
  const step = book.steps.get(bare(path));
  if (outcome === "completed" && step?.kind === "task" && step.compensate !== null) {
    book.undoable.unshift({ path, output: JSON.stringify(output ?? null) });
  }
}

/** What a tool has written is taken back by itself, unless its step says how it is undone. */
function wrote(book: Writing, { path, undo }: Of<"writeback.committed">): void {
  const step = book.steps.get(bare(path));
  if (undo === undefined || isUndo(path)) return;
  if (step?.kind === "task" && step.compensate === null)
    book.undoable.unshift({ path, output: "null" });
}

/** However a sub-run has ended, a rollback asks it to undo what it did. */
function childEnded(book: Writing, key: number): void {
  const attempt = book.open.get(key);
  if (attempt?.opening.child === undefined || isUndo(attempt.path)) return;
  const [last] = book.undoable;
  if (last?.child === attempt.opening.child) return;
  book.undoable.unshift({ path: attempt.path, output: "null", child: attempt.opening.child });
}

/** The n-th undo undoes the n-th from behind. */
function undone(book: Writing, path: string, outcome: string): void {
  const next = book.undoable.shift();
  if (next === undefined) book.complaints.push(`${path} undoes nothing`);
  else if (outcome === "failed" || outcome === "cancelled")
    book.complaints.push(`${path} left ${next.path} undone: ${outcome}`);
}

export function isUndo(path: string): boolean {
  return path.startsWith("!undo/");
}

export function isBelow(path: string, above: string): boolean {
  if (above === "" || path === above) return true;
  return path.startsWith(above) && "/[{".includes(path[above.length] ?? " ");
}

/** Its place in the definition. */
export function bare(path: string): string {
  return path.replace(/\[\d+\]/g, "[]").replace(/\{\d+\}/g, "{}");
}

export function parentOf(path: string): string {
  const last = path.at(-1);
  const at = path.lastIndexOf(last === "]" ? "[" : last === "}" ? "{" : "/");
  return at < 0 ? "" : path.slice(0, at);
}
