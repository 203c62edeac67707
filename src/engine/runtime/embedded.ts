import type { RunId } from "../../core/id.ts";
import { type Event, type Facts, owed, type Signal } from "../../core/machine/index.ts";
import { MusterError, type Problem } from "../../core/problem.ts";
import type { Log, Standing, Timer } from "../store/index.ts";
import { type Alarms, openAlarms } from "./calls/alarms.ts";
import { allInHand, isEmpty, nothingInHand } from "./calls/in-hand.ts";
import { openPerforming, type Performing } from "./calls/performing.ts";
import { type Contents, openContents } from "./contents.ts";
import { mayBeLost, owe, reconcile } from "./owing.ts";
import { openPublishing, type Publishing } from "./publishing.ts";
import { openResidents, type Resident, type Residents } from "./resident.ts";
import type { Clock, Definitions, Performer, Runtime } from "./runtime.ts";
import { type Gateway, openGateway } from "./tools/gateway.ts";
import type { ToolDesk } from "./tools/tool-desk.ts";
import { factsOf } from "./turns/facts-of.ts";
import { type Mail, mail } from "./turns/mail.ts";
import { type Mailroom, openMailroom, RUNS_PER_TURN_MOST } from "./turns/mailroom.ts";
import { openTurn } from "./turns/turn.ts";

export type EmbeddedOptions = {
  readonly log: Log;
  readonly clock: Clock;
  readonly definitions: Definitions;
  readonly performer: Performer;
  /** Who judges and performs uses of tools; absent: there are none. */
  readonly desk?: ToolDesk;
  /** Told of what nobody waits for: a disk that refuses, a fault of the machine. */
  readonly trouble?: (problem: Problem) => void;
  /** Attempts in flight at once in this process; a crash repeats at most so many. */
  readonly inFlightMost?: number;
  /** The company's accounts that limit all runs together; absent: there are none. */
  readonly accounts?: NonNullable<Facts["accounts"]>;
  /** Chains of approval, and what holds of people and time; absent: there are none. */
  readonly approvals?: NonNullable<Facts["approvals"]>;
  /** What is told is written down and nothing begins: who opens the folder next goes on. */
  readonly isResting?: boolean;
  /** Runs decided in one turn, and with as many more the next turn begins while a commit is under way. */
  readonly runsPerTurn?: number;
  /** Another process may write: a run is folded anew each time it is asked for, and `watch` looks at the log. */
  readonly isLooking?: boolean;
};

/** Attempts in flight at once in this process, unless said. */
export const IN_FLIGHT_MOST = 1_024;
/** Signals from outside that may wait to be decided. */
const WAITING_MOST = 100_000;
/** Runs folded at once on opening. */
const RECOVERED_AT_ONCE_MOST = 256;
/** How often one who only looks asks the log for news. */
const LOOK_MS = 250;
/** How long closing waits for answers of what was stopped. */
const CLOSING_MS_MOST = 5_000;

type Shell = {
  readonly options: EmbeddedOptions;
  readonly clock: Clock;
  readonly log: Log;
  readonly contents: Contents;
  readonly definitions: Definitions;
  readonly residents: Residents;
  readonly mailroom: Mailroom;
  readonly alarms: Alarms;
  readonly performing: Performing;
  readonly publishing: Publishing;
  readonly gateway: Gateway;
  readonly watchers: Map<RunId, Set<() => void>>;
  idlers: (() => void)[];
  isClosed: boolean;
};

/** One process, mailboxes in memory, one commit per turn of the event loop. */
export function openEmbedded(options: EmbeddedOptions): Runtime {
  const shell = assemble(options);
  return {
    send: (run, signal, cause) => send(shell, run, { signal, cause: cause ?? null }),
    publish: async (event) => (shell.isClosed ? CLOSED : shell.publishing.publish(event)),
    start: () => recover(shell),
    run: (id) => peek(shell, id)?.run ?? null,
    standing: (id) => standingNow(shell, id),
    read: shell.contents.read,
    idle: () => idle(shell),
    isBusy: (id) => {
      const resident = shell.residents.get(id);
      return (resident !== undefined && isInHand(resident)) || shell.gateway.isBusy(id);
    },
    queued: (id) =>
      allInHand(shell.residents.get(id)?.attempts ?? nothingInHand())
        .filter((attempt) => attempt.state === "placing")
        .map((attempt) => shell.performing.queued(attempt)),
    stopAgent: (agent, why) => shell.performing.stopAgent(shell.residents.all(), agent, why),
    figures: () => ({
      signals: shell.mailroom.waiting(),
      attempts: shell.performing.count(),
      placing: placing(shell),
      inFlight: shell.performing.inFlight(),
    }),
    admit: (most) => shell.performing.admit(Math.min(most, options.inFlightMost ?? IN_FLIGHT_MOST)),
    watch: (run, told) => watch(shell, run, told),
    forget: (runs) => forget(shell, runs),
    isClosed: () => shell.isClosed,
    close: () => close(shell),
  };
}

function forget({ residents, contents }: Shell, runs: readonly RunId[]): void {
  for (const id of runs) {
    const resident = residents.get(id);
    if (resident !== undefined && !isInHand(resident)) residents.drop(resident);
  }
  contents.forget();
}

function placing({ residents }: Shell): number {
  let count = 0;
  for (const { attempts } of residents.all())
    for (const { state } of allInHand(attempts)) if (state === "placing") count += 1;
  return count;
}

/** The parts know each other only through what they are given; two of them need those made after them. */
function assemble(options: EmbeddedOptions): Shell {
  const { log, clock, definitions, performer, trouble = () => {} } = options;
  const contents = openContents(log);
  const residents = openResidents(log, definitions);
  const mailroom: Mailroom = openMailroom(
    { clock, residents, runsPerTurn: options.runsPerTurn ?? RUNS_PER_TURN_MOST },
    () => turn.take(),
  );
  const alarms: Alarms = openAlarms({
    clock,
    log,
    expire: (attempt) => performing.expire(attempt),
    fire: (timer) => fire(shell, timer),
  });
  const desk = options.desk ?? null;
  const gateway = openGateway({ clock, contents, desk, mailroom, residents, log });
  const performing = openPerforming({
    clock,
    log,
    contents,
    performer,
    toolsOf: gateway.toolsOf,
    mailroom,
    alarms,
    inFlightMost: options.inFlightMost ?? IN_FLIGHT_MOST,
  });
  const published = (): void => committed(shell, []);
  const publishing = openPublishing({ clock, log, mailroom, trouble, published });
  const owing = { clock, contents, definitions, mailroom, performing, publishing, gateway };
  const turn = openTurn({
    clock,
    log,
    facts: factsOf(options, contents),
    contents,
    definitions,
    pinned: new Set(),
    residents,
    mailroom,
    performing,
    told: gateway.committed,
    owe: (resident, effects) => owe(owing, resident, effects),
    reconcile: (resident) => reconcile(owing, resident),
    nudge: alarms.nudge,
    committed: (runs) => committed(shell, runs),
    trouble,
  });
  const parts = { ...owing, options, log, residents, alarms };
  const shell: Shell = { ...parts, watchers: new Map(), idlers: [], isClosed: false };
  return shell;
}

function send(
  shell: Shell,
  id: RunId,
  { signal, cause }: { readonly signal: Signal; readonly cause: string | null },
): Promise<readonly Event[] | Problem> {
  if (shell.isClosed) return Promise.resolve(CLOSED);
  if (shell.mailroom.waiting() >= WAITING_MOST) return Promise.resolve(TOO_MUCH);
  return new Promise((resolve, reject) => {
    const sent: Mail = mail(signal, { cause, told: resolve, refused: reject });
    if (!shell.mailroom.postTo(id, sent)) resolve(noSuchRun(id));
  });
}

const CLOSED: Problem = {
  code: "conflict",
  message: "The company is closed; nothing more can be told to its runs.",
  mend: "Open it again.",
};
const TOO_MUCH: Problem = {
  code: "limit",
  message: `${WAITING_MOST} signals wait to be written; no more are taken until the disk has caught up.`,
  mend: "Send it again in a moment.",
};

function noSuchRun(id: RunId): Problem {
  return {
    code: "not-found",
    message: `There is no run ${id} here.`,
    mend: 'See "muster runs list".',
  };
}

/** The run in memory, or folded for a look: looking does not keep it. */
function peek(shell: Shell, id: RunId): Resident | null {
  const { residents, options } = shell;
  const resident = residents.get(id) ?? residents.wake(id, null);
  if (resident === null) return null;
  if (options.isLooking === true) residents.drop(resident);
  else if (!isInHand(resident)) residents.rest(resident);
  return resident.run.seq === 0 ? null : resident;
}

function isInHand({ mails, attempts, isUnderWay }: Resident): boolean {
  return mails.length > 0 || !isEmpty(attempts) || isUnderWay;
}

function standingNow(shell: Shell, id: RunId): Standing | null {
  const resident = shell.residents.get(id);
  if (resident === undefined || resident.standing === null) return null;
  const { standing, run, updatedAt } = resident;
  return { ...standing, stream: id, seq: run.seq, updatedAt };
}

function fire(shell: Shell, timer: Timer): void {
  const told = (): void => shell.alarms.landed(timer);
  const signal: Signal = { type: "fired", key: timer.key, at: shell.clock.now(), by: "timer" };
  try {
    shell.mailroom.postTo(timer.stream as RunId, mail(signal, { told }));
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    shell.options.trouble?.({ code: error.code, message: error.message });
  }
}

/** Folds each run that had something in flight, tells it what may be lost, then does what it is owed. */
async function recover(shell: Shell): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const streams = shell.log.unsettled();
  for (let from = 0; from < streams.length; from += RECOVERED_AT_ONCE_MOST) {
    const some = streams.slice(from, from + RECOVERED_AT_ONCE_MOST);
    await Promise.all(some.map((stream) => recoverRun(shell, stream as RunId, problems)));
  }
  // Before the timers: what was published in time is not too late because nobody was told.
  await shell.publishing.catchUp();
  shell.alarms.serve();
  return problems;
}

async function recoverRun(shell: Shell, id: RunId, problems: Problem[]): Promise<void> {
  try {
    const resident = shell.residents.get(id) ?? shell.residents.wake(id, null);
    if (resident === null) return;
    const lost = mayBeLost(owed(resident.run));
    await Promise.all(lost.map((key) => tellLost(shell, resident, key)));
    owe(shell, resident, owed(resident.run));
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    problems.push({
      code: error.code,
      message: error.message,
      ...(error.mend ? { mend: error.mend } : {}),
    });
  }
}

function tellLost(shell: Shell, resident: Resident, key: number): Promise<void> {
  return new Promise((resolve) => {
    const signal: Signal = { type: "lost", key, at: shell.clock.now(), by: "muster" };
    shell.mailroom.post(resident, mail(signal, { told: () => resolve() }));
  });
}

function watch(shell: Shell, run: RunId, told: () => void): () => void {
  const watchers = shell.watchers.get(run) ?? new Set();
  shell.watchers.set(run, watchers.add(told));
  const endLook = shell.options.isLooking === true ? look(shell, run, told) : () => {};
  return () => {
    endLook();
    watchers.delete(told);
    if (watchers.size === 0) shell.watchers.delete(run);
  };
}

/** Tells whenever the log may have more of the run, the first time too: nobody knows what was missed. */
function look({ clock, log }: Shell, run: RunId, told: () => void): () => void {
  let seen = -1;
  const again = (): void => {
    const seq = log.standing(run)?.seq ?? 0;
    const isNews = seq > seen;
    seen = seq;
    cancel = clock.after(LOOK_MS, again);
    if (isNews) told();
  };
  let cancel = clock.after(LOOK_MS, again);
  return () => cancel();
}

function committed(shell: Shell, runs: readonly RunId[]): void {
  for (const run of shell.watchers.size === 0 ? [] : runs) {
    const watchers = shell.watchers.get(run);
    if (watchers !== undefined) for (const told of Array.from(watchers)) told();
  }
  if (shell.idlers.length === 0 || !isIdle(shell)) return;
  const idlers = shell.idlers;
  shell.idlers = [];
  for (const resolve of idlers) resolve();
}

function isIdle({ mailroom, performing, publishing, gateway }: Shell): boolean {
  const isTelling = mailroom.waiting() > 0 || publishing.count() > 0 || gateway.count() > 0;
  return !isTelling && performing.count() === 0 && mailroom.commits() === 0;
}

function idle(shell: Shell): Promise<void> {
  if (isIdle(shell)) return Promise.resolve();
  return new Promise((resolve) => shell.idlers.push(resolve));
}

async function close(shell: Shell): Promise<void> {
  if (shell.isClosed) return;
  shell.isClosed = true;
  shell.alarms.close();
  shell.performing.close(shell.residents.all());
  shell.gateway.close();
  let giveUp = (): void => {};
  const late = new Promise<void>((resolve) => {
    giveUp = shell.clock.after(CLOSING_MS_MOST, resolve);
  });
  await Promise.race([idle(shell), late]);
  giveUp();
  shell.alarms.end();
  shell.mailroom.close();
  for (const watchers of shell.watchers.values()) for (const told of new Set(watchers)) told();
}
