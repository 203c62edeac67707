import { type History, readEvent } from "../core/history/index.ts";
import type { RunId } from "../core/id.ts";
import { type Event, eventOf } from "../core/machine/index.ts";
import type { Company } from "../engine/company/index.ts";
import { beginHistory } from "./read-history.ts";
import type { Surroundings } from "./surroundings.ts";

/** Shows a run while it goes on. */
export type Show = {
  /** After each event that came while it was followed. */
  readonly changed: (event: Event, history: History) => void;
  readonly end: () => void;
};

/**
 * Follows a run until it has ended, or waits for what this process cannot bring, or the person
 * interrupts. What happened before is read first and not shown event by event.
 */
export async function follow(
  company: Company,
  run: RunId,
  told: { readonly surroundings: Surroundings; readonly show: (history: History) => Show },
): Promise<{ readonly history: History; readonly interrupted: boolean }> {
  let history = beginHistory(company, run);
  for await (const envelope of company.events(run)) history = readEvent(history, eventOf(envelope));
  const show = told.show(history);
  let over = false;
  const read = async (follow: boolean): Promise<void> => {
    for await (const envelope of company.events(run, { after: history.seq, follow })) {
      const event = eventOf(envelope);
      if (event.seq <= history.seq) continue;
      if (over && follow) return;
      history = readEvent(history, event);
      show.changed(event, history);
    }
  };
  const interruption = Promise.withResolvers<"interrupted">();
  const release = told.surroundings.onInterrupt(() => interruption.resolve("interrupted"));
  try {
    const reading = read(true);
    const ended = reading.then(() => company.settled(run));
    const settled = Promise.race([company.settled(run), ended]);
    const how = await Promise.race([settled, interruption.promise]);
    over = true;
    // The iterator may wait for events that never come; the run has told all that it will.
    reading.catch(() => undefined);
    await read(false);
    return { history, interrupted: how === "interrupted" };
  } finally {
    release();
    show.end();
  }
}
