import { describe, expect, test } from "vitest";
import { mixedWorkflow, task } from "../../../../test/given/checked.ts";
import {
  definitionsOf,
  performerOf,
  runId,
  type Script,
  start,
} from "../../../../test/given/performer.ts";
import { type Answer, type Usage, unitOf } from "../../../core/machine/index.ts";
import { virtualClock } from "../../../testing/index.ts";
import { type MemoryDisk, newDisk, openMemory } from "../../store/index.ts";
import { openEmbedded } from "../embedded.ts";

const DAY = "tokens day 2023-11-14";
const MOST = 100;

/** A step that sets aside 30 tokens, and waits until it may. */
const workflow = mixedWorkflow([
  task("write", { budget: { most: { tokens: 30 }, timeMs: null, onExceeded: "wait" } }),
]);

type Shared = {
  readonly disk: MemoryDisk;
  readonly clock: ReturnType<typeof virtualClock>;
  /** What the facts say is left: by default what is. */
  readonly left?: (left: number) => number;
};

/** One process of those that share a company's budget. */
async function open(script: Script, { disk, clock, left = (is) => is }: Shared) {
  const log = openMemory({ disk });
  const performer = performerOf(script);
  const accounts = () => [
    { name: DAY, unit: unitOf(DAY), most: MOST, left: left(MOST - log.account(DAY)) },
  ];
  const runtime = openEmbedded({
    log,
    clock,
    definitions: definitionsOf([workflow]),
    performer,
    accounts,
  });
  const starting = runtime.start();
  await clock.settle();
  await starting;
  const begin = (name: string) => runtime.send(runId(name), start(workflow.digest, clock.now()));
  return { log, runtime, begin, asked: performer.asked };
}

const shared = (): Shared => ({ disk: newDisk(), clock: virtualClock() });
const never: Script = () => new Promise<Answer>(() => {});
const used = (usage: Usage): Answer => ({ kind: "ok", output: { value: {} }, usage });
const names = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${prefix}${at}`);

describe("a company's budget", () => {
  test("M11 is not overdrawn by runs that begin in the same turn", async () => {
    const parts = shared();
    const { begin, log, asked } = await open(never, parts);
    for (const name of names("run", 20)) void begin(name);
    await parts.clock.settle();
    expect(asked).toHaveLength(3);
    expect(log.account(DAY)).toBe(90);
  });

  test("M11 is not overdrawn by two processes, each with facts that are stale", async () => {
    const parts = shared();
    let asks = 0;
    // Two of three times it is asked, it says that nothing was used yet.
    const left = (is: number) => ((Math.imul(asks++, 0x9e3779b1) >>> 16) % 3 === 0 ? is : MOST);
    const one = await open(never, { ...parts, left });
    const other = await open(never, { ...parts, left });
    for (const name of names("run", 10)) {
      void one.begin(`a${name}`);
      void other.begin(`b${name}`);
      await parts.clock.settle();
    }
    expect(one.asked.length + other.asked.length).toBe(3);
    expect(one.log.account(DAY)).toBe(90);
  });

  test("gives what was not used to those that wait for it, in other runs too", async () => {
    const parts = shared();
    const { begin, log } = await open(() => used({ tokens: 10 }), parts);
    for (const name of names("run", 9)) void begin(name);
    await parts.clock.settle();
    for (let minute = 0; minute < 10; minute++) {
      await parts.clock.advance(60_000);
      await parts.clock.settle();
    }
    const done = log.standings({ most: 100, status: ["completed"] });
    expect(done).toHaveLength(8);
    // 80 are used, and the ninth needs 30.
    expect(log.account(DAY)).toBe(80);
    expect(log.standings({ most: 100, status: ["waiting"] })).toHaveLength(1);
  });

  test("holds what was really used, also where that is more than was set aside", async () => {
    const parts = shared();
    const { begin, log, asked } = await open(() => used({ tokens: 400 }), parts);
    void begin("first");
    await parts.clock.settle();
    expect(log.account(DAY)).toBe(400);
    void begin("second");
    await parts.clock.settle();
    expect(asked).toHaveLength(1);
  });

  test("M11 keeps what a crash left in doubt, and the repeat claims its own", async () => {
    const parts = shared();
    const first = await open(never, parts);
    void first.begin("crashed");
    await parts.clock.settle();
    const second = await open(() => used({ tokens: 5 }), parts);
    await parts.clock.settle();
    expect(second.log.account(DAY)).toBe(35);
  });
});
