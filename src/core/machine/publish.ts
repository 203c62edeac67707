import { isObject, type Json } from "../json.ts";
import type { Draft } from "./draft.ts";
import type { Stored } from "./event.ts";
import type { Frame } from "./run.ts";
import { contextOf, gatheredValue, load, publishedBy, valueOf } from "./scope.ts";

/** All that steps publish, as JSON: every agent is given it with every attempt. */
export const CONTEXT_BYTES_MOST = 65_536;

/** Why what a step publishes has no room beside what is published; null where it has, or publishes nothing. */
export function noRoomFor(draft: Draft, frame: Frame, output: Stored | undefined): string | null {
  const own = draft.run.workflow.publishes?.filter(({ path }) => path === frame.path) ?? [];
  if (own.length === 0) return null;
  const outputs = outputsIn(draft, frame, output);
  const more: Record<string, Json> = { ...contextOf(draft.run, draft.read) };
  for (const one of own) {
    const value = publishedBy(draft.run, one, { outputs, read: draft.read });
    if (value !== undefined) more[one.name] = value;
  }
  const { length: bytes } = JSON.stringify(more);
  if (bytes <= CONTEXT_BYTES_MOST) return null;
  const names = own.map(({ name }) => name).join(", ");
  return `With ${names} the context has ${bytes} bytes; at most ${CONTEXT_BYTES_MOST} are given to every agent. Publish less: a number, a summary, the name of an artifact.`;
}

function outputsIn(draft: Draft, frame: Frame, output: Stored | undefined): Json {
  if (output !== undefined) return load(output, draft.read);
  const gathered = frame.kind === "each" ? valueOf(gatheredValue(frame), draft.read) : {};
  return isObject(gathered) ? gathered : {};
}
