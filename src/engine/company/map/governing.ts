import type { Problem } from "../../../core/problem.ts";
import { type Limited, openAdaptive } from "../../governor/index.ts";
import { IN_FLIGHT_MOST } from "../../runtime/index.ts";
import { type Office, problemIn } from "../office.ts";

/**
 * Keeps what is in flight in this process to the limit of the company's map. Where that is adaptive, it
 * falls and rises with the delay of the event loop, and each change is an event of the company.
 */
export async function governing(
  { library, runtime, register }: Office,
  trouble: (problem: Problem) => void,
): Promise<() => void> {
  const { concurrency } = await library.map();
  const { most, isAdaptive } = concurrency ?? { most: IN_FLIGHT_MOST, isAdaptive: false };
  const tell = (change: Limited): void => {
    register
      .tell("muster", () => ({ type: "governor.limited", ...change }))
      .catch((error: unknown) => trouble(problemIn(error)));
  };
  runtime.admit(most);
  const before = register.state().limited?.to ?? most;
  if (before !== most) tell({ from: before, to: most, why: "A process begins anew." });
  if (!isAdaptive) return () => {};
  const adaptive = openAdaptive({
    most,
    inFlight: () => runtime.figures().inFlight,
    isFull: () => runtime.figures().placing > 0,
    limited: (change) => {
      runtime.admit(change.to);
      tell(change);
    },
  });
  return adaptive.close;
}
