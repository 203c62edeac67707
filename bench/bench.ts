/**
 * `npm run bench`: one table. Each figure stands beside the floor, measured in the same minute on the
 * same disk; what counts is the ratio. Every workload has a process of its own; the median of `TIMES`, by turns.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { USES_A_RUN } from "./governed.ts";

type Figures = { readonly ms: number; readonly cpuMs: number; readonly [more: string]: number };

const quick = process.argv.includes("--quick");
const TIMES = quick ? 1 : 5;
/** Runs one after another: with few of them the disk's moods are all that is measured. */
const IN_TURN = 50;
/** A thousand runs at once, so many times: what is measured is a process at work. */
const BATCHES = 5;
/** How long after its runs were begun the process is killed. */
const KILLED_AFTER_MS = 250;
const scratch = mkdtempSync(join(process.env["MUSTER_BENCH_DIR"] ?? tmpdir(), "muster-bench-"));
const rows: string[][] = [
  ["workload", "ours", "floor", "ratio", "to reach", "CPU ms a step", "more"],
];
let folders = 0;

await measure();
rmSync(scratch, { recursive: true, force: true });

async function measure(): Promise<void> {
  await sequential();
  await atOnce();
  await judged();
  await fanOut();
  await parked();
  await recovery();
  await verified();
  const widths =
    rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? [];
  for (const row of rows)
    process.stdout.write(
      `${row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd()}\n`,
    );
}

async function sequential(): Promise<void> {
  const steps = IN_TURN * 100;
  const [floor, ours] = await sideBySide(
    ["floor-sequential", 100, IN_TURN],
    ["sequential", 100, IN_TURN],
  );
  add(
    `${IN_TURN} runs x 100 steps, one after another`,
    `${(ours.ms / steps).toFixed(3)} ms/step`,
    `${(floor.ms / steps).toFixed(3)} ms`,
    ours.ms / floor.ms,
    "<= 1.5",
    ours.cpuMs / steps,
  );
}

async function atOnce(): Promise<void> {
  const [floor, ours] = await sideBySide(
    ["floor-at-once", 1000, 10, BATCHES],
    ["at-once", 1000, BATCHES],
  );
  const steps = 10_000 * BATCHES;
  const rate = (figures: Figures): number => steps / (figures.ms / 1000);
  const more = `delay p99 ${ours["delayP99Ms"]?.toFixed(0)} ms, most ${ours["delayMostMs"]?.toFixed(0)} ms; ${ours["rssMb"]?.toFixed(0)} MB`;
  add(
    "1,000 runs x 10 steps at once",
    `${rate(ours).toFixed(0)} steps/s`,
    `${rate(floor).toFixed(0)}`,
    rate(ours) / rate(floor),
    ">= 0.5",
    ours.cpuMs / steps,
    more,
  );
}

/**
 * Uses of tools: each is judged, hashed into the log, performed, and what it gave hashed in, too. Then
 * the same of runs whose contents are sealed with a person's key besides.
 */
async function judged(): Promise<void> {
  const runs = quick ? 50 : 200;
  const calls = runs * USES_A_RUN;
  const [floor, ours, sealed] = await sideBySide(
    ["floor-at-once", runs, USES_A_RUN, 1],
    ["judged", runs, 0],
    ["judged", runs, 1],
  );
  const rate = (figures: Figures): number => calls / (figures.ms / 1000);
  const each = [
    [`${calls} calls judged, logged, done`, ours],
    ["the same, sealed with a person's key", sealed],
  ] as const;
  for (const [what, figures] of each)
    add(
      what,
      `${rate(figures).toFixed(0)} calls/s`,
      `${rate(floor).toFixed(0)}`,
      rate(figures) / 5_000,
      ">= 1 (5,000/s)",
      figures.cpuMs / calls,
      `${(calls / (figures.cpuMs / 1000)).toFixed(0)} a second of CPU`,
    );
}

async function fanOut(): Promise<void> {
  const [floor, small] = await sideBySide(["floor-fan-out", 1000, 20], ["fan-out", 1000]);
  const [large] = await sideBySide(["fan-out", 10_000]);
  add(
    "an each of 1,000",
    `${small.ms.toFixed(0)} ms`,
    `${floor.ms.toFixed(0)} ms`,
    small.ms / floor.ms,
    "<= 5",
    small.cpuMs / 1000,
  );
  add(
    "an each of 10,000",
    `${large.ms.toFixed(0)} ms`,
    `${small.ms.toFixed(0)} ms (ours of 1,000)`,
    large.ms / small.ms,
    "<= 11",
    large.cpuMs / 10_000,
  );
  if (quick) return;
  const huge = await once("fan-out", [100_000]);
  const more = `delay p99 ${huge["delayP99Ms"]?.toFixed(0)} ms; ${huge["rssMb"]?.toFixed(0)} MB`;
  add(
    "CPU a step, an each of 100,000",
    `${(huge.cpuMs / 100_000).toFixed(4)} ms`,
    `${(small.cpuMs / 1000).toFixed(4)} ms (of 1,000)`,
    huge.cpuMs / 100_000 / (small.cpuMs / 1000),
    "<= 1.5",
    huge.cpuMs / 100_000,
    more,
  );
}

async function parked(): Promise<void> {
  const runs = quick ? 10_000 : 100_000;
  const folder = fresh();
  const park = await child("park", folder, [runs]);
  const reopen = await child("reopen", folder, []);
  add(
    `${runs} parked runs, memory each`,
    `${park["bytesEach"]?.toFixed(0)} bytes`,
    "",
    (park["bytesEach"] ?? 0) / 1024,
    "<= 1 (KB)",
    park.cpuMs / runs,
  );
  add(
    `${runs} parked runs, open again`,
    `${reopen.ms.toFixed(0)} ms`,
    "",
    reopen.ms / 3000,
    "<= 1 (3 s)",
    reopen.cpuMs / runs,
  );
}

/** The process is killed in the middle of 1,000 runs; the folder is opened again. */
async function recovery(): Promise<void> {
  const folder = fresh();
  await killed(folder);
  const back = await child("recover", folder, []);
  const more = `lost ${back["lost"]}, repeated ${back["repeated"]} attempts, ${back["open"]} of ${back["runs"]} runs were open`;
  add(
    "kill -9 in 1,000 runs x 10, all done again",
    `${back.ms.toFixed(0)} ms`,
    "",
    back.ms / 1500,
    "<= 1 (1.5 s)",
    back.cpuMs / 10_000,
    more,
  );
}

/** The whole record is gone through: hashed, linked, in one tree. */
async function verified(): Promise<void> {
  const figures = await once("verify", [quick ? 100_000 : 1_000_000]);
  const rate = (figures["events"] ?? 0) / (figures.ms / 1000);
  add(
    `a record of ${figures["events"]} events, verified`,
    `${rate.toFixed(0)} events/s`,
    "",
    rate / 50_000,
    ">= 1 (50,000/s)",
    figures.cpuMs / (figures["events"] ?? 1),
  );
}

function killed(folder: string): Promise<void> {
  return new Promise((done) => {
    const process_ = start("crash", folder, [1000]);
    process_.stdout?.once("data", () =>
      setTimeout(() => process_.kill("SIGKILL"), KILLED_AFTER_MS),
    );
    process_.on("exit", () => done());
  });
}

function add(
  ...[workload, ours, floor, ratio, reach, cpu, more]: [
    string,
    string,
    string,
    number,
    string,
    number,
    string?,
  ]
): void {
  rows.push([workload, ours, floor, ratio.toFixed(2), reach, cpu.toFixed(4), more ?? ""]);
}

type Workload = readonly [name: string, ...numbers: number[]];

/** The median of each, taken by turns: a disk has good minutes and bad ones. */
async function sideBySide<All extends readonly Workload[]>(
  ...workloads: All
): Promise<{ readonly [Each in keyof All]: Figures }> {
  const all: Figures[][] = workloads.map(() => []);
  for (let time = 0; time < TIMES; time++)
    for (const [at, [name, ...numbers]] of workloads.entries())
      all[at]?.push(await once(name, numbers));
  const medians = all.map((figures) => figures.sort((a, b) => a.ms - b.ms)[TIMES >> 1]);
  return medians as unknown as { readonly [Each in keyof All]: Figures };
}

function once(name: string, numbers: readonly number[]): Promise<Figures> {
  return child(name, fresh(), numbers);
}

function fresh(): string {
  folders++;
  return join(scratch, String(folders));
}

function child(name: string, folder: string, numbers: readonly number[]): Promise<Figures> {
  return new Promise((done, fail) => {
    const process_ = start(name, folder, numbers);
    let text = "";
    process_.stdout?.on("data", (part) => {
      text += String(part);
    });
    process_.on("exit", (code) =>
      code === 0
        ? done(JSON.parse(text) as Figures)
        : fail(new Error(`${name} ended with ${code}`)),
    );
  });
}

function start(name: string, folder: string, numbers: readonly number[]): ReturnType<typeof spawn> {
  const script = join(import.meta.dirname, "workload.ts");
  return spawn(process.execPath, ["--expose-gc", script, name, folder, ...numbers.map(String)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}
