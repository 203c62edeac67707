import type { Draft } from "../draft.ts";
import { failure } from "../failure.ts";
import { complete, endBadly, fail } from "../finish.ts";
import type { Item, RepeatFrame } from "../run.ts";
import { load, scopeAt, withNames } from "../scope.ts";
import { start } from "../start.ts";
import { endAs, stopBelow } from "./block.ts";
import { needsPlace } from "./born.ts";

/** Round after round until the condition holds; it gives what the last round gave. */
export function advanceRepeat(draft: Draft, frame: RepeatFrame): void {
  if (frame.stopping !== null) return stopBelow(draft, frame);
  switch (frame.child.state) {
    case "none":
      return nextRound(draft, frame);
    case "live":
      return;
    case "ended":
      return afterRound(draft, frame, frame.child.item);
  }
}

/** A round that needs a place waits for its turn. */
function nextRound(draft: Draft, frame: RepeatFrame): void {
  if (!needsPlace(frame.step.body)) start(draft, frame, frame.round + 1);
}

function afterRound(draft: Draft, frame: RepeatFrame, item: Item): void {
  if (endAs(draft, frame, item)) return;
  const { step, round } = frame;
  const outputs = item.output === undefined ? {} : load(item.output, draft.read);
  const outcome = step.until.evaluate(
    withNames(scopeAt(draft.run, frame, draft.read), { outputs, round }),
  );
  const ending = item.output === undefined ? {} : { output: item.output };
  if (outcome.kind === "value" && outcome.value === true) return complete(draft, frame, ending);
  if (outcome.kind === "fault")
    return fail(
      draft,
      frame,
      failure("invalid_input_data", `${step.until.text} cannot be told: ${outcome.message}`),
    );
  if (round < step.roundsMost) return nextRound(draft, frame);
  const message = `${step.until.text} did not hold after ${round} rounds, the most that are allowed.`;
  endBadly(draft, frame, { error: failure("rounds_exhausted", message), ...ending });
}
