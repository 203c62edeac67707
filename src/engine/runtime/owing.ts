import type { RunId } from "../../core/id.ts";
import {
  type Answer,
  childOf,
  type Effect,
  type Failure,
  type Key,
  owed,
  type Signal,
} from "../../core/machine/index.ts";
import { MusterError } from "../../core/problem.ts";
import { unreachable } from "../../core/unreachable.ts";
import type { Contents } from "./contents.ts";
import { isProblem, mail } from "./mail.ts";
import type { Mailroom } from "./mailroom.ts";
import type { Performing } from "./performing.ts";
import type { Resident } from "./resident.ts";
import type { Clock } from "./runtime.ts";

export type OwingShell = {
  readonly clock: Clock;
  readonly contents: Contents;
  readonly mailroom: Mailroom;
  readonly performing: Performing;
};

/** Does what the world owes a run. Timers and listeners are rows, written with the event that opened them. */
export function owe(shell: OwingShell, resident: Resident, effects: readonly Effect[]): void {
  for (const effect of effects) {
    switch (effect.type) {
      case "perform":
      case "prepare":
        shell.performing.perform(resident, effect, effect.type === "prepare");
        break;
      case "abort":
        if (!shell.performing.abort(resident, effect.key))
          post(shell, resident, { type: "lost", key: effect.key });
        break;
      case "child":
        startChild(shell, resident, effect);
        break;
      case "report":
        report(shell, resident, effect);
        break;
      case "proceed":
        post(shell, resident, { type: "proceed" });
        break;
      case "timer":
      case "listen":
        break;
      default:
        unreachable(effect);
    }
  }
}

/** After a pause, a resume or a stop: what was not begun and is owed no longer is forgotten, the rest is done. */
export function reconcile(shell: OwingShell, resident: Resident): void {
  const effects = owed(resident.run);
  const calls = new Set<Key>();
  for (const effect of effects)
    if (effect.type === "perform" || effect.type === "prepare") calls.add(effect.key);
  for (const attempt of resident.attempts.values())
    if (!calls.has(attempt.key)) shell.performing.forget(attempt);
  owe(
    shell,
    resident,
    effects.filter(({ type }) => type === "perform" || type === "prepare" || type === "abort"),
  );
}

/** What may have been begun before this process: only these are told `lost`. */
export function mayBeLost(effects: readonly Effect[]): readonly Key[] {
  return effects.flatMap((effect) =>
    effect.type === "perform" || effect.type === "abort" ? [effect.key] : [],
  );
}

type Bare<S> = S extends Signal ? Omit<S, "at" | "by"> : never;

function post(shell: OwingShell, resident: Resident, told: Bare<Signal>): void {
  shell.mailroom.post(resident, mail({ ...told, at: shell.clock.now(), by: "muster" } as Signal));
}

function startChild(
  shell: OwingShell,
  resident: Resident,
  effect: Extract<Effect, { readonly type: "child" }>,
): void {
  const { key, child, definition } = effect;
  const fail = (error: Failure): void => {
    post(shell, resident, {
      type: "answer",
      key,
      outcome: { kind: "failed", error, certain: true },
    });
  };
  const made = childOf(resident.run, key, shell.contents.read);
  if (!("params" in made)) return fail(made);
  const signal: Signal = {
    type: "start",
    definition,
    params: made.params,
    parent: { run: resident.id, key },
    at: shell.clock.now(),
    by: resident.run.by,
  };
  const told = (outcome: Parameters<typeof isProblem>[0]): void => {
    if (isProblem(outcome)) fail(notStarted(child, outcome.message));
  };
  try {
    if (!shell.mailroom.postTo(child, mail(signal, { told })))
      fail(notStarted(child, `its definition ${definition} is not in the store`));
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    fail(notStarted(child, error.message));
  }
}

function notStarted(child: RunId, why: string): Failure {
  return {
    class: "permanent",
    kind: "sub-run",
    message: `The sub-run ${child} could not be started: ${why}`,
  };
}

/** The parent is told first; only when it has that on disk is the report done. */
function report(
  shell: OwingShell,
  resident: Resident,
  effect: Extract<Effect, { readonly type: "report" }>,
): void {
  const done = (): void => {
    post(shell, resident, {
      type: "answer",
      key: effect.key,
      outcome: { kind: "ok", output: { value: null } },
    });
  };
  const signal: Signal = {
    type: "answer",
    key: effect.to.key,
    outcome: outcomeOf(resident.id, effect),
    at: shell.clock.now(),
    by: "muster",
  };
  try {
    if (!shell.mailroom.postTo(effect.to.run, mail(signal, { told: done }))) done();
  } catch (error) {
    // A parent that cannot be folded now is told at the next opening.
    if (!(error instanceof MusterError)) throw error;
  }
}

/** A sub-run's end is certain, whatever it was. */
function outcomeOf(id: RunId, effect: Extract<Effect, { readonly type: "report" }>): Answer {
  if (effect.outcome === "completed") return { kind: "ok", output: effect.output };
  const message = effect.error?.message ?? `The sub-run ${id} was ${effect.outcome}.`;
  const error: Failure = effect.error ?? { class: "permanent", kind: "sub-run", message };
  return { kind: "failed", error, certain: true };
}
