import type { Draft } from "../draft.ts";
import { complete } from "../finish.ts";
import type { ChooseFrame } from "../run.ts";
import { start } from "../start.ts";
import { endAs, stopBelow } from "./block.ts";
import { needsPlace } from "./born.ts";
import { childStep } from "./work.ts";

/** The branch was chosen when the step began; it gives what that branch gives. */
export function advanceChoose(draft: Draft, frame: ChooseFrame): void {
  if (frame.stopping !== null) return stopBelow(draft, frame);
  switch (frame.child.state) {
    case "none":
      if (frame.branch < 0) return complete(draft, frame);
      // What needs a place waits for its turn.
      if (!needsPlace(childStep(frame, frame.branch))) start(draft, frame, frame.branch);
      return;
    case "live":
      return;
    case "ended": {
      const { item } = frame.child;
      if (endAs(draft, frame, item)) return;
      complete(draft, frame, item.output === undefined ? {} : { output: item.output });
    }
  }
}
