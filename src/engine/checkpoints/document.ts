import { canonical, type Envelope, verifyStream } from "../../core/audit/index.ts";
import type { Workflow } from "../../core/definition/index.ts";
import type { Checkpoint } from "../../core/history/index.ts";
import { type Digest, parseDigest, parseRunId, type RunId } from "../../core/id.ts";
import { instantOf } from "../../core/instant.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import {
  absent,
  contentsIn,
  type Event,
  eventOf,
  type Inheritance,
  pastOf,
  planFork,
} from "../../core/machine/index.ts";
import type { Problem } from "../../core/problem.ts";
import { digestOf } from "../runtime/index.ts";
import { type Log, sha256 } from "../store/index.ts";

/**
 * A checkpoint as one self-contained document: definition, state, contents, and the sealed log up to
 * there, so that it can be looked through without the folder it is from, and begun from in another.
 */
export type CheckpointDocument = {
  readonly muster: 1;
  readonly kind: "checkpoint";
  readonly id: string;
  readonly run: RunId;
  readonly seq: number;
  readonly at: string;
  readonly phase: number;
  readonly phase_name: string;
  readonly step: string;
  readonly workflow: string;
  readonly version: string;
  readonly params: JsonObject;
  /** The content that the run is pinned to, by its digest. */
  readonly definition: { readonly digest: Digest; readonly content: string };
  /** Who was asked until then, and of which definition each was. */
  readonly agents: Readonly<Record<string, Digest | null>>;
  readonly state: Inheritance;
  /** Large values that the state or the log names, as JSON text by digest. */
  readonly contents: Readonly<Record<Digest, string>>;
  readonly log: readonly Omit<Envelope, "position">[];
  /** Of the last event of the log, and so of all of it. */
  readonly hash: Digest;
  /** Of all the rest of the document, as canonical JSON. */
  readonly digest: Digest;
};

/** Of a document's text. */
export const DOCUMENT_BYTES_MOST = 67_108_864;

export type Making = {
  readonly log: Pick<Log, "read" | "content">;
  readonly run: RunId;
  readonly checkpoint: Checkpoint;
  /** As the run was started with it. */
  readonly workflow: Workflow;
  /** Those that it was moved to. */
  readonly definitions: (digest: Digest) => Workflow | null;
};

/** @returns the document's text, or why there can be none */
export function makeDocument({
  log,
  run,
  checkpoint,
  workflow,
  definitions,
}: Making): string | Problem {
  const envelopes = upTo(log.read(run), checkpoint.seq);
  if (envelopes[0]?.data["subject"] !== undefined) return sealedRun(run);
  const read = (digest: Digest): Json => JSON.parse(contentIn(log, digest)) as Json;
  const events = envelopes.map(eventOf);
  const began = stateAt(events, {
    run,
    workflow,
    definitions,
    seq: checkpoint.seq,
    read,
  });
  if ("code" in began) return began;
  const { digest } = workflow;
  const names = [...contentsIn(began.state), ...forksIn(events), ...movesIn(events)];
  const body = {
    muster: 1,
    kind: "checkpoint",
    id: checkpoint.id,
    run,
    seq: checkpoint.seq,
    at: instantOf(checkpoint.at),
    phase: checkpoint.phase,
    phase_name: checkpoint.phaseName,
    step: checkpoint.step,
    workflow: workflow.name,
    version: workflow.version,
    params: began.params,
    definition: { digest, content: contentIn(log, digest) },
    agents: agentsIn(events),
    state: began.state,
    contents: Object.fromEntries(names.map((name) => [name, contentIn(log, name)])),
    log: envelopes.map(({ position: _position, ...rest }) => rest),
    hash: envelopes.at(-1)?.hash ?? "",
  } as unknown as JsonObject;
  const text = JSON.stringify({ ...body, digest: digestOf(canonical(body)) });
  return text.length <= DOCUMENT_BYTES_MOST ? text : tooLarge(text.length);
}

/** A document that everybody can read would outlive the key of whose data is in it. */
function sealedRun(run: RunId): Problem {
  return {
    code: "not-allowed",
    message: `${run} works with the data of a person, and its log is sealed for them: no checkpoint of it is written out of the log.`,
    mend: "Fork it where it is: muster runs fork RUN --from CHECKPOINT.",
  };
}

/** What a document says, after everything in it that can be looked through was. */
export function readDocument(text: string): CheckpointDocument | Problem {
  if (text.length > DOCUMENT_BYTES_MOST) return tooLarge(text.length);
  const given = parsed(text);
  if (!isObject(given) || given["kind"] !== "checkpoint")
    return damaged("it is no checkpoint that Muster has written");
  if (given["muster"] !== 1)
    return {
      code: "newer-version",
      message: "This checkpoint is of a form that this Muster does not know.",
      mend: "Import it with the Muster that wrote it, or a newer one.",
    };
  const { digest, ...body } = given;
  if (typeof digest !== "string" || digestOf(canonical(body)) !== digest)
    return damaged("its digest is not that of what stands in it");
  const document = given as unknown as CheckpointDocument;
  const wrong = wrongIn(document);
  return wrong === null ? document : damaged(wrong);
}

/** One that was made otherwise, with a digest of its own, is found by its parts. */
function wrongIn(document: CheckpointDocument): string | null {
  const { run, definition, contents, log } = document;
  if (typeof run !== "string" || parseRunId(run) === null) return "it names no run";
  if (!Array.isArray(log) || !isObject(contents as unknown as Json))
    return "a part of it is missing";
  if (!isContent(definition?.digest, definition?.content))
    return "its definition is not the one that its digest names";
  for (const [name, content] of Object.entries(contents))
    if (!isContent(name, content)) return `its content ${name} is not what its name says`;
  return wrongInLog(document);
}

function wrongInLog({ run, log, hash, seq }: CheckpointDocument): string | null {
  const verdict = verifyStream(
    log.map((envelope, at) => ({ ...envelope, position: at + 1 })),
    sha256,
  );
  if (!verdict.ok) return `its log does not verify: ${verdict.message}`;
  const last = log.at(-1);
  if (last?.hash !== hash || last.seq !== seq || last.stream !== run)
    return "its log ends elsewhere than it says";
  return null;
}

function isContent(name: unknown, content: unknown): boolean {
  return (
    typeof name === "string" &&
    parseDigest(name) !== null &&
    typeof content === "string" &&
    digestOf(content) === name
  );
}

type At = {
  readonly run: RunId;
  readonly workflow: Workflow;
  readonly definitions: (digest: Digest) => Workflow | null;
  readonly seq: number;
  readonly read: (digest: Digest) => Json;
};

/** What a fork would begin with there, read off the log up to there and nothing else. */
export function stateAt(
  events: readonly Event[],
  { run, workflow, definitions, seq, read }: At,
):
  | { readonly state: Inheritance; readonly params: JsonObject; readonly definition: Digest }
  | Problem {
  const past = pastOf(events, { from: absent(run, workflow, definitions), at: seq, read });
  if ("before" in past) return damaged(`${seq} is not the end of a decision`);
  const { params, workflow: now } = past.run;
  const plan = planFork(past, { params, retryFailed: false, read });
  return "code" in plan ? plan : { state: plan.inheritance, params, definition: now.digest };
}

function upTo(log: Iterable<Envelope>, seq: number): Envelope[] {
  const found: Envelope[] = [];
  for (const envelope of log) {
    if (envelope.seq > seq) break;
    found.push(envelope);
  }
  return found;
}

function contentIn(log: Pick<Log, "content">, digest: Digest): string {
  const text = log.content(digest);
  if (text === null) throw new Error(`The log names ${digest}, which is not in the store.`);
  return text;
}

function forksIn(events: readonly Event[]): readonly Digest[] {
  return events.flatMap((event) =>
    event.type === "run.forked" ? [event.state, ...(event.holds ?? [])] : [],
  );
}

/** Definitions that the run was moved to. */
export function movesIn(events: readonly Event[]): readonly Digest[] {
  return events.flatMap((event) => (event.type === "run.moved" ? [event.definition] : []));
}

function agentsIn(events: readonly Event[]): Readonly<Record<string, Digest | null>> {
  const agents: Record<string, Digest | null> = {};
  for (const event of events) {
    const opening =
      event.type === "step.started"
        ? event.attempt
        : event.type === "attempt.started"
          ? event
          : undefined;
    if (opening !== undefined && opening.child === undefined && opening.agent !== "")
      agents[opening.agent] = opening.agentDigest ?? null;
  }
  return agents;
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

export function damaged(why: string): Problem {
  return {
    code: "corrupt",
    message: `This checkpoint is damaged or was changed: ${why}.`,
    mend: "Export it anew from the folder of its run; nothing was done with it.",
  };
}

function tooLarge(bytes: number): Problem {
  return {
    code: "limit",
    message: `This checkpoint has ${bytes} characters; at most ${DOCUMENT_BYTES_MOST} are read and written.`,
    mend: "Copy the company's whole folder instead.",
  };
}
