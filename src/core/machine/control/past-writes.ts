import { instantOf } from "../../instant.ts";
import type { Event, Key, Path, Seq } from "../event.ts";
import type { Run } from "../run.ts";
import { useAt } from "../uses/uses.ts";

/** What steps have written through tools, or may have, by step and then by use; since it last began. */
export type PastWrites = Map<Path, Map<Key, PastWrite>>;

export type PastWrite = {
  readonly tool: string;
  readonly how: "begun" | "committed" | "unknown";
  readonly seq: Seq;
  readonly at: number;
};

/** Of one step, named in words; the rest is counted. */
const WRITES_NAMED_MOST = 5;

/** @param run before the event */
export function noteWrite(writes: PastWrites, event: Event, run: Run): void {
  if (event.type === "step.started") writes.delete(event.path);
  if (event.type !== "writeback.started") return changeWrite(writes, event);
  const { path, key, seq, at } = event;
  const tool = useAt(run, key)?.tool ?? "a tool";
  const ofStep = writes.get(path) ?? new Map<Key, PastWrite>();
  ofStep.set(key, { tool, how: "begun", seq, at });
  writes.set(path, ofStep);
}

/** What became of a write that was begun; also after the position, where its source knows by now. */
export function changeWrite(writes: PastWrites, event: Event): void {
  const how = howOf(event);
  if (how === null || !("path" in event) || !("key" in event)) return;
  const ofStep = writes.get(event.path);
  const was = ofStep?.get(event.key);
  if (ofStep === undefined || was === undefined) return;
  if (how === "not written") ofStep.delete(event.key);
  else ofStep.set(event.key, { ...was, how, seq: event.seq, at: event.at });
  if (ofStep.size === 0) writes.delete(event.path);
}

function howOf({ type }: Event): PastWrite["how"] | "not written" | null {
  if (type === "writeback.committed") return "committed";
  if (type === "writeback.unknown") return "unknown";
  return type === "writeback.failed" ? "not written" : null;
}

/** "refund.pay was committed in wf_1 at … (event 12)" */
export function writesText(ofStep: ReadonlyMap<Key, PastWrite>, { id }: Run): string {
  const all = [...ofStep.values()];
  const named = all.slice(0, WRITES_NAMED_MOST).map(({ tool, how, seq, at }) => {
    const where = `in ${id} at ${instantOf(at)} (event ${seq})`;
    if (how === "committed") return `${tool} was committed ${where}`;
    return `${tool} was begun ${where}, and nobody knows whether it was done`;
  });
  const more = all.length - named.length;
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}
