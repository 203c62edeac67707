/** One workload in a process of its own: prints one line of JSON with what it measured. */
// As our program's own process does.
import "../src/engine/heap.ts";
import { mkdirSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { openCompany } from "../src/index.ts";
import { verifyAll, writeLog } from "./audited.ts";
import { writeCompany } from "./company.ts";
import { type Floor, floorAtOnce, floorFanOut, floorSequential, openFloor } from "./floor.ts";
import { writeGoverned } from "./governed.ts";

type Company = Awaited<ReturnType<typeof openCompany>>;
export type Figures = {
  readonly ms: number;
  readonly cpuMs: number;
  readonly [more: string]: number;
};

const [name = "", folder = "", ...rest] = process.argv.slice(2);
const numbers = rest.map(Number);
const one = (at: number): number => numbers[at] ?? 0;

const WORKLOADS: Record<string, () => Promise<Figures>> = {
  "floor-sequential": () =>
    floored(
      (floor) => againAndAgain(one(1), (n) => floorSequential(floor, one(0), n)),
      (floor) => againAndAgain(WARM_IN_TURN, (n) => floorSequential(floor, one(0), WARM + n)),
    ),
  "floor-at-once": () =>
    floored((floor) =>
      againAndAgain(one(2), (time) => floorAtOnce(floor, one(0), one(1), time * one(0))),
    ),
  "floor-fan-out": () => floored((floor) => floorFanOut(floor, one(0), one(1))),
  sequential: () => {
    const inTurn = (company: Company): Promise<void> =>
      runsOf(company, { workflow: "chain-100", runs: 1 });
    return ours((company) => againAndAgain(one(1), () => inTurn(company)), {
      again: inTurn,
      times: WARM_IN_TURN,
    });
  },
  "at-once": () =>
    ours((company) =>
      againAndAgain(one(1), () => runsOf(company, { workflow: "chain-10", runs: one(0) })),
    ),
  // To be killed: every run of it is one of those that are counted.
  crash: () =>
    ours((company) => {
      process.stdout.write("begun\n");
      return runsOf(company, { workflow: "chain-10", runs: one(0) });
    }, null),
  verify: async () => {
    mkdirSync(folder, { recursive: true });
    await writeLog(folder, one(0));
    const timed = clock();
    const events = await verifyAll(folder);
    return { ...timed(), events };
  },
  "fan-out": () => {
    const fan = (company: Company, count: number): Promise<void> =>
      runsOf(company, { workflow: "fan", runs: 1, params: { count } });
    return ours((company) => fan(company, one(0)), {
      again: (company) => fan(company, 1_000),
      times: 2,
    });
  },
  judged: () => {
    const judge = (company: Company, runs: number): Promise<void> =>
      runsOf(company, { workflow: "judged", runs, ...(one(1) === 1 ? { subject: "ann" } : {}) });
    writeGoverned(folder);
    return ours((company) => judge(company, one(0)), {
      again: (company) => judge(company, 20),
      times: 3,
    });
  },
  park,
  reopen,
  recover,
};

/** Runs of a hundred steps, one after another, before the clock starts: on this path, too, both sides are warm. */
const WARM_IN_TURN = 30;
/** Runs of the floor from here on are not counted. */
const WARM = 1_000_000;

/** Runs of ten steps before the clock starts; then some of what is measured, so that its own code is warm, too. */
const WARM_RUNS = 2_000;
type Warming = { readonly again: (company: Company) => Promise<void>; readonly times: number };
const ONLY_RUNS: Warming = { again: async () => {}, times: 0 };

process.stdout.write(`${JSON.stringify(await WORKLOADS[name]?.())}\n`);

async function againAndAgain(times: number, work: (time: number) => Promise<void>): Promise<void> {
  for (let time = 0; time < times; time++) await work(time);
}

/** Warmed as ours is, and with the same disk under it. */
async function floored(
  work: (floor: Floor) => Promise<void>,
  again: (floor: Floor) => Promise<void> = async () => {},
): Promise<Figures> {
  mkdirSync(folder, { recursive: true });
  const floor = openFloor(folder);
  await floorAtOnce(floor, WARM_RUNS, 10, 2 * WARM);
  await again(floor);
  const timed = clock();
  await work(floor);
  const figures = timed();
  floor.close();
  return figures;
}

async function ours(
  work: (company: Company) => Promise<void>,
  warming: Warming | null = ONLY_RUNS,
): Promise<Figures> {
  writeCompany(folder);
  const company = await openCompany(folder);
  // What is measured is a process at work, not its first second: both sides are warmed alike.
  if (warming !== null) await runsOf(company, { workflow: "chain-10", runs: WARM_RUNS });
  for (let time = 0; time < (warming?.times ?? 0); time++) await warming?.again(company);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const timed = clock();
  await work(company);
  const figures = {
    ...timed(),
    delayP99Ms: delay.percentile(99) / 1e6,
    delayMostMs: delay.max / 1e6,
    rssMb: process.memoryUsage().rss / 2 ** 20,
  };
  await company.close();
  return figures;
}

async function runsOf(
  company: Company,
  of: {
    workflow: string;
    runs: number;
    params?: { [name: string]: number };
    /** Whose data they work with: their events are sealed. */
    subject?: string;
  },
): Promise<void> {
  const sealed = of.subject === undefined ? {} : { subject: of.subject };
  const started = await Promise.all(
    Array.from({ length: of.runs }, () => company.run(of.workflow, of.params ?? {}, sealed)),
  );
  const ended = await Promise.all(
    started.map((start) => {
      if (start.run === null) throw new Error(JSON.stringify(start.problems));
      return company.settled(start.run);
    }),
  );
  const bad = ended.filter((standing) => standing.status !== "completed");
  if (bad.length > 0)
    throw new Error(`${bad.length} runs did not complete: ${bad[0]?.status} ${bad[0]?.note}`);
}

async function park(): Promise<Figures> {
  writeCompany(folder);
  const company = await openCompany(folder);
  await parked(company, 1000);
  const before = memory();
  const timed = clock();
  await parked(company, one(0));
  const figures = timed();
  const bytesEach = (memory() - before) / one(0);
  await company.close();
  return { ...figures, bytesEach };
}

async function parked(company: Company, runs: number): Promise<void> {
  for (let from = 0; from < runs; from += 1000) {
    const started = await Promise.all(
      Array.from({ length: Math.min(1000, runs - from) }, (_, at) =>
        company.run("park", { n: from + at }),
      ),
    );
    for (const start of started)
      if (start.run === null) throw new Error(JSON.stringify(start.problems));
  }
}

/** Opens the folder of parked runs again. */
async function reopen(): Promise<Figures> {
  const timed = clock();
  const company = await openCompany(folder);
  const figures = timed();
  const waiting = company.runs({ status: ["waiting"], most: 1 }).length;
  await company.close();
  return { ...figures, waiting };
}

/** Opens a folder whose process was killed in the middle, and waits until every run has ended. */
async function recover(): Promise<Figures> {
  const timed = clock();
  const company = await openCompany(folder);
  const runs = company.runs({ workflow: "chain-10", most: 100_000 });
  const open = runs.filter((run) => run.endedAt === null);
  const ended = await Promise.all(open.map((run) => company.settled(run.stream as never)));
  const figures = timed();
  let repeated = 0;
  for (const run of runs)
    for await (const event of company.events(run.stream as never))
      if (event.type === "attempt.repeated") repeated++;
  const lost = ended.filter((standing) => standing.status !== "completed").length;
  await company.close();
  return { ...figures, runs: runs.length, open: open.length, lost, repeated };
}

function memory(): number {
  const collect = (globalThis as { gc?: () => void }).gc;
  collect?.();
  collect?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function clock(): () => { ms: number; cpuMs: number } {
  const cpu = process.cpuUsage();
  const from = performance.now();
  return () => {
    const used = process.cpuUsage(cpu);
    return { ms: performance.now() - from, cpuMs: (used.user + used.system) / 1000 };
  };
}
