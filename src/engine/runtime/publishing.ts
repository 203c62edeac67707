import type { RunId } from "../../core/id.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Event, Signal } from "../../core/machine/index.ts";
import { MusterError, type Problem } from "../../core/problem.ts";
import type { Listener, Log, NewPublished } from "../store/index.ts";
import type { Clock, Publication } from "./runtime.ts";
import { isProblem, type Mail, mail } from "./turns/mail.ts";
import type { Mailroom } from "./turns/mailroom.ts";

/**
 * Events from outside. Each is kept before anyone is told (M1), so that a run that does not listen
 * yet, or whose process dies now, is told later: what a listen is told is always read from the log,
 * the oldest that it has not passed.
 */
export type Publishing = {
  /** Rejects with the `MusterError` of a disk that refuses: then it was not kept. */
  readonly publish: (event: NewPublished) => Promise<Publication | Problem>;
  /** Tells a listen what has come for it, if anything has. */
  readonly offer: (listener: Listener) => void;
  /** Tells what was kept and not told when the process before this one ended. */
  readonly catchUp: () => Promise<void>;
  /** How many are not kept, or not yet told to all who listen. */
  readonly count: () => number;
};

export type PublishingShell = {
  readonly clock: Clock;
  readonly log: Pick<Log, "publish" | "listening" | "came" | "untold">;
  readonly mailroom: Mailroom;
  readonly trouble: (problem: Problem) => void;
  /** One more was kept and told. */
  readonly published: () => void;
};

/** Events in one commit; the others come in the next. */
const KEPT_AT_ONCE_MOST = 1_000;
/** Events that may wait to be kept. */
const WAITING_MOST = 10_000;
/** Runs that are told of one event at once; each is folded for it. */
const TOLD_AT_ONCE_MOST = 256;

type Asked = {
  readonly event: NewPublished;
  readonly told: (publication: Publication) => void;
  readonly refused: (error: unknown) => void;
};

type State = PublishingShell & { asked: Asked[]; count: number; isKeeping: boolean };

export function openPublishing(shell: PublishingShell): Publishing {
  const state: State = { ...shell, asked: [], count: 0, isKeeping: false };
  return {
    publish: (event) => publish(state, event),
    offer: (listener) => void offer(state, listener),
    catchUp: async () => {
      await tellInTurn(state, state.log.untold());
    },
    count: () => state.count,
  };
}

async function publish(state: State, event: NewPublished): Promise<Publication | Problem> {
  if (state.asked.length >= WAITING_MOST) return TOO_MUCH;
  state.count += 1;
  try {
    return await new Promise<Publication>((told, refused) => {
      state.asked.push({ event, told, refused });
      keepSoon(state);
    });
  } finally {
    state.count -= 1;
    state.published();
  }
}

const TOO_MUCH: Problem = {
  code: "limit",
  message: `${WAITING_MOST} events wait to be written; no more are taken until the disk has caught up.`,
  mend: "Publish it again in a moment.",
};

/** All that is published in one turn of the event loop is one commit. */
function keepSoon(state: State): void {
  if (state.isKeeping || state.asked.length === 0) return;
  state.isKeeping = true;
  state.clock.soon(() => void keep(state));
}

async function keep(state: State): Promise<void> {
  const asked = state.asked.slice(0, KEPT_AT_ONCE_MOST);
  state.asked = state.asked.slice(KEPT_AT_ONCE_MOST);
  try {
    const kept = await state.log.publish(asked.map(({ event }) => event));
    for (const [at, { position, again }] of kept.entries()) {
      const one = asked[at];
      if (one !== undefined)
        tellAll(state, one.event, { position, again }).then(one.told, one.refused);
    }
  } catch (error) {
    for (const { refused } of asked) refused(error);
  }
  state.isKeeping = false;
  keepSoon(state);
}

/** To those who wait for this event with this key, and to those who wait for it with any. */
async function tellAll(
  state: State,
  { event, match }: NewPublished,
  { position, again }: { readonly position: number; readonly again: boolean },
): Promise<Publication> {
  const { log } = state;
  const listeners = [
    ...log.listening(event, match),
    ...(match === "" ? [] : log.listening(event, "")),
  ];
  const answers = await tellInTurn(state, listeners);
  const told = answers.flatMap((answer) => (answer?.position === position ? answer.runs : []));
  const problems = answers.flatMap((answer) => answer?.problem ?? []);
  return { position, again, told: [...new Set(told)], problems };
}

type Answer = {
  readonly position: number;
  /** The run, where it has taken it. */
  readonly runs: readonly RunId[];
  readonly problem: Problem | null;
} | null;

async function tellInTurn(
  state: State,
  listeners: readonly Listener[],
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (let from = 0; from < listeners.length; from += TOLD_AT_ONCE_MOST) {
    const some = listeners.slice(from, from + TOLD_AT_ONCE_MOST);
    answers.push(...(await Promise.all(some.map((listener) => answerOf(state, listener)))));
  }
  return answers;
}

function answerOf(state: State, listener: Listener): Promise<Answer> {
  return new Promise((resolve) => {
    let position = 0;
    const told = (outcome: readonly Event[] | Problem): void =>
      resolve({ position, ...heard(outcome, listener) });
    // The disk refused, and the event is kept: whoever published it waits no longer, the run is told yet.
    const refused = (): void => {
      resolve(null);
      offer(state, listener);
    };
    const offered = offer(state, listener, { told, refused });
    if (offered === null) resolve(null);
    else position = offered;
  });
}

function heard(
  outcome: readonly Event[] | Problem,
  { stream, key }: Listener,
): Omit<NonNullable<Answer>, "position"> {
  if (isProblem(outcome)) return { runs: [], problem: outcome };
  for (const event of outcome) {
    if (event.type === "listen.ended" && event.key === key)
      return { runs: [stream as RunId], problem: null };
    if (event.type === "listen.refused" && event.key === key)
      return { runs: [], problem: { code: "bad-input", message: `${stream}: ${event.why}` } };
  }
  return { runs: [], problem: null };
}

/** @returns the position of what it is told, or null when nothing has come or it cannot be told */
function offer(state: State, listener: Listener, more: Partial<Mail> = {}): number | null {
  const { stream, key } = listener;
  try {
    const came = state.log.came(listener);
    if (came === null) return null;
    const { position, source } = came;
    const payload = JSON.parse(came.payload) as JsonObject;
    const at = state.clock.now();
    const signal: Signal = { type: "arrived", key, payload, source, position, at, by: source };
    return state.mailroom.postTo(stream as RunId, mail(signal, more)) ? position : null;
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    state.trouble({ code: error.code, message: error.message });
    return null;
  }
}
