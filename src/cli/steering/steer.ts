import { type WhatHappened, whatHappened } from "../../core/history/index.ts";
import type { RunId } from "../../core/id.ts";
import { type Event, eventOf, type Told } from "../../core/machine/index.ts";
import type { Problem } from "../../core/problem.ts";
import type { Company } from "../../engine/company/index.ts";
import { commandIn } from "../command.ts";
import { EXIT } from "../exit.ts";
import { finish } from "../following/finish.ts";
import { happenedLines } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse } from "../with-company.ts";
import { withRun } from "../with-run.ts";
import { stepNamed } from "./step-named.ts";

/** What every verb that steers a run takes. */
export type SteerOptions = {
  readonly why: string;
  /** Who; else the person of the surroundings. */
  readonly by?: string;
  /** false with `--no-wait`. */
  readonly wait: boolean;
};

export type Steering = {
  /** The run, as a person names it. */
  readonly name: string;
  readonly options: SteerOptions;
  /** What the run is told, one signal after another; or why not. */
  readonly tell: (company: Company, run: RunId) => Promise<readonly Told[] | Problem>;
  /** Goes on with the run afterwards, to its end or until it waits. */
  readonly follows: boolean;
};

/**
 * Tells a run something and says what became of the effects in flight. Where no process is at work, it
 * is written down before anything of the run goes on: what was interrupted is not repeated first.
 *
 * @returns the exit code
 */
export async function steer(context: Context, steering: Steering): Promise<number> {
  const { name, options, follows } = steering;
  let told: { readonly run: RunId; readonly since: number } | null = null;
  const open = { name, perform: true, begin: false };
  const code = await withRun(context, open, async (company, run) => {
    const since = company.standing(run)?.seq ?? 0;
    const signals = await steering.tell(company, run);
    if ("code" in signals) return refuse(context, [signals]);
    const by = options.by ?? context.surroundings.person;
    for (const signal of signals) {
      const problems = await company.send(run, signal, { by });
      if (problems.length > 0) return refuse(context, problems);
    }
    await sayTold(context, company, { run, since, signals, isLast: !follows || !options.wait });
    told = { run, since };
    return EXIT.done;
  });
  const goesOn = told as { readonly run: RunId; readonly since: number } | null;
  if (code !== EXIT.done || goesOn === null || !follows || !options.wait) return code;
  const { run, since } = goesOn;
  return await withRun(context, { name: run, perform: true }, (company) =>
    finish(context, company, { run, shownFrom: since }),
  );
}

type Said = {
  readonly run: RunId;
  readonly since: number;
  readonly signals: readonly Told[];
  /** Nothing is said after it: with `--json` it is the answer. */
  readonly isLast: boolean;
};

/** What the run was told and what became of what was in flight, to a person or as JSON. */
export async function sayTold(context: Context, company: Company, said: Said): Promise<void> {
  const { run, since, signals, isLast } = said;
  const { terminal } = context;
  const happened = await happenedIn(company, run, since);
  const isAtRest = !company.isGuest;
  const lines = happened === null ? [NOTHING] : happenedLines(happened, { isAtRest });
  const told = signals.map(({ type }) => type);
  if (terminal.json) {
    if (isLast) terminal.answer.line(JSON.stringify({ run, told, happened, says: lines }));
    return;
  }
  // What follows is told when it happens.
  const isTold = isLast || company.isGuest || happened === null || !isNothing(happened);
  for (const line of isTold ? lines : []) terminal.side.line(line);
  if (!isLast || !isAtRest || company.standing(run)?.endedAt !== null) return;
  const resume = commandIn(context, company.folder)(`runs resume ${run}`);
  terminal.side.line(`No process is at work in ${company.folder}; the run goes on with: ${resume}`);
}

function isNothing({ goOn, subRuns, toldToStop, dropped, answeredFor, notBegun }: WhatHappened) {
  return goOn + subRuns.length + toldToStop + dropped + answeredFor + notBegun === 0;
}

const NOTHING = "It was so before: nothing has changed.";

/** null where nothing happened. Counts until the decisions that follow from it are made, or more is to come. */
async function happenedIn(
  company: Company,
  run: RunId,
  since: number,
): Promise<WhatHappened | null> {
  const events: Event[] = [];
  for await (const envelope of company.events(run)) events.push(eventOf(envelope));
  return (events.at(-1)?.seq ?? 0) > since ? whatHappened(events, since) : null;
}

/** The path of the step that a person means. */
export async function pathOf(
  company: Company,
  run: RunId,
  step: string,
): Promise<string | Problem> {
  const workflow = company.definition(run);
  if (workflow === null) return step;
  const waiting = (await company.waiting(run)) ?? [];
  return stepNamed(
    workflow,
    waiting.map(({ path }) => path),
    step,
  );
}
