import type { RunId } from "../../core/id.ts";
import {
  type Answer,
  childOf,
  depthOf,
  type Effect,
  type Event,
  type Failure,
  failure,
  isLabelled,
  type Key,
  owed,
  type Run,
  type Signal,
  waitsOf,
} from "../../core/machine/index.ts";
import { MusterError, type Problem } from "../../core/problem.ts";
import { unreachable } from "../../core/unreachable.ts";
import type { Attempt } from "./calls/attempt.ts";
import { allInHand } from "./calls/in-hand.ts";
import type { Performing } from "./calls/performing.ts";
import type { Contents } from "./contents.ts";
import { checkParams } from "./params.ts";
import type { Publishing } from "./publishing.ts";
import type { Resident } from "./resident.ts";
import type { Clock, Definitions } from "./runtime.ts";
import type { Gateway } from "./tools/gateway.ts";
import { isProblem, type Mail, mail } from "./turns/mail.ts";
import type { Mailroom } from "./turns/mailroom.ts";

export type OwingShell = {
  readonly clock: Clock;
  readonly contents: Contents;
  readonly definitions: Definitions;
  readonly mailroom: Mailroom;
  readonly performing: Performing;
  readonly publishing: Publishing;
  readonly gateway: Gateway;
};

/** Does what the world owes a run. Timers and listeners are rows, written with the event that opened them; what was published before is told now. */
export function owe(shell: OwingShell, resident: Resident, effects: readonly Effect[]): void {
  for (const effect of effects) {
    switch (effect.type) {
      case "perform":
      case "prepare":
        shell.performing.perform(resident, effect, effect.type === "prepare");
        break;
      case "abort":
        abort(shell, resident, effect.key);
        break;
      case "child":
        startChild(shell, resident, effect);
        break;
      case "undo":
        undoChild(shell, resident, effect);
        break;
      case "pause":
        pauseChild(shell, resident, effect);
        break;
      case "report":
        report(shell, resident, effect);
        break;
      case "proceed":
        post(shell, resident, { type: "proceed" });
        break;
      case "listen":
        shell.publishing.offer({ stream: resident.id, key: effect.key });
        break;
      case "timer":
        break;
      case "use":
        shell.gateway.perform(resident, effect);
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
  for (const attempt of allInHand(resident.attempts))
    if (!calls.has(attempt.key) && isUnbegun(attempt)) shell.performing.drop(attempt);
  owe(
    shell,
    resident,
    effects.filter(({ type }) => type === "perform" || type === "prepare" || type === "abort"),
  );
}

function isUnbegun(attempt: Attempt): boolean {
  return attempt.state === "placing" || attempt.state === "beginning";
}

/** What may have been begun before this process: only these are told `lost`. */
export function mayBeLost(effects: readonly Effect[]): readonly Key[] {
  return effects.flatMap((effect) =>
    effect.type === "perform" || effect.type === "abort" || isBegun(effect) ? [effect.key] : [],
  );
}

function isBegun(effect: Effect): effect is Extract<Effect, { readonly type: "use" }> {
  return effect.type === "use" && effect.do === "perform";
}

type Bare<S> = S extends Signal ? Omit<S, "at" | "by"> : never;

function post(shell: OwingShell, resident: Resident, told: Bare<Signal>): void {
  shell.mailroom.post(resident, mail({ ...told, at: shell.clock.now(), by: "muster" } as Signal));
}

/** A call in this process is told to stop, a sub-run is cancelled; what is nowhere was lost. */
function abort(shell: OwingShell, resident: Resident, key: Key): void {
  if (shell.performing.abort(resident, key)) return;
  const wait = waitsOf(resident.run).find((one) => one.key === key);
  if (wait?.what.kind !== "child") return post(shell, resident, { type: "lost", key });
  const signal: Signal = {
    type: "cancel",
    why: `The step "${wait.name}" of ${resident.id} was stopped.`,
    rollback: false,
    at: shell.clock.now(),
    by: "muster",
  };
  const error = failure("sub_run_failed", `The sub-run ${wait.what.run} was not begun.`);
  if (!isDelivered(shell, wait.what.run as RunId, mail(signal)))
    post(shell, resident, { type: "answer", key, outcome: { kind: "refused", error } });
}

function startChild(
  shell: OwingShell,
  resident: Resident,
  effect: Extract<Effect, { readonly type: "child" }>,
): void {
  const { key, child, definition } = effect;
  const refuse = (error: Failure): void => {
    post(shell, resident, { type: "answer", key, outcome: { kind: "refused", error } });
  };
  const made = childOf(resident.run, key, shell.contents.read);
  if (made === null) return;
  if (!("params" in made)) return refuse(made);
  if (definition === null) return refuse(notStarted(child, "its workflow is not there any more"));
  const workflow = shell.definitions.byDigest(definition);
  if (workflow === null) return refuse(notStarted(child, `its definition ${definition} is lost`));
  const checked = checkParams(workflow, made.params);
  if ("problems" in checked) return refuse(notStarted(child, sayAll(checked.problems)));
  const signal: Signal = {
    type: "start",
    definition,
    params: checked.params,
    origin: checked.origin,
    ...(effect.budget === undefined ? {} : { budget: effect.budget }),
    ...handedOver(resident.run),
    parent: { run: resident.id, key, depth: depthOf(resident.run) + 1 },
    ...(resident.subject === null ? {} : { subject: resident.subject }),
    at: shell.clock.now(),
    by: resident.run.by,
  };
  const told = (outcome: readonly Event[] | Problem): void => {
    if (isProblem(outcome)) refuse(notStarted(child, outcome.message));
  };
  if (!isDelivered(shell, child, mail(signal, { told })))
    refuse(notStarted(child, "it cannot be folded"));
}

/** A sub-run works by the same map, on the same case, and rests on what the run above rests on. */
function handedOver({ map, case: of, known, labels }: Run) {
  return {
    ...(known === null ? {} : { known: known.known }),
    ...(map === null ? {} : { map }),
    ...(of === null ? {} : { case: of }),
    ...(isLabelled(labels) ? { labels } : {}),
  };
}

/** One that was not begun is begun when the run goes on. */
function pauseChild(
  shell: OwingShell,
  { id }: Resident,
  { child, why }: Extract<Effect, { readonly type: "pause" }>,
): void {
  const said = `${id}, which it is a part of, is paused: ${why}`;
  const signal: Signal = {
    type: "pause",
    why: said.slice(0, WHY_CHARACTERS_MOST),
    above: true,
    at: shell.clock.now(),
    by: "muster",
  };
  isDelivered(shell, child, mail(signal));
}

/** Of several runs below one another the reasons would pile up. */
const WHY_CHARACTERS_MOST = 1_000;

/** Where there is no such run, nothing was done. Asked again it is undone once, and says so again. */
function undoChild(
  shell: OwingShell,
  resident: Resident,
  { key, child }: Extract<Effect, { readonly type: "undo" }>,
): void {
  const signal: Signal = {
    type: "undo",
    parent: { run: resident.id, key, depth: depthOf(resident.run) + 1, undo: true },
    why: `${resident.id}, which it is a part of, is rolled back.`,
    at: shell.clock.now(),
    by: "muster",
  };
  try {
    if (shell.mailroom.postTo(child, mail(signal))) return;
    post(shell, resident, { type: "answer", key, outcome: NOTHING_DONE });
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    const why = failure(
      "sub_run_failed",
      `The sub-run ${child} cannot be undone: ${error.message}`,
    );
    post(shell, resident, { type: "answer", key, outcome: { kind: "refused", error: why } });
  }
}

const NOTHING_DONE: Answer = { kind: "ok", output: { value: {} } };

function sayAll(problems: readonly Problem[]): string {
  return problems.map((problem) => problem.message).join(" ");
}

/** False where there is no such run, or it cannot be folded. */
function isDelivered(shell: OwingShell, run: RunId, sent: Mail): boolean {
  try {
    return shell.mailroom.postTo(run, sent);
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    return false;
  }
}

function notStarted(child: RunId, why: string): Failure {
  return failure("sub_run_failed", `The sub-run ${child} could not be started: ${why}`);
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
  // A parent that cannot be told has no use for it.
  if (!isDelivered(shell, effect.to.run, mail(signal, { told: done }))) done();
}

/** A sub-run's end is certain, whatever it was; to have been rolled back is what its undo wants. What is critical stays so; else the step decides again. */
function outcomeOf(id: RunId, effect: Extract<Effect, { readonly type: "report" }>): Answer {
  if (effect.to.undo === true && effect.outcome === "rolled back") return NOTHING_DONE;
  const used = {
    ...(effect.usage === undefined ? {} : { usage: effect.usage }),
    ...(effect.labels === undefined ? {} : { labels: effect.labels }),
  };
  if (effect.outcome === "completed") return { kind: "ok", output: effect.output, ...used };
  if (effect.error?.class === "critical")
    return { kind: "failed", error: effect.error, certain: true, ...used };
  const why = effect.error === null ? "" : `: ${effect.error.message}`;
  const error = failure("sub_run_failed", `The sub-run ${id} ended as ${effect.outcome}${why}`);
  return { kind: "failed", error, certain: true, ...used };
}
