import type { Digest } from "../../../core/id.ts";
import {
  type Decision,
  decide,
  draftOf,
  type Effect,
  type Event,
  type Facts,
  MACHINE_VERSION,
  owedBy,
  type Run,
  type Turn,
  timerDue,
  turnsOf,
} from "../../../core/machine/index.ts";
import { MusterError, type Problem } from "../../../core/problem.ts";
import type { Keyring } from "../../sealing/index.ts";
import type { Append, NewStanding } from "../../store/index.ts";
import { resultsOf } from "../calls/results.ts";
import { type Content, type Contents, digestFor } from "../contents.ts";
import { type Resident, snapshotDue } from "../resident.ts";
import type { Definitions } from "../runtime.ts";
import { claimsOf, factsAfter } from "./claims.ts";
import type { Mail } from "./mail.ts";
import { NO_ROWS, rowsOf } from "./rows.ts";
import { standingOf } from "./standing.ts";

/** What was decided for one run in this turn, on top of what is on disk. */
export type Draft = {
  readonly resident: Resident;
  /** The mails that were decided, and for each what its sender is told. */
  readonly mails: readonly Mail[];
  readonly outcomes: readonly (readonly Event[] | Problem)[];
  readonly run: Run;
  readonly events: readonly Event[];
  readonly effects: readonly Effect[];
  readonly turns: readonly Turn[];
  readonly standing: NewStanding;
  /** Contents that the decisions made; held until they are on disk. */
  readonly contents: readonly Content[];
  readonly hasSnapshot: boolean;
  /** Definitions that go with the append, so that the run can be folded from the store alone. */
  readonly pins: readonly Digest[];
  /** null: nothing happened that must be on disk. */
  readonly append: Append | null;
};

/** Events of one run in one commit, beyond which the rest of its mail waits for the next. */
const EVENTS_PER_RUN_MOST = 1_000;

export type World = {
  readonly facts: Facts;
  readonly contents: Contents;
  readonly definitions: Definitions;
  /** Definitions whose content is in the store. */
  readonly pinned: Set<Digest>;
  readonly log: { readonly keys: Keyring };
};

/** Decides the mail of one run. */
export function draft(resident: Resident, given: World, now: number): Draft {
  const [first] = resident.mails;
  const world = worldOf(resident, given);
  const isOne = resident.mails.length === 1 && first !== undefined;
  const { mails, outcomes, run, events, contents } = isOne
    ? decideOne(resident, first, world)
    : decideSome(resident, world);
  resident.mails = resident.mails.length === mails.length ? [] : resident.mails.slice(mails.length);
  const effects = events.length === 0 ? NO_EFFECTS : owedBy(run, events);
  const turns = turnsOf(resident.run, run);
  const standing = standingOf(run, resident.standing, now);
  const fired = firedKeys(mails, run);
  const isWritten = events.length > 0 || fired !== null;
  const snapshot = isWritten
    ? snapshotDue(run, resident.tail + events.length, world.facts.digest)
    : null;
  const pins = pinsOf(events, world.pinned);
  const beside = { fired, snapshot, pins, turns, standing };
  return {
    resident,
    mails,
    outcomes,
    run,
    events,
    contents,
    effects,
    turns,
    standing,
    hasSnapshot: snapshot !== null,
    pins,
    append: isWritten ? appendOf({ resident, mails, run, events, contents }, world, beside) : null,
  };
}

/** What a run of a subject names by digest is named so that nobody can guess at it. */
function worldOf(resident: Resident, world: World): World {
  const [first] = resident.mails;
  if (resident.run.seq === 0 && first?.signal.type === "start")
    resident.subject = first.signal.subject ?? null;
  const { subject } = resident;
  if (subject === null) return world;
  return { ...world, facts: { ...world.facts, digest: digestFor(world.log.keys, subject) } };
}

const NO_EFFECTS: readonly Effect[] = [];
const NO_EVENTS: readonly Event[] = [];

type Decided = Pick<Draft, "mails" | "outcomes" | "run" | "events" | "contents">;

/** Mostly a run has one mail in a turn: then its decision is taken as it is, and nothing is gathered. */
function decideOne(resident: Resident, mail: Mail, world: World): Decided {
  const { run, mails } = resident;
  const decision = decided(run, mail, world.facts);
  if ("code" in decision)
    return { mails, outcomes: [decision], run, events: NO_EVENTS, contents: NO_CONTENTS };
  const { events, contents } = decision;
  for (const content of contents) world.contents.hold(content);
  return { mails, outcomes: [events], run: decision.run, events, contents };
}

/** A mail with a cause is decided alone, so that it can be refused alone. */
function decideSome(resident: Resident, world: World): Decided {
  const mails: Mail[] = [];
  const outcomes: (readonly Event[] | Problem)[] = [];
  const events: Event[] = [];
  const contents: Content[] = [];
  let run = resident.run;
  for (const mail of resident.mails) {
    if (mails.length > 0 && mail.cause !== null) break;
    const decision = decided(run, mail, factsAfter(world.facts, resident.run, run));
    mails.push(mail);
    if ("code" in decision) outcomes.push(decision);
    else {
      run = decision.run;
      outcomes.push(decision.events);
      for (const event of decision.events) events.push(event);
      for (const content of decision.contents) {
        world.contents.hold(content);
        contents.push(content);
      }
    }
    if (mail.cause !== null || events.length >= EVENTS_PER_RUN_MOST) break;
  }
  return { mails, outcomes, run, events, contents };
}

/** A machine that throws has a fault; the run stays as it is on disk, and whoever asked is told. */
function decided(run: Run, mail: Mail, facts: Facts): Decision | Problem {
  try {
    return decide(run, mail.signal, facts);
  } catch (error) {
    if (error instanceof MusterError) return { code: error.code, message: error.message };
    const why = error instanceof Error ? error.message : String(error);
    return { code: "bug", message: `Run ${run.id} could not decide "${mail.signal.type}": ${why}` };
  }
}

type Made = Pick<Draft, "resident" | "mails" | "run" | "events" | "contents">;

type Beside = Pick<Draft, "turns" | "standing"> & {
  readonly fired: readonly number[] | null;
  readonly snapshot: ReturnType<typeof snapshotDue>;
  readonly pins: readonly Digest[];
};

function appendOf(made: Made, world: World, beside: Beside): Append {
  const { resident, mails, run, events } = made;
  const { fired, snapshot, turns, standing } = beside;
  const rows = events.length === 0 ? NO_ROWS : rowsOf(run, events, turns);
  const { timersSet, listensSet, listensEnded } = rows;
  const claims = claimsOf(resident.run, run, { facts: world.facts, events });
  const results = resultsOf(mails, events);
  return {
    ...(claims === undefined ? {} : { claims }),
    ...(results === undefined ? {} : { results }),
    stream: resident.id,
    after: resident.run.seq,
    cause: mails[0]?.cause ?? null,
    events: events.map(draftOf),
    contents: contentsOf(made, world, beside),
    timersSet,
    timersEnded: fired === null ? rows.timersEnded : withFired(rows, fired),
    listensSet,
    listensEnded,
    standing: standing === resident.standing ? null : standing,
    snapshot: snapshot === null ? null : { machine: MACHINE_VERSION, state: snapshot.state },
  };
}

const NO_CONTENTS: readonly Content[] = [];

/** All that the events name: what came with the signals, what was decided, a snapshot's pages, definitions. */
function contentsOf(
  { mails, contents }: Made,
  { definitions }: World,
  { snapshot, pins }: Beside,
): Append["contents"] {
  const isBare = contents.length === 0 && snapshot === null && pins.length === 0;
  if (isBare && mails.every(({ content }) => content === null)) return NO_CONTENTS;
  return [
    ...mails.flatMap(({ content }) => (content === null ? NO_CONTENTS : [content])),
    ...contents,
    ...(snapshot?.contents ?? NO_CONTENTS),
    ...pins.map((digest): Append["contents"][number] => [...pinned(digest, definitions), true]),
  ];
}

const NO_PINS: readonly Digest[] = [];

/** Definitions that these events name and the store does not have yet. */
function pinsOf(events: readonly Event[], known: ReadonlySet<Digest>): readonly Digest[] {
  let pins = NO_PINS;
  for (const event of events) {
    const digest = definitionIn(event);
    if (digest !== undefined && !known.has(digest) && !pins.includes(digest))
      pins = [...pins, digest];
  }
  return pins;
}

function definitionIn(event: Event): Digest | undefined {
  if (event.type === "run.accepted" || event.type === "run.moved") return event.definition;
  if (event.type === "attempt.started") return event.definition;
  return event.type === "step.started" ? event.attempt?.definition : undefined;
}

function pinned(digest: Digest, definitions: Definitions): Content {
  const content = definitions.contentOf(digest);
  if (content === null) throw new Error(`The definition ${digest} was read and has no text.`);
  return content;
}

/** A row that fired is done, whatever the run made of it; unless its moment was moved meanwhile. */
function firedKeys(mails: readonly Mail[], run: Run): readonly number[] | null {
  let keys: number[] | null = null;
  for (const { signal } of mails) {
    if (signal.type !== "fired" || (timerDue(run, signal.key) ?? 0) > signal.at) continue;
    keys ??= [];
    keys.push(signal.key);
  }
  return keys;
}

function withFired(rows: Pick<Append, "timersSet" | "timersEnded">, fired: readonly number[]) {
  const stays = new Set([...rows.timersEnded, ...rows.timersSet.map((timer) => timer.key)]);
  return [...rows.timersEnded, ...fired.filter((key) => !stays.has(key))];
}
