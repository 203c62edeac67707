import { canonical } from "../../src/core/audit/index.ts";
import type { UseOutcome, WrittenRecord } from "../../src/core/machine/index.ts";
import { digestOf } from "../../src/engine/runtime/index.ts";
import type { Performed, ToolWritten } from "../../src/engine/tools/index.ts";

/** What the world says came of it, as the run hears it. */
export function outcomeOf(made: Performed): UseOutcome {
  switch (made.outcome) {
    case "failed":
      return { kind: "failed", error: made.error, certain: made.certain };
    case "unknown":
      return { kind: "unknown", error: made.error };
    case "ok":
      return {
        kind: "ok",
        result: { value: made.result },
        ...(made.read === null ? {} : { read: made.read }),
        ...(made.written === null ? {} : { written: recordOf(made.written) }),
      };
  }
}

function recordOf({ system, entity, id, before, after, undo }: ToolWritten): WrittenRecord {
  return {
    system,
    entity,
    id,
    ...(before === null ? {} : { before: digestOf(canonical(before)) }),
    ...(after === null ? {} : { after: digestOf(canonical(after)), left: { value: after } }),
    ...(undo === null ? {} : { undo }),
  };
}
