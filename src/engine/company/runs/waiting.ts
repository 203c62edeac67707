import { isCurrency, sayAmount } from "../../../core/amounts.ts";
import { writtenSince } from "../../../core/cases/index.ts";
import { sayDuration } from "../../../core/definition/index.ts";
import { parseCaseId, type RunId } from "../../../core/id.ts";
import { millisecondsOf } from "../../../core/instant.ts";
import { eventOf, type Run, type Wait, waitsOf } from "../../../core/machine/index.ts";
import { shellWord } from "../../../core/shell-word.ts";
import { unreachable } from "../../../core/unreachable.ts";
import type { Queued } from "../../runtime/index.ts";
import { isHeld } from "../../store/index.ts";
import type { Office } from "../office.ts";
import type { Waiting } from "./company-runs.ts";

/**
 * What each open step of a run waits for, for people: from its state, and from this process's queues.
 *
 * @param queued what waits for a place here; where this process only looks, whether another one is at
 *   work: whether an attempt has its places, only that one can tell
 */
function waitingOf(
  run: Run,
  queued: readonly Queued[] | "elsewhere" | "nowhere",
  { since, lacking, newer }: FromLog,
): readonly Waiting[] {
  const places = new Map(typeof queued === "string" ? [] : queued.map((one) => [one.key, one]));
  const waits = waitsOf(run).map((wait): Waiting => {
    const place = places.get(wait.key);
    const seen = place === undefined ? toldOf(wait, run.id, lacking) : queuedFor(wait, place);
    const told = typeof queued === "string" ? fromAfar(wait, seen, queued) : seen;
    const at = DECIDED.has(told.kind) ? since(wait.key) : undefined;
    const more = told.kind === "gate" && at !== undefined ? newer(at) : 0;
    return {
      path: wait.path,
      key: wait.key,
      ...told,
      ...(at === undefined ? {} : { since: at }),
      ...(more === 0 ? {} : { newer: more }),
    };
  });
  if (run.paused === null) return waits;
  const mend = `muster runs resume ${run.id}`;
  const what = `The run is paused: ${run.paused.why}`;
  return [{ path: "", key: null, status: "paused", kind: "paused", what, mend }, ...waits];
}

/** What the steps of a run wait for; null where there is no such run. */
export function waitingIn(office: Office, id: RunId): readonly Waiting[] | null {
  const { folder, log, runtime, isLooking } = office;
  const run = runtime.run(id);
  if (run === null) return null;
  const since = (key: number): string | undefined => {
    for (const { at } of log.read(id, key - 1)) return at;
    return undefined;
  };
  const lacking: FromLog["lacking"] = ({ key, path }) => {
    let found: Lacking | null = null;
    for (const envelope of log.read(id, Math.max(0, key - 1 - LOOKED_BACK))) {
      if (envelope.seq >= key) break;
      const event = eventOf(envelope);
      if (event.type === "budget.exceeded" && event.path === path) found = event;
    }
    return found;
  };
  const newer = (at: string): number => newerIn(office, run.case, at);
  const queued = isLooking ? (isHeld(folder) ? "elsewhere" : "nowhere") : runtime.queued(id);
  return waitingOf(run, queued, { since, lacking, newer });
}

/** Whoever decides is to look again: the requester has written since they were asked. */
function newerIn({ cases }: Office, name: string | null, since: string): number {
  const id = name === null ? null : parseCaseId(name);
  const now = id === null ? null : cases.log.get(id);
  return now === null ? 0 : writtenSince(now, millisecondsOf(since) ?? Infinity).length;
}

/** What only the log of the run tells of a wait. */
type FromLog = {
  readonly since: (key: number) => string | undefined;
  /** The budget that a person is asked for; null: none. */
  readonly lacking: (wait: Pick<Wait, "key" | "path">) => Lacking | null;
  /** How much was written in its case since a moment. */
  readonly newer: (since: string) => number;
};

/** `of`: "step", "run", or an account of the company. */
type Lacking = { readonly unit: string; readonly of: string };

/** An exception follows what it is about so closely. */
const LOOKED_BACK = 10;

/** What people do: those are told since when it waits for them. */
const DECIDED: ReadonlySet<Waiting["kind"]> = new Set(["gate", "person", "exception", "held"]);

type Told = Omit<Waiting, "path" | "key">;

/** An attempt that another process has in hand: it may still wait for its turn there. */
function fromAfar({ what }: Wait, told: Told, place: "elsewhere" | "nowhere"): Told {
  if (what.kind !== "agent" || what.stopping) return told;
  if (place === "nowhere") {
    const gone = `Agent "${what.agent}" was to do it, attempt ${what.attempt}, when the process at work ended.`;
    return { ...told, what: gone };
  }
  const turn =
    what.uses.length === 0 ? "for a place with it" : `for its turn at ${what.uses.join(", ")}`;
  const sentence = `Agent "${what.agent}" is at work on it, attempt ${what.attempt}, or it waits ${turn}: only the process at work can tell.`;
  return { ...told, what: sentence };
}

function queuedFor(wait: Wait, { waitsFor: place, isRateLimited }: Queued): Told {
  if (isRateLimited)
    return { status: "waiting", kind: "rate", what: `"${wait.name}" waits for ${place}.` };
  const resource = place.startsWith(RESOURCE) ? place.slice(RESOURCE.length) : null;
  const what = `"${wait.name}" waits for a place: ${place}.`;
  return { status: "ready", kind: resource === null ? "place" : "resource", what };
}

const RESOURCE = "resource ";

// oxlint-disable-next-line complexity -- a flat switch, one case for each thing that is waited for
function toldOf(wait: Wait, run: RunId, lacking: FromLog["lacking"]): Told {
  const { name, what } = wait;
  switch (what.kind) {
    case "agent":
    case "child":
    case "report":
    case "place":
      return movingTold(name, what);
    case "backoff":
    case "timer":
      return timerTold(name, what);
    case "event": {
      const of = what.match === "" ? "" : ` of ${what.match}`;
      const sentence = `"${name}" waits for the event "${what.event}"${of}.`;
      const mend = publishCommand(what);
      return { status: "waiting", kind: "event", what: sentence, mend, ...until(what.until) };
    }
    case "gate": {
      const item = `${run}.${wait.key}`;
      const mend = `muster inbox approve ${item}   or: muster inbox reject ${item} --why WHY`;
      const sentence = gateSentence(what);
      const due = { ...forWhom(what.from), ...until(what.until) };
      const { because, claimed } = what;
      const asks = {
        asks: asksOf(what),
        ...(because === "" ? {} : { because }),
        ...(claimed === null ? {} : { claimed }),
      };
      return { status: "waiting", kind: "gate", what: sentence, mend, ...asks, ...due };
    }
    case "use":
      return { status: "running", kind: "use", what: useSentence(name, what) };
    case "person":
      return taskTold(wait, what, run);
    case "held":
      return heldTold(wait, what, run);
    case "exception":
      return exceptionTold(wait, what, { run, lacking });
    case "budget":
      return budgetTold(name, what, { run, path: wait.path });
    default:
      return unreachable(what);
  }
}

function timerTold(name: string, what: Extract<Wait["what"], { kind: "backoff" | "timer" }>): Told {
  const until = instant(what.until);
  if (what.kind === "timer")
    return { status: "waiting", kind: "timer", what: `"${name}" waits until ${until}.`, until };
  const sentence = `"${name}" is tried again at ${until} (attempt ${what.attempt}), after: ${what.error}`;
  return { status: "retrying", kind: "timer", what: sentence, until };
}

function exceptionTold(
  wait: Wait,
  { owner, error, failure, look, why }: Extract<Wait["what"], { kind: "exception" }>,
  { run, lacking }: { readonly run: RunId } & Pick<FromLog, "lacking">,
): Told {
  const { name, path } = wait;
  const what = `"${name}" waits for ${owner === "" ? "a person" : owner}: ${error} ${look}`;
  const again = why === "unknown" ? " --retry" : "";
  const short = failure === "budget_exceeded" && why !== "unknown" ? lacking(wait) : null;
  const mend =
    short === null
      ? `muster runs resume ${run} --step ${shellWord(path)}${again}`
      : budgetMend(short, { run, path });
  const doubt = why === "unknown" ? ({ isInDoubt: true } as const) : {};
  return {
    status: "waiting",
    kind: "exception",
    what,
    mend,
    ...doubt,
    ...forWhom(owner === "" ? [] : [owner]),
  };
}

function heldTold(
  { name, path }: Wait,
  { by, why, look }: Extract<Wait["what"], { kind: "held" }>,
  run: RunId,
): Told {
  // What may have been done is not handed back just so.
  const [give, again] = ["give", look === "" ? "handback" : "retry"].map(
    (verb) => `muster runs ${verb} ${run} ${shellWord(path)}`,
  );
  const said = [`${by} has "${name}" in hand.`, why, look].filter((one) => one !== "");
  const mend = `${give} FILE --why WHY   or: ${again} --why WHY`;
  return { status: "waiting", kind: "held", what: said.join(" "), mend, for: [by] };
}

/** The company's budget stands in its map; what it lacks comes back by itself, or with the next day or month. */
function budgetTold(
  name: string,
  what: Extract<Wait["what"], { readonly kind: "budget" }>,
  at: { readonly run: RunId; readonly path: string },
): Told {
  const { unit, needed, left, of } = what;
  const say = (amount: number): string =>
    unit === "ms" ? sayDuration(Math.max(0, amount)) : sayAmount(unit, amount);
  const whose =
    of === "step" ? "its own budget" : of === "run" ? "the run's budget" : "the company's budget";
  const wants = needed === 0 ? "some" : say(needed);
  const sentence = `"${name}" waits for ${wants} of ${whose}; ${say(left)} left.`;
  const mend = budgetMend({ unit, of }, at);
  return { status: "waiting", kind: "budget", what: sentence, mend, ...until(what.until) };
}

function budgetMend(
  { unit, of }: Lacking,
  at: { readonly run: RunId; readonly path: string },
): string {
  const step = of === "step" ? ` --step ${shellWord(at.path)}` : "";
  const word = unit === "ms" ? "time=…" : isCurrency(unit) ? `money="${unit} …"` : `${unit}=…`;
  return of === "step" || of === "run"
    ? `muster runs raise ${at.run} ${word}${step} --why …`
    : "Raise the budget in map.yaml, or wait.";
}

function publishCommand(what: Extract<Wait["what"], { readonly kind: "event" }>): string {
  const key = what.match === "" ? "" : ` --key ${shellWord(what.match)}`;
  const fields = what.fields.map((name) => ` ${shellWord(name)}=…`).join("");
  return `muster publish ${shellWord(what.event)}${key}${fields}`;
}

type Moving = Extract<Wait["what"], { readonly kind: "agent" | "child" | "report" | "place" }>;

function movingTold(name: string, what: Moving): Told {
  switch (what.kind) {
    case "agent": {
      const how = what.stopping ? "is told to stop" : "is at work on it";
      const sentence = `Agent "${what.agent}" ${how}, attempt ${what.attempt}.`;
      return { status: "running", kind: "agent", what: sentence };
    }
    case "child":
      return {
        status: "running",
        kind: "child",
        what: `"${name}" waits for its sub-run ${what.run}.`,
      };
    case "report":
      return { status: "running", kind: "child", what: `The run ${what.run} is told of its end.` };
    case "place":
      return { status: "ready", kind: "place", what: `"${name}" waits for a place in this run.` };
    default:
      return unreachable(what);
  }
}

function useSentence(name: string, what: Extract<Wait["what"], { kind: "use" }>): string {
  const { agent, tool, verifying, writes } = what;
  if (verifying) return `What "${tool}" wrote for "${name}" is looked at again.`;
  const how = writes ? "writes with" : "reads with";
  return `Agent "${agent}" ${how} "${tool}" for "${name}".`;
}

type AtGate = Extract<Wait["what"], { readonly kind: "gate" }>;

function asksOf({ says, ask }: AtGate): string {
  return says === "" ? ask : says;
}

/** "Refund HKD 640.50 of order 1042": it waits for oscar or petra to decide. */
function gateSentence(gate: AtGate): string {
  const { from, need, votes, claimed } = gate;
  const anyone = from.length === 0 ? "anyone who may act on the run" : from.join(" or ");
  const who = claimed === null ? anyone : `${claimed}, who has claimed it,`;
  const more = need > 1 ? ` (${need - votes} of ${need} are still needed)` : "";
  return `"${asksOf(gate)}" waits for ${who} to decide${more}.`;
}

type Task = Extract<Wait["what"], { readonly kind: "person" }>;

function taskTold({ name, path }: Wait, what: Task, run: RunId): Told {
  const item = `${run}/${shellWord(path)}`;
  const fields = what.fields.map((field) => ` ${shellWord(field)}=…`).join("");
  const mend = `muster inbox answer ${item}${fields}   or first: muster inbox show ${item}`;
  const sentence = taskSentence(name, what);
  const to = what.claimed === null ? what.to : [what.claimed];
  const due = { ...forWhom(to), ...until(what.until) };
  return { status: "waiting", kind: "person", what: sentence, mend, ...due };
}

function taskSentence(name: string, { agent, to, claimed }: Task): string {
  if (claimed !== null)
    return `"${name}" is a person's task (${agent}): ${claimed} has claimed it.`;
  const who = to.length === 0 ? "anyone who may act on the run" : to.join(" or ");
  return `"${name}" is a person's task (${agent}): it waits for ${who}.`;
}

function forWhom(names: readonly string[]): { readonly for?: readonly string[] } {
  return names.length === 0 ? {} : { for: names };
}

function until(at: number | null): { readonly until?: string } {
  return at === null ? {} : { until: instant(at) };
}

function instant(at: number): string {
  return new Date(at).toISOString();
}
