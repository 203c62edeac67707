import { hash } from "node:crypto";
import { canonical, type Envelope, verifyStream } from "../../../core/audit/index.ts";
import type { Workflow } from "../../../core/definition/index.ts";
import { type Checkpoint, checkpointsOf, policyOf } from "../../../core/history/index.ts";
import { type Digest, parseRunId, type RunId } from "../../../core/id.ts";
import { instantOf } from "../../../core/instant.ts";
import type { Json } from "../../../core/json.ts";
import { type Event, eventOf, type Fork } from "../../../core/machine/index.ts";
import { MusterError, type Problem } from "../../../core/problem.ts";
import type { CheckpointNote } from "../../../core/review/index.ts";
import {
  type CheckpointDocument,
  damaged,
  makeDocument,
  movesIn,
  readDocument,
  stateAt,
} from "../../checkpoints/index.ts";
import { sha256 } from "../../store/index.ts";
import { LOOKING, type Office, problemIn } from "../office.ts";
import { lacking } from "../staff/readiness.ts";
import type { CheckpointListed, Exported, Imported } from "./company-runs.ts";
import { mapOf } from "./start-run.ts";

/** The checkpoints of a run, oldest first; null when there is no such run. */
export function listCheckpoints(office: Office, run: RunId): readonly CheckpointListed[] | null {
  const known = knownOf(office, run);
  if (known === null) return null;
  const kept = new Map(office.checkpoints?.of(run).map((row) => [row.number, row]));
  const { workflow, checkpoints } = known;
  return checkpoints.map((one) => listed(one, workflow, kept.get(one.number)?.isCopied ?? false));
}

export function listed(
  { id, seq, at, phase, phaseName, step }: Checkpoint,
  workflow: Workflow,
  isKept: boolean,
): CheckpointListed {
  const storage = policyOf(workflow)?.storage ?? "database";
  return { id, seq, at: instantOf(at), phase, phaseName, step, storage, isKept };
}

/** Null where its log cannot be read, too: that is told of elsewhere. */
function readable(office: Office, run: RunId): Known | null {
  try {
    return knownOf(office, run);
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    return null;
  }
}

type Known = {
  readonly envelopes: readonly Envelope[];
  readonly workflow: Workflow;
  readonly events: readonly Event[];
  readonly checkpoints: readonly Checkpoint[];
};

function knownOf({ log, library, clock }: Office, run: RunId): Known | null {
  const envelopes = [...log.read(run)];
  const events = envelopes.map(eventOf);
  const [first] = events;
  const workflow = first?.type === "run.accepted" ? library.byDigest(first.definition) : null;
  if (workflow === null) return null;
  return { workflow, envelopes, events, checkpoints: checkpointsOf(events, workflow, clock.now()) };
}

/** For the review of a run, which verifies its log itself; the newest copy is looked through. Null: its author wants none. */
export async function notesOf(
  office: Office,
  run: RunId,
): Promise<readonly CheckpointNote[] | null> {
  const known = readable(office, run);
  if (known === null || policyOf(known.workflow) === null) return null;
  const newest = known.checkpoints.at(-1);
  if (newest === undefined) return [];
  const { envelopes } = known;
  const damage = await damageKept(office, run, { checkpoint: newest, envelopes });
  return known.checkpoints.map((checkpoint) => ({
    id: checkpoint.id,
    damage: checkpoint === newest ? (damage?.message ?? null) : null,
  }));
}

/** Why a checkpoint cannot be relied on; null: it is what was written. */
export async function damageAt(
  office: Office,
  run: RunId,
  checkpoint: Checkpoint,
): Promise<Problem | null> {
  const { seq, id } = checkpoint;
  const envelopes = [...office.log.read(run)].filter((envelope) => envelope.seq <= seq);
  const verdict = verifyStream(envelopes, sha256);
  if (!verdict.ok) return corrupt(id, run, `its log does not verify: ${verdict.message}`);
  return await damageKept(office, run, { checkpoint, envelopes });
}

type At = { readonly checkpoint: Checkpoint; readonly envelopes: readonly Envelope[] };

async function damageKept(
  { checkpoints }: Office,
  run: RunId,
  { checkpoint, envelopes }: At,
): Promise<Problem | null> {
  const { seq, number, id } = checkpoint;
  const row = checkpoints?.of(run).find((one) => one.number === number);
  if (row === undefined) return null;
  if (row.seq !== seq || row.hash !== envelopes[seq - 1]?.hash)
    return corrupt(id, run, "what was kept of it is not what its log says");
  const copy = (await checkpoints?.copyOf(row)) ?? null;
  if (copy === null) return null;
  const document = readDocument(copy);
  if ("code" in document) return corrupt(id, run, `its copy is damaged or was changed`);
  return document.hash === row.hash ? null : corrupt(id, run, "its copy is of another log");
}

function corrupt(id: string, run: RunId, why: string): Problem {
  return {
    code: "corrupt",
    message: `The checkpoint ${id} of ${run} is not used: ${why}.`,
    mend: "Name another checkpoint, or an event of the log by its number; or restore the folder .muster from a copy.",
  };
}

/** One self-contained document, as text; or why there is none. */
export async function exportCheckpoint(office: Office, run: RunId, id: string): Promise<Exported> {
  try {
    const known = knownOf(office, run);
    const checkpoint = known?.checkpoints.find((one) => one.id === id);
    if (known === null || checkpoint === undefined)
      return { problems: [noCheckpoint(run, id, known?.checkpoints ?? [])] };
    const damage = await damageAt(office, run, checkpoint);
    if (damage !== null) return { problems: [damage] };
    const { workflow } = known;
    const made = makeDocument({
      log: office.log,
      run,
      checkpoint,
      workflow,
      definitions: office.library.byDigest,
    });
    return typeof made === "string" ? { document: made } : { problems: [made] };
  } catch (error) {
    return { problems: [problemIn(error)] };
  }
}

function noCheckpoint(run: RunId, id: string, all: readonly Checkpoint[]): Problem {
  const names = all.map((one) => one.id);
  return {
    code: "not-found",
    message: `${run} has no checkpoint "${id}".`,
    mend:
      names.length === 0
        ? "It has none yet."
        : `It has ${names.length > 6 ? `${names[0]} to ${names.at(-1)}` : names.join(", ")}.`,
  };
}

/**
 * A run that begins where the document's ended, and waits for a person to go on with it. The same
 * document twice is one run. Nothing of it is done where anything in it is damaged, or an agent is missing.
 */
export async function importCheckpoint(
  office: Office,
  text: string,
  options: { readonly by?: string },
): Promise<Imported> {
  if (office.isLooking) return { run: null, problems: [LOOKING] };
  try {
    const document = readDocument(text);
    if ("code" in document) return { run: null, problems: [document] };
    return await begin(office, document, options.by ?? "library");
  } catch (error) {
    return { run: null, problems: [problemIn(error)] };
  }
}

async function begin(office: Office, document: CheckpointDocument, by: string): Promise<Imported> {
  const { clock, library, log, runtime } = office;
  const run = importedId(document.digest);
  if (log.standing(run) !== null) return { run, again: true, source: document.run };
  const workflow = library.learn([document.definition.digest, document.definition.content]);
  if (workflow === null)
    return { run: null, problems: [damaged("its definition cannot be read by this Muster")] };
  const contents = new Map(Object.entries(document.contents) as [Digest, string][]);
  const read = (digest: Digest): Json => JSON.parse(contents.get(digest) ?? "null") as Json;
  const events = document.log.map((envelope) => eventOf({ ...envelope, position: 0 }));
  for (const digest of movesIn(events)) {
    const text = contents.get(digest);
    if (text !== undefined) library.learn([digest, text]);
  }
  const { seq } = document;
  const began = stateAt(events, {
    run: document.run,
    workflow,
    definitions: library.byDigest,
    seq,
    read,
  });
  if ("code" in began) return { run: null, problems: [began] };
  if (canonical(began.state as unknown as Json) !== canonical(document.state as unknown as Json))
    return { run: null, problems: [damaged("its state is not what its log leads to")] };
  const now = library.byDigest(began.definition) ?? workflow;
  const missing = await lacking(now, office);
  if (missing.length > 0) return { run: null, problems: missing };
  const from: Fork = {
    source: { run: document.run, seq, hash: document.hash, checkpoint: document.id },
    inheritance: began.state,
    contents: [...contents],
    paused: `Imported from ${document.id} of ${document.run}.`,
  };
  const governed = await mapOf(office, by);
  if ("problems" in governed) return { run: null, problems: governed.problems };
  const start = {
    type: "start",
    definition: began.definition,
    parent: null,
    ...governed,
  } as const;
  const signal = { ...start, params: began.params, from, at: clock.now(), by };
  const outcome = await runtime.send(run, signal);
  if ("code" in outcome) return { run: null, problems: [outcome] };
  return { run, again: outcome.length === 0, source: document.run };
}

/** Of the document alone, so that twice is once. */
function importedId(digest: Digest): RunId {
  const run = parseRunId(`wf_i${hash("sha256", digest).slice(0, 32)}`);
  if (run === null) throw new Error(`No run can be named after ${digest}.`);
  return run;
}
