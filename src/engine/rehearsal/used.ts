import { type Amounts, NO_AMOUNTS, plus } from "../../core/amounts.ts";
import { amountsOf } from "../../core/foresight/index.ts";
import { barePath, type Event, type Key, type Path } from "../../core/machine/index.ts";

/** What a run used, in all and by step. */
export function sumOf(events: readonly Event[]): {
  readonly usage: Amounts;
  readonly usageOf: ReadonlyMap<Path, Amounts>;
} {
  const paths = new Map<Key, Path>();
  const usageOf = new Map<Path, Amounts>();
  let usage = NO_AMOUNTS;
  for (const event of events) {
    if (event.type === "step.started" || event.type === "attempt.started")
      paths.set(event.seq, event.path);
    if (!("usage" in event) || event.usage === undefined) continue;
    const used = amountsOf(event.usage);
    const path = "path" in event ? event.path : "key" in event ? paths.get(event.key) : undefined;
    usage = plus(usage, used);
    if (path !== undefined)
      usageOf.set(barePath(path), plus(usageOf.get(barePath(path)) ?? NO_AMOUNTS, used));
  }
  return { usage, usageOf };
}
