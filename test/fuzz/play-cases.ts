import { Worker } from "node:worker_threads";
import type { Asked, Told } from "./worker.ts";

export type Failed = { readonly number: number; readonly complaints: readonly string[] };
export type Tally = {
  /** How many cases ended in which way: "refused", or the status of a run. */
  readonly ends: ReadonlyMap<string, number>;
  readonly events: number;
  readonly failed: readonly Failed[];
};

/** No case takes a hundredth of it; one that takes it all never ends. */
const CASE_MS_MOST = 60_000;
/** Of one worker: a case that wants more grows without end. */
const MEMORY_MB_MOST = 1_500;

/**
 * Plays the cases of a seed from one number to before another. A case that never ends, or ends the
 * whole worker, is a failed one, and the others go on.
 */
export async function playCases(
  asked: Asked,
  failing: (failed: Failed) => void = () => {},
): Promise<Tally> {
  const ends = new Map<string, number>();
  const failed: Failed[] = [];
  let events = 0;
  const hear = (told: Extract<Told, { type: "ended" }>): void => {
    ends.set(told.end, (ends.get(told.end) ?? 0) + 1);
    events += told.events;
    if (told.complaints.length === 0) return;
    failed.push({ number: told.number, complaints: told.complaints });
    failing({ number: told.number, complaints: told.complaints });
  };
  for (let from = asked.from; from < asked.to; ) {
    const broken = await playSome({ ...asked, from }, hear);
    if (broken === null) break;
    const { number, what } = broken;
    hear({ type: "ended", number, end: "broken", events: 0, complaints: [what] });
    from = number + 1;
  }
  return { ends, events, failed };
}

type Broken = { readonly number: number; readonly what: string };

/** @returns the case in which the worker ended, or null when all were played */
function playSome(
  asked: Asked,
  hear: (told: Extract<Told, { type: "ended" }>) => void,
): Promise<Broken | null> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData: asked,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB_MOST },
    });
    let number = asked.from;
    const over = (what: string | null): void => {
      clearTimeout(guard);
      void worker.terminate();
      resolve(what === null ? null : { number, what });
    };
    let guard = setTimeout(() => {}, 0);
    worker.on("message", (told: Told) => {
      if (told.type === "ended") return hear(told);
      number = told.number;
      clearTimeout(guard);
      guard = setTimeout(() => over(`it did not end in ${CASE_MS_MOST} ms`), CASE_MS_MOST);
    });
    worker.on("error", (error) => over(`it ended the worker: ${error.message}`));
    worker.on("exit", () => over(null));
  });
}
