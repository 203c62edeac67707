import { type History, readingWith } from "../../core/history/index.ts";
import type { RunId } from "../../core/id.ts";
import { type Event, eventOf } from "../../core/machine/index.ts";
import type { Company } from "../../engine/company/index.ts";
import type { Surroundings } from "../surroundings.ts";
import { beginHistory, withSubRuns } from "./read-history.ts";

/** Shows a run while it goes on. */
export type Show = {
  /** After each event that came while it was followed. */
  readonly changed: (event: Event, history: History) => void;
  readonly end: () => void;
};

/**
 * Follows a run until it has ended, or waits for what this process cannot bring, or the person
 * interrupts.
 *
 * @param told.shownFrom what happened up to this event is not shown; without it, all until now
 */
export async function follow(
  company: Company,
  run: RunId,
  told: {
    readonly surroundings: Surroundings;
    readonly show: (history: History) => Show;
    readonly shownFrom?: number;
  },
): Promise<{ readonly history: History; readonly interrupted: boolean }> {
  const reader = await readerOf(company, run, told);
  const interruption = Promise.withResolvers<"interrupted">();
  const release = told.surroundings.onInterrupt(() => interruption.resolve("interrupted"));
  try {
    const reading = reader.read({ follow: true });
    const settled = Promise.race([company.settled(run), reading.then(() => company.settled(run))]);
    const how = await Promise.race([settled, interruption.promise]);
    // The iterator may wait for events that never come: all there are is read without it.
    reading.catch(() => undefined);
    await reader.read({ follow: false });
    return { history: withSubRuns(company, reader.history()), interrupted: how === "interrupted" };
  } finally {
    release();
    reader.end();
  }
}

type Reader = {
  readonly history: () => History;
  readonly read: (options: { readonly follow: boolean }) => Promise<void>;
  readonly end: () => void;
};

/** Folds events and shows them, each once, by however many ways they are read. */
async function readerOf(
  company: Company,
  run: RunId,
  told: { readonly show: (history: History) => Show; readonly shownFrom?: number },
): Promise<Reader> {
  let history = beginHistory(company, run);
  const readOn = readingWith((digest) => company.read({ digest }));
  for await (const envelope of company.events(run)) {
    if (told.shownFrom !== undefined && envelope.seq > told.shownFrom) break;
    history = readOn(history, eventOf(envelope));
  }
  const show = told.show(history);
  let ended = false;
  const read = async ({ follow }: { readonly follow: boolean }): Promise<void> => {
    for await (const envelope of company.events(run, { after: history.seq, follow })) {
      if (ended) return;
      if (envelope.seq <= history.seq) continue;
      const event = eventOf(envelope);
      history = readOn(history, event);
      show.changed(event, history);
    }
  };
  const end = (): void => {
    ended = true;
    show.end();
  };
  return { history: () => history, read, end };
}
