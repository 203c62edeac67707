import type { RunId } from "../../../core/id.ts";
import type { Effect, Event } from "../../../core/machine/index.ts";
import { MusterError, type Problem } from "../../../core/problem.ts";
import type { Append, Appended, Log } from "../../store/index.ts";
import { inHand, isEmpty } from "../calls/in-hand.ts";
import type { Performing } from "../calls/performing.ts";
import type { Resident, Residents } from "../resident.ts";
import type { Clock } from "../runtime.ts";
import { type Draft, draft, type World } from "./draft.ts";
import { type Hardship, openHardship } from "./hardship.ts";
import { isProblem, type Mail } from "./mail.ts";
import type { Mailroom } from "./mailroom.ts";

/**
 * One turn: all that arrived is decided, one commit holds it, and only then are effects performed
 * and callers answered (M1, M10). What a refused commit held was never true: it is decided again.
 */
export type Turn = {
  readonly take: () => void;
};

export type TurnShell = World & {
  readonly clock: Clock;
  readonly log: Pick<Log, "append" | "keys">;
  readonly residents: Residents;
  readonly mailroom: Mailroom;
  readonly performing: Performing;
  /** Agents that wait for these events are answered. */
  readonly told: (resident: Resident, events: readonly Event[]) => void;
  readonly owe: (resident: Resident, effects: readonly Effect[]) => void;
  readonly reconcile: (resident: Resident) => void;
  readonly nudge: (due: number) => void;
  /** These runs have events on disk that they had not before; the turn is at its end. */
  readonly committed: (runs: readonly RunId[]) => void;
  readonly trouble: (problem: Problem) => void;
};

/** How long after a commit that the disk refused it is tried again: doubled each time, up to the most. */
const RETRY_FIRST_MS = 100;
const RETRY_MOST_MS = 10_000;

type State = {
  readonly shell: TurnShell;
  readonly hardship: Hardship;
  retryMs: number;
};

export function openTurn(shell: TurnShell): Turn {
  const state: State = {
    shell,
    hardship: openHardship(shell.trouble),
    retryMs: RETRY_FIRST_MS,
  };
  return { take: () => take(state) };
}

function take(state: State): void {
  const { shell } = state;
  const now = shell.clock.now();
  const { mailroom } = shell;
  const drafts = mailroom.call().map((resident) => draft(resident, shell, now));
  const written: Draft[] = [];
  const batch: Append[] = [];
  /** Runs whose signals changed nothing: who watches them is told that they were heard. */
  const quiet: RunId[] = [];
  for (const made of drafts) {
    mailroom.taken(made.mails.length);
    if (made.append === null) {
      // What was left because a mail is decided alone comes with the next turn.
      if (made.resident.mails.length > 0) mailroom.giveBack(made.resident, []);
      finish(state, made);
      quiet.push(made.resident.id);
    } else {
      mailroom.sent(made.resident);
      written.push(made);
      batch.push(made.append);
    }
  }
  if (batch.length === 0) {
    mailroom.turnOver();
    return shell.committed(quiet);
  }
  shell.log.append(batch).then(
    (results) => landed(state, { written, quiet }, results),
    (error: unknown) => failed(state, { written, quiet }, error),
  );
  mailroom.committing();
}

type Commit = { readonly written: readonly Draft[]; readonly quiet: readonly RunId[] };

function landed(state: State, { written, quiet }: Commit, results: readonly Appended[]): void {
  state.retryMs = RETRY_FIRST_MS;
  state.hardship.written();
  const runs: RunId[] = [];
  for (let at = 0; at < written.length; at += 1) {
    const made = written[at];
    const result = results[at];
    if (made === undefined || result === undefined) continue;
    state.shell.mailroom.landed(made.resident);
    if (result.done) {
      commit(state, made);
      runs.push(made.resident.id);
    } else if (result.again === "seen") finish(state, undone(made));
    else {
      letGo(state, made);
      state.shell.residents.refold(made.resident);
      state.shell.mailroom.giveBack(made.resident, made.mails);
    }
  }
  state.shell.mailroom.committed();
  state.shell.committed(quiet.length === 0 ? runs : [...quiet, ...runs]);
}

/** Contents of the decision are on disk now, or were of a decision that is no more. */
function letGo(state: State, made: Draft): void {
  for (const [digest] of made.contents) state.shell.contents.letGo(digest);
}

/** The signal was decided before; its sender is told that it changed nothing. */
function undone(made: Draft): Draft {
  return { ...made, outcomes: made.mails.map(() => []), events: [], effects: [], turns: [] };
}

function commit(state: State, made: Draft): void {
  const { resident, append } = made;
  resident.run = made.run;
  resident.tail = made.hasSnapshot ? 0 : resident.tail + made.events.length;
  resident.standing = made.standing;
  resident.updatedAt = made.events[0]?.at ?? resident.updatedAt;
  for (const digest of made.pins) state.shell.pinned.add(digest);
  for (const { due } of append?.timersSet ?? []) state.shell.nudge(due);
  finish(state, made);
}

/** Attempts that ended leave, what is newly owed is done, and whoever asked is told. */
function finish(state: State, made: Draft): void {
  const { shell } = state;
  const { resident } = made;
  for (const { attempt, signal, content } of made.mails) {
    if (content !== null) shell.contents.letGo(content[0]);
    if (attempt !== null && signal.type === "answer") shell.performing.landed(attempt);
  }
  for (const { key, is } of made.turns) {
    const attempt = is === null ? inHand(resident.attempts, key) : undefined;
    if (attempt !== undefined) shell.performing.drop(attempt);
  }
  letGo(state, made);
  if (made.events.length > 0) shell.told(resident, made.events);
  if (made.effects.length > 0) shell.owe(resident, made.effects);
  if (made.events.some((event) => CONTROL.has(event.type))) shell.reconcile(resident);
  for (let at = 0; at < made.mails.length; at += 1) {
    const mail = made.mails[at];
    if (mail !== undefined) tell(shell, mail, made.outcomes[at] ?? []);
  }
  restIfIdle(state, resident);
}

/** After these, what is owed is more or less than what the decision newly opened. */
const CONTROL: ReadonlySet<string> = new Set(["run.paused", "run.resumed", "run.stopping"]);

function tell(shell: TurnShell, mail: Mail, outcome: readonly Event[] | Problem): void {
  // A `begin` that nothing followed: the run is paused, or wants it no longer.
  if (mail.signal.type === "begin" && mail.attempt?.state === "beginning")
    shell.performing.drop(mail.attempt);
  if (mail.told !== null) mail.told(outcome);
  else if (isProblem(outcome) && outcome.code === "bug") shell.trouble(outcome);
}

function restIfIdle(state: State, resident: Resident): void {
  if (resident.mails.length > 0 || !isEmpty(resident.attempts)) return;
  if (resident.run.seq === 0) state.shell.residents.drop(resident);
  else state.shell.residents.rest(resident);
}

/** Nothing of the batch is on disk: whoever sent a signal from outside is told, the rest is tried again. */
function failed(state: State, { written, quiet }: Commit, cause: unknown): void {
  const { mailroom } = state.shell;
  const error = cause instanceof MusterError ? cause : unwritten(cause);
  let isKept = false;
  for (const made of written) {
    const { resident, mails } = made;
    letGo(state, made);
    mailroom.landed(resident);
    const stay = mails.filter((mail) => mail.refused === null);
    isKept ||= stay.length > 0;
    if (stay.length > 0) mailroom.giveBack(resident, stay);
    for (const mail of mails) mail.refused?.(error);
    restIfIdle(state, resident);
  }
  state.hardship.refused(error, isKept);
  mailroom.rest(state.retryMs);
  mailroom.committed();
  state.retryMs = Math.min(state.retryMs * 2, RETRY_MOST_MS);
  if (quiet.length > 0) state.shell.committed(quiet);
}

function unwritten(cause: unknown): MusterError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new MusterError({ code: "io", message: `The log could not be written: ${why}` }, cause);
}
