import { type History, type StepView, viewOf } from "../../core/history/index.ts";
import { count, plain } from "./text.ts";

const NAMED_MOST = 3;

/** The attempts in flight: "Create accounts (backend), Send letter ×4 and 2 more attempts". */
export function inFlightWords(history: History): string {
  const found = viewOf(history).phases.flatMap((phase) => [...flying(phase)]);
  const named = found.slice(0, NAMED_MOST);
  const counted = named.reduce((sum, { attempts }) => sum + attempts, 0);
  const more = history.counts.inFlight - counted;
  const names = named.map(({ words }) => words).join(", ");
  return more > 0 ? `${names} and ${count(more, "more attempt")}` : names;
}

type Flying = { readonly words: string; readonly attempts: number };

function* flying(step: StepView): Generator<Flying> {
  const { record, tally, name } = step;
  const many = step.steps.length === 0 ? (tally?.counts.running ?? 0) : 0;
  if (many > 0) yield { words: `${plain(name)} ×${many}`, attempts: many };
  else if (!tally && record.attempt !== null && !record.attempt.subRun)
    yield { words: `${plain(name)} (${plain(record.agent ?? "")})`, attempts: 1 };
  for (const child of step.steps) yield* flying(child);
}
