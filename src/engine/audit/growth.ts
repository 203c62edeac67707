import { type Frontier, grow } from "../../core/audit/index.ts";
import { MusterError } from "../../core/problem.ts";
import type { Log } from "../store/index.ts";
import { newGrowing } from "./growing.ts";
import { leavesOf } from "./leaves.ts";
import { pair } from "./pair.ts";

/** The tree of the log grown to its end, and the leaves that came to it, 32 bytes each. */
export type Growth = { readonly frontier: Frontier; readonly leaves: Uint8Array };

/**
 * Reads on to the end of the log, some at a time; the frontier that was given stays as it is.
 * @throws MusterError "corrupt" where an event is not there
 */
export function* growing(
  log: Pick<Log, "rows" | "gone">,
  { size, nodes }: Frontier,
): Generator<void, Growth> {
  const frontier: Frontier = { size, nodes: [...nodes] };
  const leaves = newGrowing();
  const reading = leavesOf(log, size);
  for (;;) {
    const next = reading.next();
    if (next.done === true) {
      if (next.value === null) return { frontier, leaves: leaves.all() };
      throw new MusterError({
        code: "corrupt",
        message: `The event at position ${next.value} is not in the log.`,
        mend: "See what is wrong with the log: muster audit verify",
      });
    }
    for (const hash of next.value.hashes) {
      grow(frontier, hash, pair);
      leaves.add(hash);
    }
    yield;
  }
}

/** The same in one go. */
export function grown(log: Pick<Log, "rows" | "gone">, from: Frontier): Growth {
  const reading = growing(log, from);
  for (let next = reading.next(); ; next = reading.next())
    if (next.done === true) return next.value;
}
