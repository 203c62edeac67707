import type { RunId } from "../../src/core/id.ts";
import type { Json } from "../../src/core/json.ts";
import type { Effect, Event, Run } from "../../src/core/machine/index.ts";
import { oweAll, reconcile, unbegun } from "./machine-effects.ts";
import {
  type Disk,
  factsOf,
  fold,
  type Mail,
  newProcess,
  type Options,
  type Process,
  post,
  postOwn,
  type Resident,
  residentOf,
  type State,
  schedule,
} from "./machine-process.ts";
import { wakeUses } from "./machine-uses.ts";
import type { Shell, Surroundings } from "./shell.ts";

const AGAIN_MS = 200;

/** The smallest shell that keeps the contract of the machine: mailbox, decide, write, owe, perform. */
export function openMachineShell(world: Surroundings, options: Options): Shell {
  const disk: Disk = { streams: new Map(), contents: new Map() };
  const state: State = {
    world,
    options,
    disk,
    process: newProcess(),
    turn: (process) => take(state, process),
  };
  return {
    isGoverned: false,
    send: (run, signal, cause) => {
      if (!state.process.isDead) post(state, run, { signal, cause: cause ?? null, told: null });
    },
    runs: () => [...disk.streams.keys()],
    look: (run) =>
      disk.streams.has(run) ? (state.process.residents.get(run)?.run ?? fold(state, run)) : null,
    stored: (run) => disk.streams.get(run)?.events ?? [],
    read: (digest) => disk.contents.get(digest) ?? null,
    disagreements: () => [],
    isUp: () => !state.process.isDead,
    crash: () => {
      state.process.isDead = true;
    },
    open: () => open(state),
  };
}

/** Folds each run, tells it what may be lost, then does what it is owed. There is no other recovery. */
function open(state: State): void {
  state.process = newProcess();
  for (const run of state.disk.streams.keys()) {
    const resident = residentOf(state, run);
    if (resident === null || state.options.flaw === "forgets what is owed on opening") continue;
    const effects = state.options.machine.owed(resident.run);
    const lost = effects.filter(
      (effect) =>
        effect.type === "perform" ||
        effect.type === "abort" ||
        (effect.type === "use" && effect.do === "perform"),
    );
    let left = lost.length;
    const owe = (): void => {
      if (--left <= 0) oweAll(state, run, state.options.machine.owed(resident.run));
    };
    if (lost.length === 0 || state.options.flaw === "forgets what may be lost")
      oweAll(state, run, effects);
    else
      for (const effect of lost)
        postOwn(state, run, { type: "lost", key: "key" in effect ? effect.key : 0 }, owe);
  }
}

type Drafted = {
  readonly id: RunId;
  readonly resident: Resident;
  readonly mails: readonly Mail[];
  readonly run: Run;
  readonly events: readonly Event[];
  readonly effects: readonly Effect[];
  readonly isSeen: boolean;
};

function take(state: State, process: Process): void {
  if (process.isDead) return;
  const drafts: Drafted[] = [];
  for (const [id, resident] of process.residents)
    if (resident.mails.length > 0) drafts.push(draft(state, id, resident));
  if (state.options.flaw === "performs before it is written")
    for (const made of drafts) peek(state, made);
  const fate = state.world.disk.weather();
  state.world.moments.after(fate.slowMs, () => land(state, process, { drafts, fate: fate.kind }));
}

/** Decides the mail of one run. A mail with a cause is decided alone, so that it can be refused alone. */
function draft(state: State, id: RunId, resident: Resident): Drafted {
  const { machine } = state.options;
  const mails: Mail[] = [];
  const events: Event[] = [];
  let run = resident.run;
  for (const mail of resident.mails) {
    if (mails.length > 0 && mail.cause !== null) break;
    mails.push(mail);
    const decision = machine.decide(run, mail.signal, factsOf(state));
    if (!("code" in decision)) {
      run = decision.run;
      events.push(...decision.events);
      for (const [digest, text] of decision.contents)
        state.process.contents.set(digest, JSON.parse(text) as Json);
    }
    if (mail.cause !== null) break;
  }
  resident.mails = resident.mails.slice(mails.length);
  const effects = machine.owedBy(run, events);
  const cause = mails[0]?.cause ?? null;
  const isSeen = cause !== null && state.disk.streams.get(id)?.causes.has(cause) === true;
  return { id, resident, mails, run, events, effects, isSeen };
}

function peek(state: State, made: Drafted): void {
  const before = made.resident.run;
  made.resident.run = made.run;
  oweAll(
    state,
    made.id,
    made.effects.filter((effect) => effect.type === "perform"),
  );
  made.resident.run = before;
}

type Landing = {
  readonly drafts: readonly Drafted[];
  readonly fate: "kept" | "refused" | "crash before" | "crash after";
};

function land(state: State, process: Process, { drafts, fate }: Landing): void {
  if (process.isDead) return;
  if (fate === "crash before") return void (process.isDead = true);
  if (fate === "refused") {
    // Whoever sent it from outside is told; the rest is tried again.
    for (const made of drafts) {
      const stay = made.mails.filter((mail) => mail.cause === null);
      made.resident.mails = [...stay, ...made.resident.mails];
    }
    state.world.moments.after(AGAIN_MS, () => take(state, process));
    return;
  }
  const kept = drafts.filter((made) => !made.isSeen);
  for (const made of kept) keep(state, made);
  if (fate === "crash after") process.isDead = true;
  state.world.committed(kept.filter((made) => made.events.length > 0).map((made) => made.id));
  if (process.isDead) return;
  for (const made of drafts) finish(state, made);
  process.isBusy = false;
  if ([...process.residents.values()].some((resident) => resident.mails.length > 0))
    schedule(state, process);
}

function keep(state: State, made: Drafted): void {
  const cause = made.mails[0]?.cause ?? null;
  if (made.events.length === 0 && cause === null) return;
  const stream = state.disk.streams.get(made.id) ?? { events: [], causes: new Set() };
  if (made.events.length > 0) state.disk.streams.set(made.id, stream);
  if (cause !== null) stream.causes.add(cause);
  for (const event of made.events) stream.events.push(JSON.parse(JSON.stringify(event)) as Event);
  for (const [digest, value] of state.process.contents) state.disk.contents.set(digest, value);
}

const CONTROL: ReadonlySet<string> = new Set(["run.paused", "run.resumed", "run.stopping"]);

function finish(state: State, made: Drafted): void {
  const { id, resident } = made;
  if (!made.isSeen) {
    resident.run = made.run;
    for (const mail of made.mails)
      if (mail.signal.type === "begin") unbegun(state, made, mail.signal.key);
    oweAll(state, id, made.effects);
    wakeUses(state, id, made.events);
    const isControl = made.events.some((event) => CONTROL.has(event.type));
    if (isControl && state.options.flaw !== "forgets what waited for a resume")
      reconcile(state, id, resident);
  }
  for (const mail of made.mails) mail.told?.(made.isSeen ? "refused" : "done");
}
