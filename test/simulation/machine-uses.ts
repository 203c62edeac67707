import type { Preview } from "../../src/core/governance/index.ts";
import type { Digest, RunId } from "../../src/core/id.ts";
import { isObject, type JsonObject } from "../../src/core/json.ts";
import {
  argsNow,
  askOf,
  type DoneUse,
  type Event,
  type Failure,
  load,
  type Signal,
  useStanding,
} from "../../src/core/machine/index.ts";
import { digestOf } from "../../src/engine/runtime/index.ts";
import { isToolFailed, type UseReply } from "../../src/engine/tools/index.ts";
import { type Attempt, factsOf, post, type Resident, type State } from "./machine-process.ts";
import type { UseAllOf, UseOf, Wanted } from "./shell.ts";

/** What an agent in flight has asked and was not told yet. */
export type Question = {
  readonly id: RunId;
  readonly resident: Resident;
  readonly attempt: Attempt;
  readonly wanted: Wanted;
  readonly ask: Digest;
  readonly reply: Parameters<UseOf>[1];
  /** The use whose end it waits for; null: the end of a pause. */
  key: number | null;
  /** It is being looked up, or told and not decided. */
  isTold: boolean;
  /** Those that were asked for at once have the same. */
  readonly batch: object;
};

/** How the agent of an attempt asks: the run is told, and the agent when the run knows. */
export function askingOf(
  state: State,
  id: RunId,
  attempt: Attempt,
): { readonly use: UseOf; readonly useAll: UseAllOf } {
  const ask = (all: readonly (readonly [Wanted, Question["reply"]])[]): void => {
    const { process } = state;
    const resident = process.residents.get(id);
    if (process.isDead || resident === undefined) return;
    const batch = {};
    const questions = all.map(([wanted, reply]): Question => {
      const ask = askOf(digestOf, wanted);
      return { id, resident, attempt, wanted, ask, reply, key: null, isTold: false, batch };
    });
    for (const question of questions) process.questions.add(question);
    put(state, questions);
  };
  return {
    use: (wanted, reply) => ask([[wanted, reply]]),
    useAll: (all, reply) => {
      const told = gathering(all.length, reply);
      ask(all.map((wanted, at) => [wanted, (one) => told(at, one)]));
    },
  };
}

/** Answered when all are, or when nobody waits for one of them. */
function gathering(
  count: number,
  reply: Parameters<UseAllOf>[1],
): (at: number, one: UseReply | null) => void {
  const replies: UseReply[] = [];
  let left = count;
  return (at, one) => {
    if (left <= 0) return;
    left = one === null ? 0 : left - 1;
    if (one !== null) replies[at] = one;
    if (left === 0) reply(one === null ? null : replies);
  };
}

/** Those that were asked for at once are told at once. */
function put(state: State, questions: readonly Question[]): void {
  const asked = questions.filter((question) => !heed(state, question));
  const seen: Seen[] = [];
  const looked = (one: Seen): void => {
    seen.push(one);
    if (seen.length === asked.length)
      tell(
        state,
        asked.map((question) => seen.find((of) => of.question === question) ?? one),
      );
  };
  for (const question of asked) question.isTold = true;
  for (const question of asked) look(state, question, looked);
}

type Seen = {
  readonly question: Question;
  readonly preview: Preview | null;
  readonly fault?: Failure;
};

function look(state: State, question: Question, looked: (one: Seen) => void): void {
  const { process, world, options } = state;
  const { resident, attempt, wanted, ask } = question;
  const name = `${question.id} ${ask}`;
  const known = process.looked.get(name);
  if (known !== undefined && options.flaw === "looks at a record once")
    return looked({ question, preview: known });
  const args = argsNow(resident.run, attempt.call.key, { ask, args: wanted.args });
  world.outside.look({ ...wanted, args }, (found) => {
    if (process.isDead) return;
    if (found !== null && isToolFailed(found))
      return looked({ question, preview: null, fault: found.error });
    if (found !== null) process.looked.set(name, found);
    looked({ question, preview: found });
  });
}

function tell(state: State, seen: readonly Seen[]): void {
  const [first, ...rest] = seen.map(({ question, preview, fault }) => ({
    ...question.wanted,
    preview,
    ...(fault === undefined ? {} : { fault }),
  }));
  const question = seen[0]?.question;
  if (first === undefined || question === undefined) return;
  const { id, attempt } = question;
  const of = {
    key: attempt.call.key,
    at: state.world.moments.now(),
    by: `agent:${attempt.call.agent}`,
  };
  const signal: Signal =
    rest.length === 0
      ? { type: "use", ...first, ...of }
      : { type: "uses", all: [first, ...rest], ...of };
  const told = (): void => {
    for (const one of seen) heard(state, one);
  };
  post(state, id, { signal, cause: null, told });
}

function heard(state: State, { question, fault }: Seen): void {
  question.isTold = false;
  const isPaused = question.resident.run.paused !== null;
  if (heed(state, question) || fault === undefined || isPaused) return;
  answer(state, question, { outcome: "failed", error: fault });
}

/** @returns whether it is answered, or waits for what is under way */
function heed(state: State, question: Question): boolean {
  const { resident, attempt, ask } = question;
  const standing = useStanding(resident.run, attempt.call.key, ask);
  question.key = standing.is === "under way" ? standing.key : null;
  if (attempt.isStopping || standing.is === "nobody's") answer(state, question, null);
  else if (standing.is === "answered") answer(state, question, replyOf(state, standing.done));
  else return standing.is === "under way";
  return true;
}

function answer({ process }: State, question: Question, reply: UseReply | null): void {
  if (process.questions.delete(question)) question.reply(reply);
}

function replyOf(state: State, { outcome, result }: DoneUse): UseReply {
  const value = load(result, factsOf(state).read);
  if (outcome === "ok") return { outcome, result: value };
  const say = isObject(value) ? (value as JsonObject)["denied"] : "";
  return { outcome: "denied", say: typeof say === "string" ? say : "" };
}

/** These events of a run are on disk: whoever waits for them is told. */
export function wakeUses(state: State, id: RunId, events: readonly Event[]): void {
  const isResumed = events.some((event) => event.type === "run.resumed");
  const failed = new Map(events.flatMap(failureIn));
  const again: Question[] = [];
  for (const question of state.process.questions) {
    if (question.id !== id || question.isTold) continue;
    const reply = question.key === null ? undefined : failed.get(question.key);
    const isHeeded = reply === undefined || question.attempt.isStopping;
    if (!isHeeded) answer(state, question, reply);
    else if (!heed(state, question) && isResumed) again.push(question);
  }
  for (const batch of Map.groupBy(again, (question) => question.batch).values()) put(state, batch);
}

function failureIn(event: Event): readonly (readonly [number, UseReply])[] {
  switch (event.type) {
    case "tool.finished":
      return event.error === undefined
        ? []
        : [[event.key, { outcome: "failed", error: event.error }]];
    case "writeback.failed":
      return [[event.key, { outcome: "failed", error: event.error }]];
    case "writeback.unknown":
      return [[event.key, { outcome: "unknown", error: event.error }]];
    default:
      return [];
  }
}

/** Told to stop, an attempt is told nothing more. */
export function endQuestions(state: State, attempt: Attempt): void {
  for (const question of state.process.questions)
    if (question.attempt === attempt) answer(state, question, null);
}
