import type { Event, EventType, Inheritance, Inherited, Path } from "../machine/index.ts";
import { hasEnded } from "../machine/index.ts";
import type { History } from "./history.ts";
import { isComposite, placeAt } from "./place.ts";
import { stepFinished, stepSkipped, stepStarted } from "./step-events.ts";

type Of<Type extends EventType> = Extract<Event, { readonly type: Type }>;

/**
 * What a fork inherits, as if it had begun and ended at once where the run was forked: nobody was
 * asked for it in this run, and it has cost this run nothing.
 */
export function readForked(
  history: History,
  event: Of<"run.forked">,
  { steps }: Inheritance,
): History {
  const open: Inherited[] = [];
  let now = history;
  const close = (until: Path | null): void => {
    for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
      if (until !== null && isBelow(until, last.path)) return;
      open.pop();
      now = ended(now, event, last);
    }
  };
  for (const line of steps) {
    if (line.path === "") continue;
    close(line.path);
    if (line.state === "skipped") {
      now = stepSkipped(now, { ...at(event, line.path), type: "step.skipped", why: "inherited" });
      continue;
    }
    now = begun(now, event, line);
    if (!hasEnded(line)) continue;
    const { step } = placeAt(now.places, line.path);
    if (step !== null && isComposite(step.kind)) open.push(line);
    else now = ended(now, event, line);
  }
  close(null);
  return { ...now, startedAt: event.at };
}

function at({ seq, at: when, by }: Of<"run.forked">, path: Path) {
  return { seq, at: when, by, path, slot: 0 } as const;
}

function begun(history: History, event: Of<"run.forked">, line: Inherited): History {
  const { path, count, branch } = line;
  return stepStarted(history, {
    ...at(event, path),
    type: "step.started",
    ...(count === undefined ? {} : { count }),
    ...(branch === undefined ? {} : { branch }),
  });
}

function ended(history: History, event: Of<"run.forked">, line: Inherited): History {
  const { path, state, output, error } = line;
  if (!hasEnded(line) || state === "skipped" || state === "live" || state === "doubt")
    return history;
  return stepFinished(history, {
    ...at(event, path),
    type: "step.finished",
    outcome: state,
    ...(output === undefined ? {} : { output }),
    ...(error === undefined ? {} : { error }),
  });
}

/** "a[3]/b" is below "a[3]" and below "a". */
function isBelow(path: Path, above: Path): boolean {
  return path.startsWith(above) && /^[/[{]/.test(path.slice(above.length));
}
