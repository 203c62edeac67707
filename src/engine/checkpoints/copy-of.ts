import type { Workflow } from "../../core/definition/index.ts";
import { policyOf } from "../../core/history/index.ts";
import type { Digest, RunId } from "../../core/id.ts";
import { eventOf } from "../../core/machine/index.ts";
import type { Log } from "../store/index.ts";
import type { Copies } from "./copies.ts";
import type { Kept } from "./shelf.ts";

/** Where copies are, and what says where each is. */
export type Shelved = {
  readonly copies: Readonly<Record<"file" | "redis", Copies>>;
  readonly log: Pick<Log, "read">;
  readonly workflow: (definition: Digest) => Workflow | null;
};

/** A copy that cannot be reached tells nothing: the log itself is gone through in any case. */
export async function copyIn(of: Shelved, { run, id, storage }: Kept): Promise<string | null> {
  if (storage === "database") return null;
  const at = placeOf(of, run);
  if (storage === "file") return await of.copies.file.read({ run, id, at });
  return await of.copies.redis.read({ run, id, at }).catch(() => null);
}

/** What the run's settings say of the place; null: nothing. */
export function placeOf({ log, workflow }: Shelved, run: RunId): string | null {
  const first = log.read(run, 0)[Symbol.iterator]().next();
  const event = first.done === true ? null : eventOf(first.value);
  const of = event?.type === "run.accepted" ? workflow(event.definition) : null;
  return (of === null ? null : policyOf(of))?.redis ?? null;
}
