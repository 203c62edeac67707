import { canonical } from "../../audit/index.ts";
import type { Labels } from "../../governance/index.ts";
import type { Digest } from "../../id.ts";
import type { JsonObject } from "../../json.ts";
import type { Level } from "../../map/index.ts";
import type { EffectClass, Key, Path, Stored } from "../event.ts";
import type { Failure } from "../failure.ts";
import type { LeafFrame, Run } from "../run.ts";
import { emptyTable, get, type Table } from "../tables/table.ts";

/**
 * Uses of tools by the agent of a step. What was answered is kept under what was asked (the name, the
 * tool, the arguments) for as long as the step lives, so that an attempt that begins again is given
 * what the one before it was given, and nothing is written twice.
 *
 * U1  A use is performed only after the event that judged it; a write only after `writeback.started`.
 * U2  What was written under a name stays written: no attempt, agent or person's retry writes it again.
 * U3  A step ends only when no write of it is in flight; one in doubt ends in success or by a person.
 * U4  A grant is for one action, and is used up by one write.
 * U5  A read ends with the attempt that asked for it; a write goes on.
 */
export type StepUses = {
  /** Judged in the open attempt. */
  readonly count: number;
  readonly open: readonly Key[];
  /** What was answered, by what was asked. */
  readonly done: Table<Digest, DoneUse>;
  /** How many of them wrote. */
  readonly wrote: number;
  /** A write of which nobody knows what became: a person looks. */
  readonly unknown: UnknownUse | null;
};

export type DoneUse = {
  readonly key: Key;
  readonly name: string;
  readonly tool: string;
  readonly outcome: "ok" | "denied";
  readonly wrote: boolean;
  /** What the agent is given. */
  readonly result: Stored;
  /** What it was used with, where that is not what was asked: a decider changed it. */
  readonly edited?: JsonObject;
};

export type UnknownUse = {
  readonly key: Key;
  readonly tool: string;
  /** The map's owner of exceptions; "" where it names none. */
  readonly owner: string;
  readonly error: Failure;
};

export type OpenUse = {
  readonly type: "use";
  readonly path: Path;
  /** The attempt that asked for it. */
  readonly attempt: Key;
  readonly call: Key;
  /** Of the name, the tool and the arguments as they were asked. */
  readonly ask: Digest;
  readonly name: string;
  readonly tool: string;
  readonly agent: string;
  readonly level: Level;
  readonly effects: EffectClass;
  /** As judged. */
  readonly args: Stored;
  /** Instead of what was asked: whoever decided on it changed it first. */
  readonly edited?: JsonObject;
  readonly action: Digest;
  readonly map: Digest;
  readonly redact: readonly string[];
  /** Of what it will give. */
  readonly labels: Labels;
  readonly owner: string;
  readonly verifies: boolean;
  readonly preview: Stored | null;
  /** Of how it was before: what was shown to people, and what is checked again. */
  readonly precondition: Digest | null;
  /**
   * asked: people decide; granted: they allowed it, and its agent has not asked again; performing;
   * verifying: it was written, and is looked at again
   */
  readonly state: "asked" | "granted" | "performing" | "verifying";
  readonly approval: Granted | null;
  readonly repeats: number;
  /** It is not performed again before; absent: nothing holds it. */
  readonly notBefore?: number | null;
  /** verifying: what the write left, and what the agent is given. */
  readonly written?: { readonly result: Stored; readonly after: Stored | null };
};

/** Who allowed it, and where. */
export type Granted = {
  readonly gate: Key;
  readonly digest: Digest;
  readonly by: readonly string[];
};

/** Uses judged in one attempt, and answers kept by one step. */
export const USES_PER_ATTEMPT_MOST = 200;
export const USES_KEPT_MOST = 1_000;
/** JSON of the arguments of one use, and its name. */
export const USE_ARGS_BYTES_MOST = 262_144;
export const USE_NAME_CHARS_MOST = 200;

export const NO_USES: StepUses = {
  count: 0,
  open: [],
  done: emptyTable(),
  wrote: 0,
  unknown: null,
};

/** The name of what is asked: the same question of the same step is the same use. */
export function askOf(
  digest: (text: string) => Digest,
  { name, tool, args }: { readonly name: string; readonly tool: string; readonly args: JsonObject },
): Digest {
  return digest(canonical([name, tool, args]));
}

/** U3: a write of this step may be under way outside; only its answer tells. */
export function isWriting(run: Pick<Run, "open">, { uses }: LeafFrame): boolean {
  if (uses === undefined || uses.open.length === 0) return false;
  return uses.open.some((key) => isBegunWrite(useAt(run, key)));
}

export function isBegunWrite(use: OpenUse | null): boolean {
  return use !== null && use.effects !== "pure" && isUnderWay(use);
}

export function isUnderWay({ state }: OpenUse): boolean {
  return state === "performing" || state === "verifying";
}

/** Something of this step has been written: its call stays the same call. */
export function hasWritten({ uses }: LeafFrame): boolean {
  return uses !== undefined && uses.wrote > 0;
}

export function isUncertain({ uses }: LeafFrame): boolean {
  return uses !== undefined && uses.unknown !== null;
}

/** It may have been done: it is not tried again just so, and whoever has it looks first. */
export function isToBeSeen(frame: LeafFrame): boolean {
  return frame.doubt && (frame.effects === "ask" || isUncertain(frame));
}

export function useAt(run: Pick<Run, "open">, key: Key): OpenUse | null {
  const open = get(run.open, key);
  return open?.type === "use" ? open : null;
}

export function openUseOf(
  run: Pick<Run, "open">,
  frame: LeafFrame,
  ask: Digest,
): { readonly key: Key; readonly use: OpenUse } | null {
  for (const key of frame.uses?.open ?? []) {
    const use = useAt(run, key);
    if (use !== null && use.ask === ask) return { key, use };
  }
  return null;
}

/** What it will be used with, where whoever decided on it has changed that; else as it is asked. */
export function argsNow(
  run: Run,
  attempt: Key,
  { ask, args }: { readonly ask: Digest; readonly args: JsonObject },
): JsonObject {
  const open = get(run.open, attempt);
  const frame = open?.type === "attempt" ? get(run.frames, open.path) : undefined;
  if (frame?.kind !== "leaf") return args;
  return openUseOf(run, frame, ask)?.use.edited ?? args;
}

/** What has become of what an attempt asked for. */
export type UseStanding =
  | { readonly is: "answered"; readonly done: DoneUse }
  | { readonly is: "under way"; readonly key: Key }
  /** Its attempt is open, and it was not taken: the run is paused, or it was answered without a trace. */
  | { readonly is: "not asked" }
  /** The attempt is closed, or to stop: nobody waits for an answer. */
  | { readonly is: "nobody's" };

export function useStanding(run: Run, attempt: Key, ask: Digest): UseStanding {
  const open = get(run.open, attempt);
  const frame = open?.type === "attempt" ? get(run.frames, open.path) : undefined;
  if (open?.type !== "attempt" || frame?.kind !== "leaf") return { is: "nobody's" };
  const done = get(frame.uses?.done ?? NO_USES.done, ask);
  if (done !== undefined) return { is: "answered", done };
  const found = openUseOf(run, frame, ask);
  if (found !== null && isUnderWay(found.use)) return { is: "under way", key: found.key };
  return open.stopping ? { is: "nobody's" } : { is: "not asked" };
}
