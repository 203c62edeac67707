import type { Event, Key, Path, Seq } from "../event.ts";
import { evolving } from "../evolve.ts";
import { failure } from "../failure.ts";
import type { LeafFrame, Run } from "../run.ts";
import type { Read } from "../scope.ts";
import { parentPath, workDone } from "../steps/step.ts";
import { entries, get } from "../tables/table.ts";
import type { Inheritance, Inherited } from "./inheritance.ts";
import { changeWrite, noteWrite, type PastWrites, writesText } from "./past-writes.ts";
import { isUndo } from "./undo.ts";

/** A run as it was at a position of its log, and what has become since of what was in flight there. */
export type Past = {
  readonly run: Run;
  /** Every step that had begun or been left out, by path. */
  readonly lines: ReadonlyMap<Path, Inherited>;
  /**
   * Steps that may have done something and did not end well there: calls in flight or answered unclearly,
   * what wrote through tools, an `ask` that was begun and waits for people. Done again it is another call.
   */
  readonly doubts: ReadonlyMap<Path, Inherited>;
};

export type PastAsk = {
  /** The run before its first event. */
  readonly from: Run;
  /** A position: the end of a decision. */
  readonly at: Seq;
  readonly read: Read;
};

/**
 * @param log the source's whole log: what follows the position tells what became of calls in flight
 * @returns the positions on both sides of it, where it is not the end of a decision
 */
export function pastOf(
  log: Iterable<Event>,
  ask: PastAsk,
): Past | { readonly before: Seq; readonly behind: Seq | null } {
  const evolve = evolving(ask.read);
  const reading: Reading = {
    lines: new Map(),
    begun: new Map(),
    became: new Map(),
    writes: new Map(),
    suspended: new Map(),
    ended: new Map(),
    inherited: new Set(),
  };
  let { from: run } = ask;
  let decided = 0;
  let isEnd = false;
  for (const event of log) {
    if (event.seq > ask.at && !isEnd) {
      if (event.end === true) return { before: decided, behind: event.seq };
      continue;
    }
    if (event.seq > ask.at) {
      hearLater(reading, event);
      continue;
    }
    note(reading, { run, event, read: ask.read });
    run = evolve(run, event);
    if (event.end !== true) continue;
    if (event.seq < ask.at) decided = event.seq;
    else isEnd = true;
  }
  if (!isEnd) return { before: decided, behind: null };
  return { run, lines: reading.lines, doubts: doubtsIn(reading, run, decided) };
}

type Reading = {
  readonly lines: Map<Path, Inherited>;
  /** When an `ask` was begun, by its key. */
  readonly begun: Map<Key, Seq>;
  /** What is known later of attempts that were in flight. */
  readonly became: Map<Key, "done" | "not done">;
  readonly writes: PastWrites;
  /** The call of an `ask` that was begun, and closed because people are asked about a use of it. */
  readonly suspended: Map<Path, Key>;
  /** Steps that ended otherwise than well, as they were before. */
  readonly ended: Map<Path, LeafFrame>;
  /** Steps that were in doubt when this run was itself forked. */
  readonly inherited: Set<Path>;
};

type Noting = { readonly run: Run; readonly event: Event; readonly read: Read };

function note(reading: Reading, noting: Noting): void {
  const { lines, begun, inherited } = reading;
  const { event } = noting;
  if (event.type === "attempt.begun") begun.set(event.key, event.seq);
  else if (event.type === "run.forked") {
    const { steps } = noting.read(event.state) as unknown as Inheritance;
    for (const line of steps) {
      lines.set(line.path, line);
      if (line.state === "doubt") inherited.add(line.path);
    }
  } else if (!("path" in event) || isUndo(event.path)) return;
  else noteStep(reading, event, noting.run);
}

function noteStep(reading: Reading, event: Event & { readonly path: Path }, run: Run): void {
  noteWrite(reading.writes, event, run);
  if (event.type === "step.skipped")
    reading.lines.set(event.path, { path: event.path, state: "skipped" });
  else if (event.type === "step.started") noteStarted(reading, event);
  else if (event.type === "step.finished") noteFinished(reading, event, run);
  else if (event.type === "attempt.suspended") noteSuspended(reading, event, run);
}

/** People are asked meanwhile; what it has done besides its tools nobody knows. */
function noteSuspended({ suspended }: Reading, event: Of<"attempt.suspended">, run: Run): void {
  const open = get(run.open, event.key);
  if (open?.type === "attempt" && open.effects === "ask" && open.begun)
    suspended.set(event.path, open.call);
}

type Of<T extends Event["type"]> = Extract<Event, { type: T }>;

function noteStarted({ lines, suspended, ended }: Reading, event: Of<"step.started">): void {
  const { path, slot, count, branch } = event;
  suspended.delete(path);
  ended.delete(path);
  lines.set(path, {
    path,
    state: "live",
    ...(count === undefined ? {} : { count }),
    ...(branch === undefined ? {} : { branch }),
  });
  const above = path.endsWith("}") ? lines.get(parentPath(path)) : undefined;
  if (above !== undefined) lines.set(above.path, { ...above, round: slot });
}

function noteFinished({ lines, ended }: Reading, event: Of<"step.finished">, run: Run): void {
  const { path, outcome, output, error } = event;
  const frame = get(run.frames, path);
  if (frame?.kind === "leaf" && outcome !== "completed") ended.set(path, frame);
  const holds = frame !== undefined && frame.kind !== "leaf";
  const before = lines.get(path);
  // Whoever ended it has settled the doubt that it was inherited with.
  const known = before?.state === "doubt" ? undefined : before;
  lines.set(path, {
    ...known,
    path,
    state: outcome,
    ...(output === undefined ? {} : { output }),
    ...(error === undefined ? {} : { error }),
    ...(holds ? { work: [frame.expected, workDone(frame, event)] } : {}),
  });
}

/** What came after the position: nobody needs to look at what is known. */
function hearLater({ became, writes }: Reading, event: Event): void {
  changeWrite(writes, event);
  if (event.type === "attempt.ended" && !event.doubt) became.set(event.key, "not done");
  if (event.type === "step.finished" && event.closes !== undefined && event.outcome === "completed")
    became.set(event.closes, "done");
}

function doubtsIn(reading: Reading, run: Run, decided: Seq): ReadonlyMap<Path, Inherited> {
  const doubts = new Map<Path, Inherited>();
  const at: At = { reading, run, decided };
  const live = [...entries(run.frames)].flatMap(([, frame]) =>
    frame.kind === "leaf" && frame.undoes === null ? [frame] : [],
  );
  for (const frame of [...reading.ended.values(), ...live]) {
    const why = whyDoubted(frame, at);
    if (why === null) continue;
    const { path, agent } = frame;
    doubts.set(path, { path, state: "doubt", agent: agent ?? "", error: failure("lost", why) });
  }
  return doubts;
}

/** Null: it begins anew, and nobody is asked. */
function whyDoubted(frame: LeafFrame, at: At): string | null {
  const { reading, run } = at;
  const wrote = reading.writes.get(frame.path);
  if (wrote !== undefined)
    return `"${frame.step.name}" had not ended well where this run was forked, and had written: ${writesText(wrote, run)}. Done again, it writes under new keys.`;
  const became = frame.key === null ? undefined : reading.became.get(frame.key);
  if (frame.doubt) return saidBefore(frame, at) ?? sentenceOf(run, frame, became === "done");
  if (isTouched(frame, at) && became !== "not done")
    return sentenceOf(run, frame, became === "done");
  if (frame.call === null || reading.suspended.get(frame.path) !== frame.call) return null;
  const who = `${frame.agent ?? "nobody"}, call ${frame.call} of ${run.id}`;
  return `"${frame.step.name}" was begun and waited for people where this run was forked (${who}); nobody knows what it had done by then.`;
}

/** In doubt since its own source was forked: what was written there is told on. */
function saidBefore({ path, error }: LeafFrame, { reading }: At): string | null {
  return reading.inherited.has(path) ? (error?.message ?? null) : null;
}

type At = { readonly reading: Reading; readonly run: Run; readonly decided: Seq };

/**
 * Whether a writer in flight may have been at work: what the last decision opened was not performed
 * before that decision was on disk (M1), and an `ask` not before it was begun.
 */
function isTouched(frame: LeafFrame, { reading, run, decided }: At): boolean {
  const open = frame.key === null ? undefined : get(run.open, frame.key);
  if (frame.key === null || open?.type !== "attempt" || open.effects === "pure") return false;
  if (open.effects === "ask") return open.begun && (reading.begun.get(frame.key) ?? 0) <= decided;
  return frame.key <= decided;
}

function sentenceOf(run: Run, frame: LeafFrame, isDone: boolean): string {
  const who = `${frame.agent ?? "nobody"}, call ${frame.call ?? 0} of ${run.id}`;
  return isDone
    ? `"${frame.step.name}" was in flight where this run was forked, and ${run.id} has done it since (${who}).`
    : `"${frame.step.name}" was in flight or in doubt where this run was forked (${who}); nobody knows how far it got.`;
}
