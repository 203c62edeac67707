import { plus } from "../amounts.ts";
import type { Event, EventType } from "../machine/index.ts";
import { addError, recordAt, write } from "./change.ts";
import type { History } from "./history.ts";

type Of<Type extends EventType> = Extract<Event, { readonly type: Type }>;

/** It waits until it fits; or what follows (another agent, a person, its end) is not decided yet. */
export function budgetExceeded(history: History, event: Of<"budget.exceeded">): History {
  const { path, at, error, follows } = event;
  const before = recordAt(history, path);
  if (follows === "wait") return write(history, { ...before, status: "waiting" });
  const record = { ...before, status: "ready", error } as const;
  return addError(write(history, record), record, { at, error });
}

/** Steps' own limits stand in their definition; people see what the run may use in all. */
export function budgetRaised(history: History, { amounts, step }: Of<"budget.raised">): History {
  return step === undefined ? { ...history, raised: plus(history.raised, amounts) } : history;
}
