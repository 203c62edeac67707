import type { Workflow } from "../../../src/core/definition/index.ts";
import type { RunId, StreamId } from "../../../src/core/id.ts";
import {
  absent,
  type Decision,
  draftOf,
  eventOf,
  evolve,
  type Facts,
  type Run,
} from "../../../src/core/machine/index.ts";
import type { Append, Log } from "../../../src/engine/store/index.ts";
import { REFUND, ROLES } from "../../given/approval.ts";
import { factsOf } from "../../given/facts.ts";
import { workflow } from "../../given/workflow.ts";

/** Of each run the payment was approved while it was paused: whoever resumes it uses the approval up. */
export const PAY: Workflow = workflow(`
  steps:
    - { id: pay, agent: bank, inputs: { refund: { amount: 640 } }, approve: refund-manager }
`);

export const FACTS: Facts = factsOf(
  { teams: ROLES, chains: { "refund-manager": REFUND } },
  new Map(),
);

export function runAt(at: number): RunId {
  return `wf_pay_${String(at).padStart(4, "0")}` as RunId;
}

export function foldIn(log: Pick<Log, "read">, id: RunId): Run {
  let run = absent(id, PAY);
  for (const envelope of log.read(id as unknown as StreamId)) run = evolve(run, eventOf(envelope));
  return run;
}

export function appendOf(before: Run, { events, contents }: Decision): Append {
  return {
    stream: before.id as unknown as StreamId,
    after: before.seq,
    cause: null,
    events: events.map(draftOf),
    contents: [...contents],
    timersSet: [],
    timersEnded: [],
    listensSet: [],
    listensEnded: [],
    standing: null,
    snapshot: null,
  };
}
