import type { Digest } from "../../../core/id.ts";
import type { Json } from "../../../core/json.ts";
import type { UseOutcome, WrittenRecord } from "../../../core/machine/index.ts";
import type { Performed, ToolWritten } from "../../tools/index.ts";
import { digestOf } from "../contents.ts";

/** What a toolbox says came of a call, as the run hears it. */
export function outcomeOf(performed: Performed): UseOutcome {
  switch (performed.outcome) {
    case "failed":
      return { kind: "failed", error: performed.error, certain: performed.certain };
    case "unknown":
      return { kind: "unknown", error: performed.error };
    case "ok": {
      const { result, read, written, reference, warnings } = performed;
      return {
        kind: "ok",
        result: { value: result },
        ...(read === null ? {} : { read }),
        ...(written === null ? {} : { written: recordOf(written, reference) }),
        ...(warnings.length === 0 ? {} : { warnings }),
      };
    }
  }
}

function recordOf(written: ToolWritten, reference: string | null): WrittenRecord {
  const { system, entity, id, affected, before, after, undo } = written;
  return {
    system,
    entity,
    id,
    ...(affected === null ? {} : { affected }),
    ...(reference === null ? {} : { reference }),
    ...(before === null ? {} : { before: digestOfValue(before) }),
    ...(after === null ? {} : { after: digestOfValue(after), left: { value: after } }),
    ...(undo === null ? {} : { undo }),
  };
}

function digestOfValue(value: Json): Digest {
  return digestOf(JSON.stringify(value));
}
