import { canonical } from "../../src/core/audit/index.ts";
import type { Workflow } from "../../src/core/definition/index.ts";
import type { Json } from "../../src/core/json.ts";
import {
  type Event,
  hasEnded,
  type Inheritance,
  type Inherited,
  type Opening,
  type Seq,
} from "../../src/core/machine/index.ts";
import type { Audited } from "./audit.ts";
import { inheritanceIn } from "./forks.ts";
import { before, stepsByPath } from "./order.ts";
import type { Shell } from "./shell.ts";
import type { World } from "./world.ts";

type Forked = Extract<Event, { type: "run.forked" }>;

/** What a fork took over and what it did, beside its source's log; the machine is not asked. */
export function auditFork(world: World, shell: Shell, audited: Audited): void {
  const events = shell.stored(audited.run);
  const forked = events.find((event): event is Forked => event.type === "run.forked");
  if (forked === undefined) return;
  const source = shell.stored(forked.source.run);
  const { steps } = shell.read(forked.state) as unknown as Inheritance & Json;
  const inherited = inheritanceIn(source, shell.read)?.steps ?? [];
  const past: Past = {
    source,
    inherited: new Map(inherited.map((line) => [line.path, line])),
    seq: forked.source.seq,
  };
  auditInherited(past, steps, audited);
  const [first] = events;
  const workflow =
    first?.type === "run.accepted" ? world.definitions.get(first.definition) : undefined;
  if (workflow !== undefined) auditRests(past, { steps, workflow }, audited);
  auditAgain(past, { asked: world.deeds.filter((deed) => deed.run === audited.run) }, audited);
  auditWriters(past, events, audited);
}

type Past = {
  readonly source: readonly Event[];
  /** What the source had itself inherited, where it is a fork. */
  readonly inherited: ReadonlyMap<string, Inherited>;
  readonly seq: Seq;
};

type Ending = { readonly as: string } & Pick<Inherited, "output" | "error">;

/** The last that was said of a step there; null: it had not ended. */
function endingOf({ source, inherited, seq }: Past, path: string): Ending | null {
  const last = source.findLast(
    (event) =>
      event.seq <= seq &&
      (event.type === "step.finished" || event.type === "step.skipped") &&
      event.path === path,
  );
  if (last?.type === "step.finished") {
    const { outcome: as, output, error } = last;
    return { as, ...(output ? { output } : {}), ...(error ? { error } : {}) };
  }
  if (last?.type === "step.skipped") return { as: "skipped" };
  const line = inherited.get(path);
  return line === undefined || !hasEnded(line) ? null : { as: line.state, ...saidIn(line) };
}

function saidIn({ output, error }: Inherited): Pick<Inherited, "output" | "error"> {
  return { ...(output ? { output } : {}), ...(error ? { error } : {}) };
}

/** What its source had itself inherited began with that. */
function begunAt({ source, seq }: Past, path: string): Seq {
  const begun = source.findLast(
    (event) => event.seq <= seq && event.type === "step.started" && event.path === path,
  );
  return (begun ?? source.find((event) => event.type === "run.forked"))?.seq ?? seq;
}

function endedAs(past: Past, path: string): string | null {
  return endingOf(past, path)?.as ?? null;
}

/** Nothing is taken over as ended that had not ended so, and nothing else is said of it. */
function auditInherited(past: Past, steps: Inheritance["steps"], { tell }: Audited): void {
  for (const line of steps) {
    const { path, state } = line;
    if (!hasEnded(line)) continue;
    const was = endingOf(past, path);
    if (was !== null && was.as !== state)
      tell("fork", `inherits ${path} as ${state}, which was ${was.as} there`);
    if (was === null && !path.includes("{"))
      tell("fork", `inherits ${path} as ${state}, which had not ended there`);
    if (was === null || path.includes("{")) continue;
    const { as: _state, ...said } = was;
    const says = saidIn(line);
    if (canonical(says) !== canonical(said) || line.agent !== undefined)
      tell(
        "fork",
        `says of ${path} ${canonical({ ...line })}, of which was said ${canonical(said)}`,
      );
  }
}

/** What goes on rests on how the steps ended that had ended before it began: they stay so. */
function auditRests(
  past: Past,
  { steps, workflow }: { readonly steps: Inheritance["steps"]; readonly workflow: Workflow },
  { tell }: Audited,
): void {
  const ended = new Set(steps.filter(hasEnded).map(({ path }) => path));
  const known = stepsByPath(workflow);
  for (const line of steps) {
    if (hasEnded(line) || line.path === "") continue;
    const then = { ...past, seq: begunAt(past, line.path) };
    for (const { path } of before(known, line.path, () => true))
      if (!ended.has(path) && endedAs(then, path) !== null)
        tell("fork", `does ${path} again, which had ended, before ${line.path}, which goes on`);
  }
}

/** Nobody is asked again for what had ended well. */
function auditAgain(
  past: Past,
  { asked }: { readonly asked: readonly { readonly path: string }[] },
  { tell }: Audited,
): void {
  for (const { path } of asked) {
    if (path.includes("{") || path.startsWith("!")) continue;
    if (endedAs(past, path) === "completed")
      tell("fork", `asks again for ${path}, which had ended well there`);
  }
}

type Flight = { readonly key: number; readonly path: string; readonly opening: Opening };

/** A writer that may have been at work there, or wrote through tools, is done again only after a person was asked. */
function auditWriters(past: Past, events: readonly Event[], { tell }: Audited): void {
  const paths = new Set([...touchedIn(past).map(({ path }) => path), ...wroteIn(past)]);
  for (const path of paths) {
    const again = events.findIndex(
      (event) =>
        (event.type === "attempt.started" && event.path === path) ||
        (event.type === "step.started" && event.path === path && event.attempt !== undefined),
    );
    if (again < 0) continue;
    const isAsked = events
      .slice(0, again)
      .some((event) => event.type === "exception.raised" && event.path === path);
    if (!isAsked)
      tell("fork", `does ${path} again, which was in flight or had written there, and asks nobody`);
  }
}

function touchedIn({ source, seq }: Past): readonly Flight[] {
  const flights = new Map<number, Flight>();
  const begun = new Map<number, Seq>();
  let decided = 0;
  for (const event of source) {
    if (event.seq > seq) break;
    const opening =
      event.type === "step.started"
        ? event.attempt
        : event.type === "attempt.started"
          ? event
          : undefined;
    if (opening !== undefined && "path" in event)
      flights.set(event.seq, { key: event.seq, path: event.path, opening });
    if (event.type === "attempt.begun") begun.set(event.key, event.seq);
    if (event.type === "attempt.ended" || event.type === "attempt.suspended")
      flights.delete(event.key);
    if (event.type === "step.finished")
      for (const { key } of [...flights.values()].filter(({ path }) => path === event.path))
        flights.delete(key);
    if (event.end === true && event.seq < seq) decided = event.seq;
  }
  // What its source knows since not to have been done may be done without a word.
  const isUndone = (key: number): boolean =>
    source.some((event) => event.type === "attempt.ended" && event.key === key && !event.doubt);
  return [...flights.values()].filter(({ key, path, opening }) => {
    if (opening.effects === "pure" || opening.task !== undefined || path.startsWith("!"))
      return false;
    const since = opening.effects === "ask" ? begun.get(key) : key;
    return since !== undefined && since <= decided && !isUndone(key);
  });
}

/** Steps that wrote through tools there, or may have, and had not ended well. */
function wroteIn(past: Past): readonly string[] {
  const { source, seq } = past;
  const failed = new Set(
    source.flatMap((event) => (event.type === "writeback.failed" ? [event.key] : [])),
  );
  const wrote = new Map<string, Set<number>>();
  for (const event of source) {
    if (event.seq > seq) break;
    if (event.type === "step.started") wrote.delete(event.path);
    if (event.type !== "writeback.started" || failed.has(event.key)) continue;
    wrote.set(event.path, (wrote.get(event.path) ?? new Set()).add(event.key));
  }
  return [...wrote.keys()].filter((path) => {
    const ended = endedAs(past, path);
    return ended !== "completed" && ended !== "degraded" && !/[{!]/.test(path);
  });
}
