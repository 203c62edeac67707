import type { WorkMap } from "../map/index.ts";
import type { Case } from "./case.ts";
import type { CaseBody, CaseEvent } from "./event.ts";
import { evolveCase } from "./evolve.ts";
import type { CaseSignal } from "./signal.ts";

/** What only the outside knows of a case: how the company's map stands now. */
export type CaseWorld = { readonly map: Pick<WorkMap, "requests" | "exceptions"> };

/** A decision while it is made: each event is true as soon as it is said. */
export type CaseDraft = {
  readonly now: Case;
  readonly events: readonly CaseEvent[];
  readonly add: (body: CaseBody) => void;
};

export function openDraft(before: Case, { at, by, ...told }: CaseSignal): CaseDraft {
  let now = before;
  const events: CaseEvent[] = [];
  const heard = told.type === "heard" ? { heard: { run: told.run, seq: told.seq } } : {};
  return {
    get now() {
      return now;
    },
    events,
    add: (body) => {
      const event: CaseEvent = { ...body, seq: now.seq + 1, at, by, ...heard };
      events.push(event);
      now = evolveCase(now, event);
    },
  };
}
