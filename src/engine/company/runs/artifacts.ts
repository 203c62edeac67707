import { statSync } from "node:fs";
import { basename, isAbsolute } from "node:path";
import type { FileValue } from "../../../core/file-value.ts";
import { type Digest, parseDigest, type RunId } from "../../../core/id.ts";
import { instantOf } from "../../../core/instant.ts";
import { isObject, type Json } from "../../../core/json.ts";
import { eventOf, type Stored } from "../../../core/machine/index.ts";
import { MusterError, type Problem } from "../../../core/problem.ts";
import { copyJson } from "../../agents/index.ts";
import { refusal } from "../../refusal.ts";
import { digestOf } from "../../runtime/index.ts";
import { type KeptFile } from "../../store/index.ts";
import type { Company } from "../company.ts";
import { VALUE_BYTES_MOST } from "../files/fetch-value.ts";
import { LOOKING, type Office, problemIn } from "../office.ts";
import { badInput } from "./check-told.ts";

/** A content: a step's output, or what somebody put; or a file. */
export type ArtifactListed = {
  readonly kind: "value" | "file";
  readonly digest: Digest;
  readonly name: string;
  readonly bytes: number;
  readonly run: RunId | null;
  readonly step: string | null;
  /** Who put it; null for a step's. */
  readonly by: string | null;
  readonly at: string;
};

/** `isMore`: older ones were not looked for. */
export type ArtifactList = {
  readonly artifacts: readonly ArtifactListed[];
  readonly isMore: boolean;
};

/** By its digest; or a step by its path, with all that it gave or one output of it. */
export type ArtifactName =
  | { readonly digest: string }
  | { readonly run: RunId; readonly step: string; readonly output?: string };

export type ArtifactGot =
  | {
      readonly value: Json;
      readonly digest: Digest;
      /** It is a file, and the value is how it stands in a run. */
      readonly isFile?: true;
      readonly problems?: never;
    }
  | { readonly value?: never; readonly problems: readonly Problem[] };

export type FilePut =
  | { readonly file: FileValue; readonly problems?: never }
  | { readonly file?: never; readonly problems: readonly Problem[] };

export type ArtifactPut =
  | { readonly digest: Digest; readonly bytes: number; readonly problems?: never }
  | { readonly digest?: never; readonly problems: readonly Problem[] };

/** Of one that is put: it is to be bound to an input, and stands in a definition then. */
export const ARTIFACT_BYTES_MOST: number = VALUE_BYTES_MOST;
/** Where no run is named, so many of the newest are looked through, and so many events of them. */
const RUNS_LOOKED_MOST = 100;
const EVENTS_LOOKED_MOST = 20_000;
const NAME_CHARACTERS_MOST = 200;
/** What was put and nothing refers to is kept for so long. */
const PUT_KEPT_MS = 30 * 86_400_000;

export function listArtifacts(office: Office, run?: RunId): ArtifactList | null {
  const { log } = office;
  if (run !== undefined) {
    if (log.standing(run) === null) return null;
    const artifacts = [...givenIn(office, run)].flatMap(({ listed }) => listed ?? []);
    return { artifacts: artifacts.toReversed(), isMore: false };
  }
  const found: ArtifactListed[] = log.puts().map((put) => brought("value", put));
  found.push(...log.files().map((file) => brought("file", file)));
  const standings = log.standings({ most: RUNS_LOOKED_MOST + 1 });
  let events = 0;
  let looked = 0;
  for (const { stream, seq } of standings.slice(0, RUNS_LOOKED_MOST)) {
    events += seq;
    if (events > EVENTS_LOOKED_MOST && looked > 0) break;
    looked += 1;
    for (const { listed } of givenIn(office, stream as RunId))
      if (listed !== null) found.push(listed);
  }
  const artifacts = found.toSorted((one, two) => (one.at < two.at ? 1 : one.at > two.at ? -1 : 0));
  return { artifacts, isMore: looked < standings.length };
}

function brought(
  kind: ArtifactListed["kind"],
  { digest, name, bytes, by, at }: KeptFile,
): ArtifactListed {
  return { kind, digest, name, bytes, run: null, step: null, by, at: instantOf(at) };
}

type Given = {
  readonly step: string;
  readonly output: Stored;
  /** Null where it is small, and stands in its event. */
  readonly listed: ArtifactListed | null;
};

function* givenIn({ log }: Office, run: RunId): Generator<Given> {
  for (const envelope of log.read(run)) {
    if (envelope.type !== "step.finished") continue;
    const event = eventOf(envelope);
    if (event.type !== "step.finished" || event.output === undefined) continue;
    const { path: step, output } = event;
    const at = instantOf(event.at);
    const listed =
      "digest" in output
        ? {
            kind: "value" as const,
            digest: output.digest,
            name: step,
            bytes: output.bytes,
            run,
            step,
            by: null,
            at,
          }
        : null;
    yield { step, output, listed };
  }
}

export function artifactOf(office: Office, which: ArtifactName): ArtifactGot {
  try {
    return "digest" in which ? byDigest(office, which.digest) : byStep(office, which);
  } catch (error) {
    return { problems: [problemIn(error)] };
  }
}

function byDigest({ log }: Office, name: string): ArtifactGot {
  const digest = parseDigest(name);
  if (digest === null)
    return { problems: [badInput(`"${name}" is no digest.`, "Write sha256: and 64 hex digits.")] };
  const file = log.file(digest);
  if (file !== null)
    return { digest, value: { file: digest, name: file.name, bytes: file.bytes }, isFile: true };
  const text = log.content(digest);
  if (text === null) return { problems: [noArtifact(digest)] };
  return { digest, value: JSON.parse(text) as Json };
}

function byStep(office: Office, which: Exclude<ArtifactName, { digest: string }>): ArtifactGot {
  const { run, step, output } = which;
  if (office.log.standing(run) === null) return { problems: [notInLog(run)] };
  const all = [...givenIn(office, run)];
  const given = all.findLast((one) => one.step === step);
  if (given === undefined) return { problems: [gaveNothing(run, step, all)] };
  const stored = given.output;
  const got =
    "digest" in stored ? byDigest(office, stored.digest) : { value: stored.value, digest: null };
  if (got.value === undefined) return got;
  const whole = got.value;
  if (output === undefined) return { value: whole, digest: digestOf(JSON.stringify(whole)) };
  const value = isObject(whole) && Object.hasOwn(whole, output) ? whole[output] : undefined;
  if (value === undefined) return { problems: [noOutput(which, whole)] };
  return { value, digest: digestOf(JSON.stringify(value)) };
}

export async function putArtifact(
  { log, clock, isLooking }: Office,
  given: { readonly value: Json; readonly name?: string; readonly by?: string },
): Promise<ArtifactPut> {
  if (isLooking) return { problems: [LOOKING] };
  const copy = copyJson(given.value, "The artifact", ARTIFACT_BYTES_MOST);
  if (!copy.ok) return { problems: [badInput(copy.why)] };
  const { name = "", by = "library" } = given;
  const isName = (text: unknown): boolean =>
    typeof text === "string" && text.length <= NAME_CHARACTERS_MOST;
  if (!isName(name) || !isName(by))
    return { problems: [badInput(`A name has at most ${NAME_CHARACTERS_MOST} characters.`)] };
  const text = JSON.stringify(copy.value);
  const digest = digestOf(text);
  try {
    await log.put({ digest, text, name, by, at: clock.now() });
    return { digest, bytes: Buffer.byteLength(text) };
  } catch (error) {
    return { problems: [problemIn(error)] };
  }
}

export async function putFile(
  { fileDesk, isLooking }: Office,
  { path, name = basename(path), by = "library" }: Parameters<Company["putFile"]>[0],
): Promise<FilePut> {
  if (isLooking) return { problems: [LOOKING] };
  try {
    const isFile = isAbsolute(path) && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
    if (!isFile) return { problems: [badInput(`There is no file ${path}.`)] };
    if (name === "" || name.length > NAME_CHARACTERS_MOST || /[/\\]/.test(name))
      return { problems: [badInput(`"${name}" is no name of a file.`)] };
    return { file: await fileDesk.keep({ path }, { name, by }) };
  } catch (error) {
    return { problems: [problemIn(refusal(error, `${path} could not be kept`))] };
  }
}

export async function saveFile(
  { log, fileDesk }: Office,
  digest: Digest,
  to: string,
): Promise<readonly Problem[]> {
  if (log.file(digest) === null) return [noArtifact(digest)];
  try {
    await fileDesk.copy(digest, to);
    return [];
  } catch (error) {
    if (error instanceof MusterError) return [problemIn(error)];
    const why = error instanceof Error ? error.message : String(error);
    return [
      {
        code: "conflict",
        message: `${to} cannot be written: ${why}`,
        mend: "Name a file that is not there yet, in a folder where you may write.",
      },
    ];
  }
}

/** Contents that nothing refers to any more, and files that no commit came to name. Some each time. */
export async function sweepArtifacts(
  { log, clock }: Office,
  isOver: () => boolean,
): Promise<readonly Problem[]> {
  try {
    await log.sweep(clock.now() - PUT_KEPT_MS, isOver);
    return [];
  } catch (error) {
    return [problemIn(error)];
  }
}

function noArtifact(digest: Digest): Problem {
  return {
    code: "not-found",
    message: `There is no artifact ${digest} here.`,
    mend: "See: muster artifacts list. What was put and nothing refers to is kept for thirty days.",
  };
}

function notInLog(run: RunId): Problem {
  return {
    code: "not-found",
    message: `There is no run ${run} in the log.`,
    mend: `See "muster runs list"; of an archived run, see: muster runs show ${run}`,
  };
}

const STEPS_NAMED_MOST = 6;

function gaveNothing(run: RunId, step: string, all: readonly Given[]): Problem {
  const steps = [...new Set(all.map((one) => one.step))];
  const named = steps.slice(0, STEPS_NAMED_MOST).join(", ");
  const more = steps.length > STEPS_NAMED_MOST ? ", …" : "";
  return {
    code: "not-found",
    message: `No step "${step}" of ${run} has given anything.`,
    mend: steps.length === 0 ? "None has yet." : `These have: ${named}${more}.`,
  };
}

function noOutput(
  { step, output = "" }: { readonly step: string; readonly output?: string },
  whole: Json,
): Problem {
  const names = isObject(whole) ? Object.keys(whole).slice(0, STEPS_NAMED_MOST) : [];
  return {
    code: "not-found",
    message: `The step "${step}" gave no output "${output}".`,
    mend: names.length === 0 ? "It gave no outputs by name." : `It gave: ${names.join(", ")}.`,
  };
}
