import { canonical } from "../../../core/audit/index.ts";
import type { Digest, RunId } from "../../../core/id.ts";
import type { Answer, Call, Event, TaskAsked } from "../../../core/machine/index.ts";
import type { Log, NewResult } from "../../store/index.ts";
import { digestOf } from "../contents.ts";
import type { Performer } from "../runtime.ts";
import type { Mail } from "../turns/mail.ts";

export type Recalling = {
  readonly log: Pick<Log, "result" | "content">;
  readonly performer: Pick<Performer, "ranked">;
};

/** What is asked, as a digest: another agent, task, input, output or context is another question. */
export function questionOf(
  { performer }: Recalling,
  { agent }: Call,
  task: TaskAsked,
): Digest | null {
  const [ranked] = performer.ranked({ kind: "named", agent });
  if (ranked === undefined) return null;
  const { instructions, inputs, outputs, context } = task;
  return digestOf(canonical([agent, ranked.digest, instructions, inputs, outputs, context]));
}

/** The answer that a run before gave to the same question; null: there is none whose time is not over. */
export function recalled({ log }: Recalling, question: Digest, now: number): Answer | null {
  const result = log.result(question, now);
  if (result === null) return null;
  const { run, path, output } = result;
  if ("digest" in output && log.content(output.digest) === null) return null;
  return { kind: "ok", output, cached: { run: run as RunId, path } };
}

/** What is kept of what was answered and accepted; undefined, almost always: nothing. */
export function resultsOf(
  mails: readonly Mail[],
  events: readonly Event[],
): readonly NewResult[] | undefined {
  let results: NewResult[] | undefined;
  for (const { attempt, signal } of mails) {
    const { question, call } = attempt ?? { question: null, call: null };
    if (question === null || call?.cacheMs === undefined) continue;
    const end = events.find((one) => one.type === "step.finished" && one.closes === call.key);
    if (end?.type !== "step.finished" || end.cached !== undefined) continue;
    const { path, outcome, output } = end;
    if (outcome !== "completed" || output === undefined) continue;
    results ??= [];
    results.push({ digest: question, path, output, until: signal.at + call.cacheMs });
  }
  return results;
}
