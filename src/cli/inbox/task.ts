import type { RunId } from "../../core/id.ts";
import type { Told } from "../../core/machine/index.ts";
import { ended, type Problem } from "../../core/problem.ts";
import { commandIn } from "../command.ts";
import { EXIT } from "../exit.ts";
import { fieldsOf } from "../fields.ts";
import { plain } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse } from "../with-company.ts";
import { afterDeciding } from "./after-deciding.ts";
import { inboxGate } from "./gate.ts";
import { isGateMeant } from "./gate-item.ts";
import { withTask } from "./task-item.ts";

type Waits = {
  /** false with `--no-wait`: what was told is recorded and the run goes on later. */
  readonly wait: boolean;
  /** Every step as it goes on, and the whole summary. */
  readonly verbose: boolean;
};

export type Answering = Waits & {
  readonly pairs: readonly string[];
  readonly file: string | null;
  readonly reason: string;
};

/** `muster inbox answer RUN/STEP field=value …`: does a task, and goes on with the run. */
export async function inboxAnswer(
  context: Context,
  item: string,
  given: Answering,
): Promise<number> {
  const { wait, reason, verbose } = given;
  if (await isGateMeant(context, item))
    return await inboxGate(context, item, { verb: "reply", text: given.pairs.join(" ") });
  return await withTask(context, { item, perform: true, begin: wait }, async (company, found) => {
    const { run, task } = found;
    const packet = await company.task(run, task.key);
    const { cwd } = context.surroundings;
    const fields = fieldsOf(packet?.form ?? {}, { ...given, cwd });
    if ("problems" in fields) return refuse(context, fields.problems);
    const output = { value: fields.values };
    const told: Told = { type: "give", key: task.key, output, why: reason };
    const after = company.standing(run)?.seq ?? task.key;
    const problems = await company.send(run, told, { by: context.surroundings.person });
    if (problems.length > 0)
      return refuse(
        context,
        problems.map((one) => saidTo(context, one)),
      );
    const said = saidOf(context, packet?.name ?? task.path, { how: "Done", reason });
    return wait
      ? await afterDeciding(context, company, { run, key: task.key, after, said, verbose })
      : recorded(context, company.folder, { run, said });
  });
}

/** "Done by ana: Review the draft." */
function saidOf(
  { surroundings }: Context,
  name: string,
  { how, reason }: { readonly how: "Done" | "Declined"; readonly reason: string },
): string {
  const why = reason === "" ? "" : ` Because: ${plain(reason)}`;
  return `${how} by ${plain(surroundings.person)}: ${ended(plain(name))}${why}`;
}

export type Steering = Waits & {
  readonly verb: "claim" | "release" | "decline";
  readonly reason: string;
};

/** `muster inbox claim|release|decline RUN/STEP`: takes a task, gives it back, or says that it cannot be done. */
export async function inboxSteer(
  context: Context,
  item: string,
  { verb, reason, wait, verbose }: Steering,
): Promise<number> {
  const goesOn = verb === "decline" && wait;
  if (verb !== "decline" && (await isGateMeant(context, item)))
    return await inboxGate(context, item, { verb, reason });
  return await withTask(context, { item, perform: true, begin: goesOn }, async (company, found) => {
    const { run, task } = found;
    const { key } = task;
    const told: Told = verb === "claim" ? { type: verb, key } : { type: verb, key, why: reason };
    const name = (await company.task(run, key))?.name ?? task.path;
    const after = company.standing(run)?.seq ?? key;
    const problems = await company.send(run, told, { by: context.surroundings.person });
    if (problems.length > 0)
      return refuse(
        context,
        problems.map((one) => saidTo(context, one)),
      );
    const said = saidOf(context, name, { how: "Declined", reason });
    if (goesOn) return await afterDeciding(context, company, { run, key, after, said, verbose });
    if (verb === "decline") return recorded(context, company.folder, { run, said });
    const { side, json } = context.terminal;
    if (!json)
      side.line(verb === "claim" ? `It is yours: ${run}/${task.path}` : "It is free again.");
    return EXIT.done;
  });
}

function recorded(
  context: Context,
  folder: string,
  { run, said }: { readonly run: RunId; readonly said: string },
): number {
  const { side, json } = context.terminal;
  if (!json) side.line(said);
  const goesOn = commandIn(context, folder)(`runs resume ${run}`);
  if (!json) side.line(`Recorded. ${run} goes on with: ${goesOn}`);
  return EXIT.done;
}

/** Whoever may not is told who they are taken for. */
function saidTo({ surroundings }: Context, problem: Problem): Problem {
  if (problem.code !== "not-allowed") return problem;
  const { person } = surroundings;
  const mend = `Here you are ${person}. Ask one of them; or, if you are one, say so: --by NAME.`;
  return { mend, ...problem };
}
