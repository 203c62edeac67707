import type { Each } from "../../definition/index.ts";
import { type Draft, tell } from "../draft.ts";
import { failure } from "../failure.ts";
import { complete, degrade } from "../finish.ts";
import { gatheredOutput } from "../result.ts";
import type { EachFrame } from "../run.ts";
import { stopBelow } from "./block.ts";

/** The body for every item. Items begin as places are free; the step ends with the last, or when too many failed. */
export function advanceEach(draft: Draft, frame: EachFrame): void {
  if (frame.stopping !== null) return stopBelow(draft, frame);
  const most = toleratedMost(frame.step, frame.count);
  const last = frame.lastError?.message ?? "";
  if (frame.failed > most) {
    const message = `${frame.failed} of ${frame.count} items failed, ${most} may. The last: ${last}`;
    tell(draft, {
      type: "step.stopping",
      path: frame.path,
      outcome: "failed",
      abort: false,
      why: message,
      error: failure("too_many_failed", message),
    });
    return;
  }
  if (frame.ended < frame.count) return;
  const given = gatheredOutput(draft, frame);
  if (frame.failed === 0) return complete(draft, frame, given);
  const message = `${frame.failed} of ${frame.count} items failed, which is tolerated. The last: ${last}`;
  degrade(draft, frame, { ...given, error: failure("optional_step_failure", message) });
}

/** A share of 29 % of 100 is 29, though 0.29 × 100 is a little less in the arithmetic of computers. */
function toleratedMost({ tolerate }: Each, count: number): number {
  return tolerate.kind === "count" ? tolerate.most : Math.floor(count * tolerate.most + 1e-6);
}
