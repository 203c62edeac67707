import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseRunId, type SubjectId } from "../../../core/id.ts";
import type { Problem } from "../../../core/problem.ts";
import { forgetNotices } from "../../notify/index.ts";
import { refusal as storeRefusal } from "../../refusal.ts";
import { destroyInCopy, type Erasure } from "../../sealing/index.ts";
import { STATE_FOLDER } from "../../store/index.ts";
import { LOOKING, type Office, problemIn } from "../office.ts";
import { wrongNames, wrongSpeaker } from "../runs/check-told.ts";
import { listErased } from "./erasure-lists.ts";

/** Whose data are to be erased: by a name that they were given, or by their id. */
export type ErasureAsked = {
  readonly subject: string;
  readonly why: string;
  readonly by?: string;
  /** Copies of the company's folder, or of its `.muster`, in which the keys are destroyed, too: absolute paths. */
  readonly also?: readonly string[];
};

export type Erased =
  | {
      readonly subjects: readonly string[];
      readonly streams: number;
      readonly contents: number;
      readonly files: number;
      /** By copy: how many keys were destroyed there. */
      readonly copies?: Readonly<Record<string, number>>;
      /** What is left to do by hand. */
      readonly warnings?: readonly Problem[];
      readonly problems?: never;
    }
  | { readonly subjects?: never; readonly problems: readonly Problem[] };

/**
 * Destroys the keys of a person, so that what the log holds of them is open to nobody, and deletes what
 * stands open beside it. The key goes first and for good; what follows is gone on with by whoever opens
 * the company next, should the process die meanwhile. The record still verifies.
 */
export async function erase(office: Office, asked: ErasureAsked): Promise<Erased> {
  const { log, clock, isLooking } = office;
  if (isLooking) return { problems: [LOOKING] };
  const { subject, why, by = "library", also = [] } = asked;
  const wrong = wrongNames({ subject, why, by }) ?? wrongSpeaker(by);
  if (wrong !== null) return { problems: [wrong] };
  try {
    const subjects = log.keys.find(subject);
    const refused = refusal(office, subject, subjects);
    // Whoever is erased here may still stand in a copy.
    const isBefore = refused?.code === "already-ended" && also.length > 0;
    if (refused !== null && !isBefore) return { problems: [refused] };
    const erasure = { why, by, at: clock.now() };
    if (!isBefore) log.keys.destroy(subjects, erasure);
    const erased = isBefore ? nothingOf(subjects) : await finish(office, { ...erasure, subjects });
    const copies = inCopies(also, subjects, erasure);
    const listed = subjects.map((one) => ({ subject: one, at: erasure.at }));
    const warnings = [...copies.problems, ...(await listErased(office, listed))];
    return { ...erased, copies: copies.destroyed, warnings };
  } catch (error) {
    return { problems: [problemIn(error)] };
  }
}

function nothingOf(subjects: readonly SubjectId[]): Done {
  return { subjects, streams: 0, contents: 0, files: 0 };
}

/** One copy after another: what is wrong with one does not keep the others. */
function inCopies(
  also: readonly string[],
  subjects: readonly SubjectId[],
  erasure: Erasure,
): {
  readonly destroyed: Readonly<Record<string, number>>;
  readonly problems: readonly Problem[];
} {
  const destroyed: Record<string, number> = {};
  const problems: Problem[] = [];
  for (const folder of also) {
    try {
      destroyed[folder] = destroyInCopy(folder, subjects, erasure);
    } catch (error) {
      const { code, message, mend } = storeRefusal(
        error,
        `The keys in ${folder} are not destroyed`,
      );
      problems.push({ code, message, ...(mend === undefined ? {} : { mend }) });
    }
  }
  return { destroyed, problems };
}

/** A legal hold keeps a subject's key; without a reason the hold is let go of. Both are events. */
export async function hold(
  { log, isLooking, register }: Office,
  { subject, why, by = "library" }: HoldTold,
): Promise<readonly Problem[]> {
  if (isLooking) return [LOOKING];
  const wrong = wrongSpeaker(by);
  if (wrong !== null) return [wrong];
  try {
    const subjects = log.keys.find(subject);
    if (subjects.length === 0) return [noSubject(subject)];
    // It is held before that is said: a process that dies between the two keeps too much, and not too little.
    if (why !== null) for (const one of subjects) log.keys.hold(one, why);
    await register.tell(by, () =>
      why === null
        ? { type: "subject.released", subjects }
        : { type: "subject.held", subjects, why },
    );
    if (why === null) for (const one of subjects) log.keys.hold(one, null);
    return [];
  } catch (error) {
    return [problemIn(error)];
  }
}

export type HoldTold = {
  readonly subject: string;
  readonly why: string | null;
  readonly by?: string;
};

/** What a process that died has left half done. */
export async function finishErasures(office: Office): Promise<void> {
  for (const erasure of office.log.keys.unfinished()) await finish(office, erasure);
}

type Begun = Erasure & { readonly subjects: readonly SubjectId[] };
type Done = Exclude<Erased, { readonly problems: readonly Problem[] }>;

/** Deletes what was made of subjects whose keys are destroyed. */
export async function finish(office: Office, { subjects, why, by }: Begun): Promise<Done> {
  const { folder, log, register, runtime, cases } = office;
  const { streams, contents } = await log.erase(subjects);
  const runs = streams.flatMap((stream) => parseRunId(stream) ?? []);
  runtime.forget(runs);
  cases.log.forget(streams);
  const state = join(folder, STATE_FOLDER);
  let files = 0;
  for (const run of runs) {
    const papers = join(state, "runs", run);
    if (existsSync(papers)) files += 1;
    rmSync(papers, { recursive: true, force: true });
  }
  forgetNotices(state, runs);
  await register.tell(by, ({ erased = [] }) =>
    subjects.every((one) => erased.includes(one))
      ? null
      : { type: "erasure.done", subjects, why, streams: streams.length, contents, files },
  );
  log.keys.finished(subjects);
  return { subjects, streams: streams.length, contents, files };
}

function refusal({ log }: Office, name: string, subjects: readonly SubjectId[]): Problem | null {
  if (subjects.length === 0) return noSubject(name);
  for (const subject of subjects) {
    const kept = log.keys.of(subject);
    if (kept?.erased != null)
      return {
        code: "already-ended",
        message: `${subject} was erased at ${new Date(kept.erased.at).toISOString()} by ${kept.erased.by}: ${kept.erased.why}`,
      };
    if (kept?.hold != null)
      return {
        code: "not-allowed",
        message: `${subject} is held: ${kept.hold}`,
        mend: "When nothing keeps it any more: muster audit hold SUBJECT --release",
      };
  }
  for (const stream of log.streamsOf(subjects)) {
    const standing = log.standing(stream);
    if (standing !== null && standing.endedAt === null) return goesOn(stream, standing.status);
  }
  return null;
}

function noSubject(name: string): Problem {
  return {
    code: "not-found",
    message: `There is no data of "${name}" here, or it was erased before.`,
    mend: "Give the name that runs or cases were begun with (of a case the bare id of its customer, such as C-1048), or the id: subj_…",
  };
}

function goesOn(stream: string, status: string): Problem {
  return {
    code: "conflict",
    message: `${stream} is ${status} and works with these data.`,
    mend: "Let it end, or cancel it, and erase then.",
  };
}
