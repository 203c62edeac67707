import { hash } from "node:crypto";
import type { Digest, StreamId } from "../../src/core/id.ts";
import type { Append, Draft, NewStanding } from "../../src/engine/store/index.ts";

export const sha256 = (text: string): string => hash("sha256", text, "hex");
export const digestOf = (text: string): Digest => `sha256:${sha256(text)}` as Digest;
export const run = (name: string): StreamId => `wf_${name}` as StreamId;

export function draft(seq: number, over: Partial<Draft> = {}): Draft {
  return {
    seq,
    at: 1_763_600_000_000 + seq,
    type: "step.started",
    step: "load",
    actor: { kind: "system", id: "engine" },
    data: { slot: seq, name: "Ünïcode ✓" },
    ...over,
  };
}

/** An append of one event, or of so many. */
export function append(
  stream: StreamId,
  after: number,
  over: number | (Partial<Append> & { readonly count?: number }) = 1,
): Append {
  const { count = 1, ...rest } = typeof over === "number" ? { count: over } : over;
  return {
    stream,
    after,
    cause: null,
    events: Array.from({ length: count }, (_, index) => draft(after + 1 + index)),
    contents: [],
    timersSet: [],
    timersEnded: [],
    listensSet: [],
    listensEnded: [],
    standing: null,
    snapshot: null,
    ...rest,
  };
}

export function standing(over: Partial<NewStanding> = {}): NewStanding {
  return {
    workflow: "onboarding",
    version: "1.0.0",
    status: "running",
    unsettled: true,
    startedAt: 1_763_600_000_000,
    endedAt: null,
    done: 0,
    expected: 10,
    parent: null,
    note: "",
    ...over,
  };
}
