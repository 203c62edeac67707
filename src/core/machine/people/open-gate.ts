import type { GateOpening } from "../../approval/index.ts";
import { type Draft, tell } from "../draft.ts";
import type { Path } from "../event.ts";
import { failure } from "../failure.ts";
import { fail } from "../finish.ts";
import { get } from "../tables/table.ts";

/** What people are asked and shown stands in the log as it is: up to so much of JSON. UTF-16 units, near enough bytes. */
export const SHOWN_BYTES_MOST = 262_144;
/** Of a question that is too long, this much is kept. */
const ASK_CHARACTERS_KEPT = 1_000;

type Opened = {
  readonly path: Path;
  readonly slot: number;
  readonly gate: GateOpening;
  /** The step's, for the sentence. */
  readonly name: string;
};

/** A step begins by asking people. What is too much to be shown nobody can decide on: it fails. */
export function openGate(draft: Draft, { path, slot, gate, name }: Opened): void {
  const bytes =
    gate.ask.length +
    JSON.stringify(gate.show ?? {}).length +
    (gate.evidence === undefined ? 0 : JSON.stringify(gate.evidence).length);
  if (bytes <= SHOWN_BYTES_MOST) {
    tell(draft, { type: "step.started", path, slot, gate });
    return;
  }
  const message = `What "${name}" would show is ${bytes} bytes; at most ${SHOWN_BYTES_MOST} are shown. Show a part of it, or where it is.`;
  const ask = gate.ask.slice(0, ASK_CHARACTERS_KEPT);
  tell(draft, {
    type: "step.started",
    path,
    slot,
    gate: { ...withoutTerms(gate), ask, show: { fault: message } },
  });
  const frame = get(draft.run.frames, path);
  if (frame !== undefined) fail(draft, frame, failure("invalid_input_data", message));
}

/** What a chain is bound to holds all that would be shown. */
function withoutTerms({ terms: _terms, evidence: _evidence, ...gate }: GateOpening): GateOpening {
  return gate;
}
