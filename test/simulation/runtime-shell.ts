import { hash } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { verifyStream } from "../../src/core/audit/index.ts";
import type { RunId, StreamId } from "../../src/core/id.ts";
import type { Json } from "../../src/core/json.ts";
import {
  type Answer,
  absent,
  type Event,
  eventOf,
  type Run,
} from "../../src/core/machine/index.ts";
import { MusterError } from "../../src/core/problem.ts";
import {
  type Clock,
  openEmbedded,
  type Performer,
  type Runtime,
} from "../../src/engine/runtime/index.ts";
import {
  type Faults,
  type Log,
  type MemoryDisk,
  newDisk,
  openMemory,
} from "../../src/engine/store/index.ts";
import { capacityOf, ranked, TIMEOUT_MS } from "./agents.ts";
import { hashOf } from "./chance.ts";
import { evolve } from "./evolve.ts";
import { deskOf, useAllBy, useBy } from "./runtime-desk.ts";
import type { Shell, Surroundings } from "./shell.ts";

/** A process: what it holds ends with it. */
type Process = { isDead: boolean; runtime: Runtime; lookAgain: () => void };
type State = {
  readonly world: Surroundings;
  readonly disk: MemoryDisk;
  /** Reads the disk beside any process. */
  readonly reader: Log;
  readonly known: Map<RunId, { events: Event[]; run: Run | null }>;
  process: Process;
};

/** The runtime that ships, on a disk in memory, with the world's clock and the world's agents. */
export function openRuntimeShell(world: Surroundings): Shell {
  const disk = newDisk();
  const reader = openMemory({ disk });
  const state = { world, disk, reader, known: new Map() } as unknown as State;
  state.process = newProcess(state);
  void state.process.runtime.start();
  return {
    isGoverned: true,
    send: (run, signal, cause) => {
      const { process } = state;
      if (!process.isDead) process.runtime.send(run, signal, cause).catch(() => undefined);
    },
    runs: () => [...disk.streams.keys()] as RunId[],
    look: (run) => (state.process.isDead ? foldedOf(state, run) : state.process.runtime.run(run)),
    stored: (run) => storedOf(state, run),
    read: (digest) => JSON.parse(reader.content(digest) ?? "null") as Json,
    disagreements: () => [...disagreements(reader, disk), ...accountDisagreements(state)],
    isUp: () => !state.process.isDead,
    crash: () => {
      state.process.isDead = true;
    },
    open: () => {
      state.process = newProcess(state);
      void state.process.runtime.start();
    },
  };
}

/** Until all that was answered has been heard. */
export async function heard(): Promise<void> {
  await turn();
}

/** The rows that the runtime keeps beside the events, and the chain through them. */
function disagreements(reader: Log, disk: MemoryDisk): readonly string[] {
  const found: string[] = [];
  const due = reader.due(Number.MAX_SAFE_INTEGER, 10);
  if (due.length > 0) found.push(`timers of runs that have ended: ${JSON.stringify(due)}`);
  const unsettled = reader.unsettled();
  if (unsettled.length > 0)
    found.push(`runs to fold on opening that have ended: ${unsettled.join(", ")}`);
  for (const [stream, kept] of disk.streams) {
    if (kept.listens.size > 0) found.push(`${stream} has ended and listens`);
    const verdict = verifyStream(reader.read(stream), sha256);
    if (!verdict.ok) found.push(`the chain of ${stream}: ${verdict.message}`);
    const last = [...reader.read(stream)]
      .map(eventOf)
      .findLast((event) => event.type === "run.finished");
    const status = reader.standing(stream)?.status;
    if (last?.type === "run.finished" && status !== last.outcome)
      found.push(`${stream} stands as ${status ?? "nothing"} and ended as ${last.outcome}`);
  }
  return found;
}

function sha256(text: string): string {
  return hash("sha256", text);
}

function storedOf(state: State, run: RunId): readonly Event[] {
  const known = state.known.get(run) ?? { events: [], run: null };
  state.known.set(run, known);
  for (const envelope of state.reader.read(run, known.events.length))
    known.events.push(eventOf(envelope));
  return known.events;
}

function foldedOf(state: State, id: RunId): Run | null {
  const events = storedOf(state, id);
  const [first] = events;
  const workflow =
    first?.type === "run.accepted" ? state.world.definitions.get(first.definition) : undefined;
  if (workflow === undefined) return null;
  const find: Run["definitions"] = (digest) => state.world.definitions.get(digest) ?? null;
  return events.reduce(evolve, absent(id, workflow, find));
}

function newProcess(state: State): Process {
  const { world, disk } = state;
  const process = { isDead: false } as Process;
  const clock: Clock = {
    now: world.moments.now,
    after: (ms, call) => world.moments.after(ms, () => !process.isDead && call()),
    soon: (call) => world.moments.soon(() => !process.isDead && call()),
  };
  process.runtime = openEmbedded({
    log: openMemory({ disk, faults: faultsOf(world, process) }),
    ...companyOf(world, disk),
    clock,
    performer: performerOf(world, process),
    desk: deskOf({
      outside: world.outside,
      stored: (run) => storedOf(state, run),
      isDead: () => process.isDead,
    }),
    runsPerTurn: world.runsPerTurn,
    definitions: {
      byDigest: (digest) => world.definitions.get(digest) ?? null,
      byName: (name) => world.definitions.get(world.names.get(name) as never) ?? null,
      contentOf: (digest) => (world.definitions.has(digest) ? [digest, "{}"] : null),
    },
    trouble: (problem) => {
      if (problem.code === "bug") world.broken("no throw", problem.message);
    },
  });
  process.lookAgain = governing(world, process);
  return process;
}

/** How often a process looks how late it is; seldom, since each look is something that happens. */
const LOOK_MS = 5_000;

/** As a company keeps what is in flight to its limit; where that is adaptive, as long as something is. */
function governing({ governor, ...world }: Surroundings, process: Process): () => void {
  const { most, lateMs } = governor;
  if (most === null) return () => {};
  const { runtime } = process;
  let limit = most;
  const admit = (to: number): void => {
    limit = to;
    world.admitted(to);
    runtime.admit(governor.admits(to));
  };
  admit(most);
  if (lateMs === null) return () => {};
  let isDue = false;
  const look = (): void => {
    isDue = false;
    if (process.isDead) return;
    const { inFlight, placing } = runtime.figures();
    const isIdle = inFlight === 0 && placing === 0;
    const late = isIdle ? 0 : lateMs();
    const given = { most, inFlight: () => inFlight, isFull: () => placing > 0 };
    const change = governor.adapted(limit, late, given);
    if (change !== null) admit(change.to);
    if (late >= LATE_MS && inFlight > 1 && limit > inFlight / 2)
      world.broken("adaptive", `late by ${late} ms with ${inFlight} in flight, ${limit} may be`);
    if (limit < 1 || limit > most) world.broken("adaptive", `${limit} may be in flight`);
    if (!isIdle) lookAgain();
    else if (limit !== most)
      world.broken("adaptive", `nothing is in flight, and ${limit} of ${most} may be`);
  };
  const lookAgain = (): void => {
    if (isDue) return;
    isDue = true;
    world.moments.after(LOOK_MS, look);
  };
  return lookAgain;
}

/** As the governor has it. */
const LATE_MS = 250;

const ACCOUNT = "tokens total";

/** The company's account; what is left is sometimes what was left a while ago. */
function companyOf(
  { accounts, approvals, moments }: Surroundings,
  disk: MemoryDisk,
): Pick<Parameters<typeof openEmbedded>[0], "accounts" | "approvals"> {
  if (accounts === null) return { approvals };
  const reader = openMemory({ disk });
  let asked = 0;
  let stale = 0;
  return {
    approvals,
    accounts: () => {
      const held = reader.account(ACCOUNT);
      if (asked++ % 5 === 0) stale = held;
      const most = accounts(moments.now());
      const left = most - (hashOf(`stale ${asked}`) % 4 === 0 ? stale : held);
      return [{ name: ACCOUNT, unit: "tokens", most, left }];
    },
  };
}

/** The account is the sum of what the runs claim, and never more than there was. */
function accountDisagreements(state: State): readonly string[] {
  const { accounts, moments } = state.world;
  if (accounts === null) return [];
  const held = state.reader.account(ACCOUNT);
  const runs = [...state.disk.streams.keys()].map((id) => foldedOf(state, id as RunId));
  const claimed = runs.reduce((sum, run) => sum + (run?.ledger?.claims?.[ACCOUNT] ?? 0), 0);
  const found: string[] = [];
  if (claimed !== held) found.push(`the account holds ${held}, and the runs claim ${claimed}`);
  const most = accounts(moments.now());
  if (held > most) found.push(`the account holds ${held} of at most ${most}`);
  return found;
}

/**
 * Never ends: nobody is there to hear. One for each who waits: a promise holds who waits for it, and one for
 * all would hold every world that was.
 */
function silence(): Promise<never> {
  return new Promise(() => {});
}

function faultsOf(world: Surroundings, process: Process): Faults {
  let fate: ReturnType<typeof world.disk.weather> = { kind: "kept", slowMs: 0 };
  return {
    before: async () => {
      if (process.isDead) return silence();
      fate = world.disk.weather();
      if (fate.slowMs > 0)
        await new Promise<void>((resolve) => void world.moments.after(fate.slowMs, resolve));
      if (process.isDead) return silence();
      if (fate.kind === "refused")
        throw new MusterError({ code: "disk-full", message: "The disk is full." });
      if (fate.kind !== "crash before") return;
      process.isDead = true;
      world.committed([]);
      return silence();
    },
    after: (batch) => {
      if (fate.kind === "crash after") process.isDead = true;
      const written = batch.filter((append) => append.events.length > 0);
      process.lookAgain();
      world.committed(written.map((append) => append.stream as StreamId as RunId));
      return process.isDead ? silence() : undefined;
    },
  };
}

function performerOf(world: Surroundings, process: Process): Performer {
  const terms = new Map<string, ReturnType<Performer["terms"]>>();
  return {
    ranked,
    people: world.people,
    terms: (agent) => {
      const rate = world.governor.rateOf(agent);
      const known = terms.get(agent) ?? {
        places: placesOf(agent),
        timeoutMs: TIMEOUT_MS,
        ...(rate === null ? {} : { rate }),
      };
      terms.set(agent, known);
      return known;
    },
    perform: (call, task, abort) =>
      new Promise<Answer>((resolve) => {
        if (process.isDead) return;
        const answer = (given: Answer): void => {
          if (!process.isDead) resolve(given);
        };
        const holds = [
          ...call.uses,
          ...placesOf(call.agent).map(({ place, capacity }) => ({ resource: place, capacity })),
        ];
        const stop = world.perform({
          run: task.run,
          call: { ...call, uses: holds },
          inputs: task.inputs,
          answer,
          use: useBy(task.use, () => process.isDead),
          useAll: useAllBy(task.useAll, () => process.isDead),
        });
        abort.addEventListener("abort", () => !process.isDead && stop());
      }),
  };
}

function placesOf(agent: string): readonly { readonly place: string; readonly capacity: number }[] {
  const capacity = capacityOf(agent);
  return capacity === null ? [] : [{ place: `agent ${agent}`, capacity }];
}
