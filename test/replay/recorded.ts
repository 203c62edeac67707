import type { Envelope } from "../../src/core/audit/index.ts";
import { canonical } from "../../src/core/audit/index.ts";
import type { Workflow } from "../../src/core/definition/index.ts";
import { emptyHistory, readEvent, stateDocument } from "../../src/core/history/index.ts";
import type { Json, JsonObject } from "../../src/core/json.ts";
import { absent, eventOf, evolve, freeze, statusOf } from "../../src/core/machine/index.ts";
import { digestOf } from "../../src/engine/runtime/index.ts";

/** The first line of a recorded log: what its release made of it. The others are its envelopes. */
export type Header = Outcome & {
  readonly release: string;
  /** The version of the machine, for the state's digest and the snapshot: another one need not agree on those. */
  readonly machine: number;
  readonly definition: { readonly file: string; readonly text: string };
  /** The state in the middle of the log, as it was frozen, with the pages it names. */
  readonly snapshot: {
    readonly seq: number;
    readonly state: string;
    readonly pages: Readonly<Record<string, string>>;
  };
};

/** What a log folds to. */
export type Outcome = {
  readonly status: string;
  /** Of the outputs, as they stand in the last event; null where there are none. */
  readonly outputs: string | null;
  /** Of the frozen state. */
  readonly state: string;
  readonly document: JsonObject;
};

export function outcomeOf(log: readonly Envelope[], workflow: Workflow): Outcome {
  const events = log.map(eventOf);
  const run = events.reduce(
    evolve,
    absent(events[0]?.type === "run.accepted" ? events[0].run : ("" as never), workflow),
  );
  const outputs = run.result as Json;
  return {
    status: statusOf(run),
    outputs: outputs === null ? null : digestOf(canonical(outputs as JsonObject)),
    state: digestOf(freeze(run, digestOf)),
    document: stateDocument(events.reduce(readEvent, emptyHistory(workflow))),
  };
}
