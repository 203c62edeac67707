import { type Envelope, verifyStream } from "../../../core/audit/index.ts";
import { statusOf } from "../../../core/history/index.ts";
import { type Digest, parseDigest, type RunId } from "../../../core/id.ts";
import { isObject, type Json } from "../../../core/json.ts";
import { eventOf } from "../../../core/machine/index.ts";
import { MusterError } from "../../../core/problem.ts";
import {
  beginReading,
  type CheckpointNote,
  type Estimate,
  type Evidence,
  type Reading,
  type Review,
  readOn,
  reviewOf,
  tookMs,
} from "../../../core/review/index.ts";
import type { NoticeRecord } from "../../notify/index.ts";
import { type Standing, type StandingFilter, sha256 } from "../../store/index.ts";
import type { Waiting } from "./company-runs.ts";
import type { Logs } from "./read-history.ts";

/** What a review of a run is made from: a company, or a run that was archived. */
export type Reviewable = Logs & {
  readonly runs: (filter: Partial<StandingFilter>) => readonly Standing[];
  readonly waiting: (run: RunId) => Promise<readonly Waiting[] | null>;
  readonly checkpoints: (run: RunId) => Promise<readonly CheckpointNote[] | null>;
  readonly isAtWork: () => boolean;
  readonly now: () => number;
  readonly notices: (run: RunId) => readonly NoticeRecord[];
  /** A content by its digest, as text; null where there is none. Throws where it cannot be read. */
  readonly content: (digest: Digest) => string | null;
};

/** A review, and what of the log it rests on. */
export type Reviewed = Review & {
  readonly run: RunId;
  readonly status: string;
  readonly events: number;
  /** Of the last event; null where the log is not whole. */
  readonly hash: Digest | null;
  readonly estimate: Estimate | null;
  readonly tookMs: number;
};

/** What is to be said of a run: its log is read to its end, its hash chain and its contents are gone through. */
export async function reviewed(source: Reviewable, run: RunId): Promise<Reviewed> {
  const evidence = await evidenceOf(source, run);
  const { chain, estimate, read } = evidence;
  return {
    ...reviewOf(evidence),
    run,
    status: statusOf(read.history),
    events: read.history.seq,
    hash: chain?.ok === true ? chain.end.hash : null,
    estimate,
    tookMs: tookMs(evidence),
  };
}

async function evidenceOf(source: Reviewable, run: RunId): Promise<Evidence> {
  const envelopes: Envelope[] = [];
  const seen = await readLog(source, run, (envelope) => void envelopes.push(envelope));
  const chain = seen.damage === null ? verifyStream(envelopes, sha256) : null;
  const damage = seen.damage ?? lostContent(source, envelopes);
  return { ...(await around(source, run, { ...seen, damage })), chain };
}

/** What a run is told of by, without going through its hash chain and its contents. */
export async function seenOf(source: Reviewable, run: RunId): Promise<Evidence> {
  const seen = await readLog(source, run, () => undefined);
  return { ...(await around(source, run, seen)), chain: null };
}

type Seen = { readonly read: Reading; readonly damage: string | null };

async function readLog(
  source: Reviewable,
  run: RunId,
  each: (envelope: Envelope) => void,
): Promise<Seen> {
  const workflow = source.definition(run);
  if (workflow === null) throw lostDefinition(source, run);
  let read = beginReading(workflow);
  try {
    for await (const envelope of source.events(run)) {
      each(envelope);
      read = readOn(read, eventOf(envelope), (digest) => source.read({ digest }));
    }
    return { read, damage: null };
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    return { read, damage: error.message };
  }
}

function lostDefinition({ folder }: Reviewable, run: RunId): MusterError {
  return new MusterError({
    code: "corrupt",
    message: `The definition that ${run} was started with is not in ${folder}, or its log cannot be read.`,
    mend: "Restore the .muster folder from a backup.",
  });
}

async function around(
  source: Reviewable,
  run: RunId,
  { read, damage }: Seen,
): Promise<Omit<Evidence, "chain">> {
  // What cannot be folded waits for nothing that anybody could name.
  const asks = damage === null && read.history.outcome === null;
  const waiting = asks ? await source.waiting(run) : null;
  return {
    read,
    damage,
    waits: waiting?.length ?? null,
    isRateLimited: waiting?.some(({ kind }) => kind === "rate") === true,
    isAtWork: source.isAtWork(),
    now: source.now(),
    estimate: estimateOf(source, run, read),
    checkpoints: await source.checkpoints(run),
    notices: source
      .notices(run)
      .filter(({ status }) => status !== "pending")
      .map(({ event, status }) => ({ event, isSent: status === "sent" })),
  };
}

/** Runs that are compared with, and how few say too little. */
const COMPARED_MOST = 100;
const COMPARED_LEAST = 3;

/** The median of how long completed runs of the same workflow took, that began before this one. */
function estimateOf(source: Reviewable, run: RunId, { history }: Reading): Estimate | null {
  const before = source
    .runs({ workflow: history.workflow.name, status: ["completed"], most: COMPARED_MOST })
    .filter(({ stream, startedAt }) => stream !== run && startedAt < (history.acceptedAt ?? 0))
    .map(({ startedAt, endedAt }) => (endedAt ?? startedAt) - startedAt)
    .toSorted((one, two) => one - two);
  const median = before[Math.floor(before.length / 2)];
  if (median === undefined || before.length < COMPARED_LEAST) return null;
  return { ms: median, runs: before.length };
}

/** Contents looked at; a log of more than these is looked at in part. */
const CONTENTS_CHECKED_MOST = 100_000;

/** Why a content that the log names is not what was written; null where each is. */
function lostContent(source: Reviewable, envelopes: readonly Envelope[]): string | null {
  const digests = new Set(envelopes.flatMap(({ data }) => Object.values(data).flatMap(named)));
  // Those of a subject are named otherwise than by their text; to open them is to check them.
  const isSealed = envelopes.some(({ sealed }) => sealed.length > 0);
  for (const digest of [...digests].slice(0, CONTENTS_CHECKED_MOST)) {
    const text = textOf(source, digest);
    if (text === null) return `The content ${digest}, which the log names, is not there.`;
    if (!isSealed && `sha256:${sha256(text)}` !== digest)
      return `The content ${digest}, which the log names, is not what was written.`;
  }
  return null;
}

function textOf(source: Reviewable, digest: Digest): string | null {
  try {
    return source.content(digest);
  } catch (error) {
    if (error instanceof MusterError) return null;
    throw error;
  }
}

function named(value: Json): readonly Digest[] {
  if (!isObject(value) || typeof value["digest"] !== "string" || !("bytes" in value)) return [];
  const digest = parseDigest(value["digest"]);
  return digest === null ? [] : [digest];
}
