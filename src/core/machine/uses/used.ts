import type { Retry } from "../../definition/index.ts";
import type { Problem } from "../../problem.ts";
import { backoffMs } from "../attempts/retry.ts";
import { type Draft, store, tell } from "../draft.ts";
import type { Key, Stored } from "../event.ts";
import { type Failure, failure } from "../failure.ts";
import type { Told } from "../signal.ts";
import { get } from "../tables/table.ts";
import { isLabelled, labelled } from "./run-labels.ts";
import type { UseOutcome, WrittenRecord } from "./use-event.ts";
import { type OpenUse, useAt } from "./uses.ts";

/** After so many crashes or silences nobody performs a use again by itself. */
export const USE_REPEATS_MOST = 5;
/** Between them, like tries of a step. After a crash nothing is waited for. */
const USE_RETRY: Retry = {
  attemptsMost: USE_REPEATS_MOST,
  backoff: "exponential",
  firstMs: 500,
  mostMs: 15_000,
  jitter: true,
  on: [],
};

type Ok = Extract<UseOutcome, { kind: "ok" }>;

/** A use was performed, or not. It names its key, so that an answer twice is an answer once (M2). */
export function heardUsed(draft: Draft, told: Extract<Told, { type: "used" }>): Problem | null {
  const use = useAt(draft.run, told.key);
  if (use === null || use.state !== "performing") return null;
  if (use.effects === "pure") readDone(draft, told, use);
  else writeDone(draft, told, use);
  return null;
}

/** What was written was looked at again. */
export function heardVerified(
  draft: Draft,
  told: Extract<Told, { type: "verified" }>,
): Problem | null {
  const { type: _type, key, ok, found, why } = told;
  const use = useAt(draft.run, key);
  if (use === null || use.state !== "verifying") return null;
  tell(draft, {
    type: "writeback.verified",
    path: use.path,
    key,
    ok,
    ...(found === undefined ? {} : { found: kept(draft, found) }),
    ...(why === undefined ? {} : { why }),
  });
  if (!ok) stopAttempt(draft, use, `What "${use.tool}" wrote is not there as it should be.`);
  return null;
}

/**
 * It was being performed when Muster was ended. What reads, and what may be done twice, is done again
 * under the same key, and the log says so; a begun `ask` is in doubt (M9).
 */
export function lostUse(draft: Draft, key: Key, use: OpenUse): void {
  if (use.state !== "performing") return;
  const { path } = use;
  if (use.effects !== "ask" && use.repeats < USE_REPEATS_MOST) {
    tell(draft, { type: "tool.repeated", path, key });
    return;
  }
  const error = failure("lost", "Muster was ended while it was being done; nobody knows whether.");
  if (use.effects === "pure")
    tell(draft, { type: "tool.finished", path, key, outcome: "failed", error });
  else inDoubt(draft, { key, use, error });
}

type Answered = { readonly key: Key; readonly outcome: UseOutcome };

function readDone(draft: Draft, { key, outcome }: Answered, use: OpenUse): void {
  const { path } = use;
  if (outcome.kind !== "ok") {
    tell(draft, { type: "tool.finished", path, key, outcome: "failed", error: outcome.error });
    return;
  }
  const { result, read } = outcome;
  tell(draft, {
    type: "tool.finished",
    path,
    key,
    outcome: "ok",
    result: kept(draft, result),
    ...(read === undefined ? {} : { read }),
    ...besides(use, outcome),
  });
  if (read === undefined || read.dropped === 0) return;
  const { system, entity, dropped } = read;
  tell(draft, { type: "data.denied", path, key, system, entity, dropped });
}

function writeDone(draft: Draft, { key, outcome }: Answered, use: OpenUse): void {
  const { path } = use;
  if (outcome.kind === "ok") return committed(draft, key, { use, outcome });
  const { error } = outcome;
  if (outcome.kind === "failed" && outcome.certain) {
    tell(draft, { type: "writeback.failed", path, key, error });
  } else if (use.effects === "idempotent" && use.repeats < USE_REPEATS_MOST) {
    const seed = `${draft.run.id}.${key}`;
    const waitMs = backoffMs(USE_RETRY, use.repeats + 1, { seed, error });
    // However long its system asks for: the run is in hand until then, and a person looks after the last.
    const due = draft.at + Math.min(waitMs, USE_RETRY.mostMs);
    tell(draft, { type: "tool.repeated", path, key, due });
  } else inDoubt(draft, { key, use, error });
}

function committed(
  draft: Draft,
  key: Key,
  { use, outcome }: { readonly use: OpenUse; readonly outcome: Ok },
): void {
  const { system, entity, id, left, ...more } = outcome.written ?? NOTHING_SAID;
  tell(draft, {
    type: "writeback.committed",
    path: use.path,
    key,
    result: kept(draft, outcome.result),
    system,
    entity,
    id,
    ...more,
    ...(left === undefined || !use.verifies ? {} : { left: kept(draft, left) }),
    ...besides(use, outcome),
  });
}

/** What is large stands in the log by its digest. */
function kept(draft: Draft, stored: Stored): Stored {
  return "value" in stored ? store(draft, stored.value) : stored;
}

const NOTHING_SAID: WrittenRecord = { system: "", entity: "", id: "" };

function besides(use: OpenUse, { warnings = [], labels }: Ok) {
  const all = labelled(use.labels, labels);
  return {
    ...(warnings.length === 0 ? {} : { warnings }),
    ...(isLabelled(all) ? { labels: all } : {}),
  };
}

/** U3: nobody knows whether it was written; its agent is told to stop, and a person looks. */
function inDoubt(
  draft: Draft,
  { key, use, error }: { readonly key: Key; readonly use: OpenUse; readonly error: Failure },
): void {
  tell(draft, { type: "writeback.unknown", path: use.path, key, error });
  stopAttempt(draft, use, `Nobody knows whether "${use.tool}" was done.`);
}

function stopAttempt(draft: Draft, { path }: OpenUse, why: string): void {
  const frame = get(draft.run.frames, path);
  if (frame?.kind !== "leaf" || frame.state !== "calling" || frame.key === null) return;
  const open = get(draft.run.open, frame.key);
  if (open?.type === "attempt" && !open.stopping)
    tell(draft, { type: "attempt.stopping", key: frame.key, why });
}
