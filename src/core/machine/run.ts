import type { Step, Workflow } from "../definition/index.ts";
import type { RunId } from "../id.ts";
import type { JsonObject } from "../json.ts";
import type { EffectClass, Event, ExceptionWhy, GateOpening, Key, Opening, Path, RunOutcome, Seq, Stored } from "./event.ts";
import type { Failure } from "./failure.ts";
import type { Table } from "./table.ts";

/** A run as it is: the fold of its events, and nothing else. Persistent: an older one stays as it was. */
export type Run = {
  readonly id: RunId;
  readonly workflow: Workflow;
  readonly seq: Seq;
  readonly phase: "absent" | "running" | "stopping" | "undoing" | "finished";
  readonly outcome: RunOutcome | null;
  readonly error: Failure | null;
};
