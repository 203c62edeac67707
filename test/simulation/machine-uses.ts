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
import type { UseOf, Wanted } from "./shell.ts";

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
};

/** How the agent of an attempt asks: the run is told, and the agent when the run knows. */
export function askingOf(state: State, id: RunId, attempt: Attempt): UseOf {
  const { process } = state;
  const resident = process.residents.get(id);
  return (wanted, reply) => {
    if (process.isDead || resident === undefined) return;
    const ask = askOf(digestOf, wanted);
    const question = { id, resident, attempt, wanted, ask, reply, key: null, isTold: false };
    process.questions.add(question);
    put(state, question);
  };
}

function put(state: State, question: Question): void {
  const { process, world, options } = state;
  if (heed(state, question)) return;
  question.isTold = true;
  const name = `${question.id} ${question.ask}`;
  const known = process.looked.get(name);
  if (known !== undefined && options.flaw === "looks at a record once")
    return tell(state, question, { preview: known });
  const { resident, attempt, wanted, ask } = question;
  const args = argsNow(resident.run, attempt.call.key, { ask, args: wanted.args });
  world.outside.look({ ...wanted, args }, (found) => {
    if (process.isDead) return;
    if (found !== null && isToolFailed(found))
      return tell(state, question, { preview: null, fault: found.error });
    if (found !== null) process.looked.set(name, found);
    tell(state, question, { preview: found });
  });
}

type Looked = { readonly preview: Preview | null; readonly fault?: Failure };

function tell(state: State, question: Question, looked: Looked): void {
  const { id, attempt, wanted, resident } = question;
  const by = `agent:${attempt.call.agent}`;
  const at = state.world.moments.now();
  const signal: Signal = { type: "use", key: attempt.call.key, ...wanted, ...looked, at, by };
  const told = (): void => {
    question.isTold = false;
    if (heed(state, question) || looked.fault === undefined || resident.run.paused !== null) return;
    answer(state, question, { outcome: "failed", error: looked.fault });
  };
  post(state, id, { signal, cause: null, told });
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
  for (const question of state.process.questions) {
    if (question.id !== id || question.isTold) continue;
    const reply = question.key === null ? undefined : failed.get(question.key);
    const isHeeded = reply === undefined || question.attempt.isStopping;
    if (!isHeeded) answer(state, question, reply);
    else if (!heed(state, question) && isResumed) put(state, question);
  }
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
