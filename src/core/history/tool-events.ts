import { plus } from "../amounts.ts";
import type { Event, EventType, Path } from "../machine/index.ts";
import { get, remove, set } from "../machine/index.ts";
import { recordAt, write } from "./change.ts";
import type { History } from "./history.ts";
import { placeAt } from "./place.ts";

type Of<Type extends EventType> = Extract<Event, { readonly type: Type }>;

/** A tool is used: a read at once, a write with the event that starts it. */
export function toolJudged(history: History, event: Of<"tool.judged">): History {
  const { verdict, effects, path } = event;
  const judged = { ...history.tools, judged: history.tools.judged + 1 };
  const tools = {
    ...judged,
    denied: judged.denied + (verdict === "deny" ? 1 : 0),
    asked: judged.asked + (verdict === "ask" ? 1 : 0),
  };
  const after = { ...history, tools };
  const isRead = effects === "pure" && (verdict === "allow" || verdict === "limit");
  return isRead ? called(after, path) : after;
}

export function writebackStarted(history: History, { path }: Of<"writeback.started">): History {
  return called(history, path);
}

export function writebackCommitted(history: History): History {
  return { ...history, tools: { ...history.tools, written: history.tools.written + 1 } };
}

export function writebackUnknown(history: History): History {
  return { ...history, tools: { ...history.tools, unknown: history.tools.unknown + 1 } };
}

export function gateConsumed(history: History, { path, reads }: Of<"gate.consumed">): History {
  return reads === true ? called(history, path) : history;
}

/** Nothing of it is in flight; people are asked by the event after this. */
export function attemptSuspended(
  history: History,
  { path, key }: Of<"attempt.suspended">,
): History {
  const record = recordAt(history, path);
  // It is no retry when it begins again.
  const attempts = record.attempts - 1;
  const after = write(history, { ...record, status: "waiting", attempt: null, attempts });
  const held = get(after.use.open, key);
  if (held === undefined) return after;
  const use = { ...after.use, open: remove(after.use.open, key) };
  return { ...after, use: { ...use, unknown: set(use.unknown, key, held) } };
}

function called(history: History, path: Path): History {
  const { use, usage, places } = history;
  const { path: step } = placeAt(places, path);
  const steps = set(use.steps, step, plus(get(use.steps, step) ?? {}, ONE_CALL));
  return {
    ...history,
    usage: { ...usage, calls: usage.calls + 1 },
    use: { ...use, steps, spent: plus(use.spent, ONE_CALL) },
  };
}

const ONE_CALL = { calls: 1 };
