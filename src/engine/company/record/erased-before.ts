import { parseRunId, parseSubjectId, type SubjectId } from "../../../core/id.ts";
import type { Problem } from "../../../core/problem.ts";
import {
  addErasures,
  type Erased as ErasedOnce,
  erasuresIn,
  readErasures,
} from "../../sealing/index.ts";
import { LOOKING, type Office, problemIn } from "../office.ts";
import { wrongSpeaker } from "../runs/check-told.ts";
import { type Erased, finish, finishErasures } from "./erasing.ts";
import { listErased, listsIn, listsOf, ownList } from "./erasure-lists.ts";

/** What was begun of an erasure is ended, and what was erased since this copy was made is erased here, too. */
export async function eraseOnOpening(
  office: Office,
  trouble: (problem: Problem) => void,
): Promise<void> {
  await finishErasures(office);
  for (const problem of await eraseAgain(office)) trouble(problem);
}

/**
 * A copy from before an erasure has the keys that were destroyed since. What was erased is therefore
 * listed: beside the log, and in the folders outside that checkpoints go to. Whoever opens the company
 * erases anew whom one of these lists, or the log itself, names and the keys do not know to be erased.
 */
async function eraseAgain(office: Office): Promise<readonly Problem[]> {
  if (office.checkpointer === null) return [];
  const { places } = await listsOf(office);
  const problems: Problem[] = [];
  const listed = new Map<SubjectId, number>();
  for (const path of [ownList(office), ...places.flatMap(listsIn)]) {
    try {
      for (const { subject, at } of erasuresIn(path)) listed.set(subject, at);
    } catch (error) {
      problems.push(problemIn(error));
    }
  }
  const now = office.clock.now();
  for (const name of office.register.state().erased ?? []) {
    const subject = parseSubjectId(name);
    if (subject !== null && !listed.has(subject))
      listed.set(subject, office.log.keys.of(subject)?.erased?.at ?? now);
  }
  if (listed.size === 0) return problems;
  await eraseListed(
    office,
    [...listed].map(([subject, at]) => ({ subject, at })),
    "muster",
  );
  problems.push(...(await listErased(office, [])));
  return problems;
}

/** A list of erasures, as it was read. */
export type ErasureList = {
  readonly file: string;
  readonly text: string;
  readonly by?: string;
};

export async function eraseFromList(
  office: Office,
  { file, text, by = "library" }: ErasureList,
): Promise<Erased> {
  if (office.isLooking) return { problems: [LOOKING] };
  const wrong = wrongSpeaker(by);
  const listed = readErasures(text, file);
  if (wrong !== null) return { problems: [wrong] };
  if ("code" in listed) return { problems: [listed] };
  try {
    const erased = await eraseListed(office, listed, by);
    return { ...erased, warnings: await listErased(office, listed) };
  } catch (error) {
    return { problems: [problemIn(error)] };
  }
}

/** Destroys what keys there still are of these, ends the runs that work with them, and lists them. */
async function eraseListed(
  office: Office,
  listed: readonly ErasedOnce[],
  by: string,
): Promise<Exclude<Erased, { readonly problems: readonly Problem[] }>> {
  const { log, clock, register, runtime } = office;
  const done = new Set(register.state().erased);
  const subjects = listed
    .filter(({ subject }) => {
      const kept = log.keys.of(subject);
      if (kept !== null) return kept.erased === null;
      return !done.has(subject) && log.streamsOf([subject]).length > 0;
    })
    .map(({ subject }) => subject);
  if (office.checkpointer !== null) addErasures(ownList(office), listed);
  if (subjects.length === 0) return { subjects, streams: 0, contents: 0, files: 0 };
  const known = subjects.filter((subject) => log.keys.of(subject) !== null);
  const why = "It was erased before: this is a copy from before that.";
  const erasure = { why, by, at: clock.now() };
  if (known.length > 0) log.keys.destroy(known, erasure);
  const erased = await finish(office, { ...erasure, subjects });
  for (const stream of log.streamsOf(subjects)) {
    const run = parseRunId(stream);
    const isOpen = run !== null && log.standing(stream)?.endedAt === null;
    if (isOpen)
      await runtime.send(run, { type: "cancel", why, rollback: false, at: clock.now(), by });
  }
  return erased;
}
