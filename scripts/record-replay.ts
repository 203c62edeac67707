/**
 * Records logs of this release, which every later one must fold: `npm run record-replay`. It plays
 * the workflows of test/replay/workflows in companies of their own, on a clock that stands still, and
 * writes test/replay/<release>-<name>.jsonl. What is there already stays as it is.
 */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { absent, eventOf, evolve, freeze, MACHINE_VERSION } from "../src/core/machine/index.ts";
import { digestOf } from "../src/engine/runtime/index.ts";
import { type Company, type Envelope, openCompany, type RunId, type Told } from "../src/index.ts";
import { type VirtualClock, virtualClock } from "../src/testing/index.ts";
import { agentsFor } from "../test/replay/agents.ts";
import { type Header, outcomeOf } from "../test/replay/recorded.ts";

const FOLDER = join(import.meta.dirname, "..", "test", "replay");
const RELEASE = versionHere();

type Play = {
  readonly company: Company;
  readonly clock: VirtualClock;
  readonly run: RunId;
};
type Script = (play: Play) => Promise<Play>;

const SCRIPTS: Readonly<Record<string, Script>> = {
  kinds: async (play) => {
    await vote(play, "ana", true);
    await vote(play, "bo", true);
    await on(play);
    await answer(play.clock, play.company.publish("payment", { amount: "12.5" }, { key: "ana" }));
    await on(play);
    await vote(play, "bo", true);
    return play;
  },
  strategies: async (play) => play,
  exceptions: async (play) => {
    await tell(play, { type: "retry", key: await exceptionOf(play) });
    await tell(play, { type: "skip", key: await exceptionOf(play), why: "not needed" });
    await tell(play, {
      type: "give",
      key: await exceptionOf(play),
      output: { value: { n: 7 } },
      why: "by hand",
    });
    await tell(play, { type: "retry", key: await exceptionOf(play) });
    await tell(play, { type: "pause", why: "lunch" });
    await play.clock.advance(60_000);
    await tell(play, { type: "resume" });
    await play.clock.advance(3 * 3_600_000);
    await vote(play, "ana", true);
    await vote(play, "bo", false);
    return play;
  },
  rollback: async (play) => {
    await tell(play, { type: "cancel", why: "no more", rollback: true });
    await tell(play, { type: "retry", key: await exceptionOf(play) });
    return play;
  },
  crash: async (play) => {
    const again = await reopened(play);
    await tell(again, {
      type: "give",
      key: await exceptionOf(again),
      output: { value: { n: 1 } },
      why: "it was done",
    });
    return again;
  },
  escalation: async (play) => {
    await tell(play, { type: "retry", key: await exceptionOf(play) });
    return play;
  },
  people: async (play) => {
    const at = (step: string): Promise<number> => taskOf(play, step);
    const why = "not now";
    await tell(play, { type: "claim", key: await at("review") }, "di");
    await tell(play, { type: "release", key: await at("review"), why }, "di");
    await tell(play, { type: "decline", key: await at("sign"), why }, "di");
    await play.clock.advance(3_700_000);
    const output = { value: { verdict: "good", pages: "3" } };
    await tell(play, { type: "give", key: await at("review"), output, why: "read" }, "ed");
    await play.clock.advance(3_700_000);
    const facts = { value: { facts: "Two." } };
    await tell(play, { type: "give", key: await at("find"), output: facts, why: "" }, "ana");
    return play;
  },
  timeout: async (play) => {
    await tell(play, { type: "skip", key: await exceptionOf(play), why: "nobody knows" });
    return play;
  },
};

for (const [name, script] of Object.entries(SCRIPTS)) await record(name, script);

async function record(name: string, script: Script): Promise<void> {
  const files = [name, ...(name === "kinds" ? ["child"] : [])].map((one) => ({
    one,
    file: fileOf(one),
  }));
  if (files.every(({ file }) => existsSync(file))) {
    console.log(`${name}: there already; what a release recorded is never written again`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "muster-replay-"));
  cpSync(join(FOLDER, "company"), folder, { recursive: true });
  cpSync(join(FOLDER, "workflows"), join(folder, "workflows"), { recursive: true });
  const clock = virtualClock();
  const company = await opened(folder, clock);
  const started = await answer(clock, company.run(name));
  if (started.run === null) throw new Error(JSON.stringify(started.problems));
  const play = { company, clock, run: started.run };
  if (name === "crash") await clock.settle();
  else await on(play);
  const last = await script(play);
  await on(last);
  for (const { one, file } of files)
    for (const { stream, workflow } of last.company.runs())
      if (workflow === one) await write(last.company, stream as RunId, { name: one, file });
  await answer(clock, last.company.close());
  rmSync(folder, { recursive: true });
}

function opened(folder: string, clock: VirtualClock): Promise<Company> {
  return answer(clock, openCompany(folder, { clock, agents: agentsFor(clock) }));
}

/** The process ends in the middle, and another opens the folder. */
async function reopened({ company, clock, run }: Play): Promise<Play> {
  await answer(clock, company.close());
  const play = { company: await opened(company.folder, clock), clock, run };
  await on(play);
  return play;
}

/** Lets time pass until the run has ended, or waits for somebody. */
async function on({ company, clock, run }: Play): Promise<void> {
  await answer(clock, company.settled(run));
}

async function tell(play: Play, told: Told, by = "ana"): Promise<void> {
  const problems = await answer(play.clock, play.company.send(play.run, told, { by }));
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  if (told.type !== "pause") await on(play);
}

async function vote(play: Play, by: string, allow: boolean): Promise<void> {
  const gate = ((await play.company.waiting(play.run)) ?? []).find(({ kind }) => kind === "gate");
  const key = gate?.key ?? 0;
  for await (const { seq, data } of play.company.events(play.run)) {
    const { digest } = (data["gate"] ?? {}) as { readonly digest?: never };
    if (seq === key && digest !== undefined)
      return tell(play, { type: "vote", key, digest, allow, reason: "" }, by);
  }
  throw new Error(`No gate is open: ${JSON.stringify(await play.company.waiting(play.run))}`);
}

async function exceptionOf({ company, run }: Play): Promise<number> {
  const waiting = (await company.waiting(run)) ?? [];
  const key = waiting.find(({ kind }) => kind === "exception")?.key;
  if (key === undefined || key === null) throw new Error(JSON.stringify(waiting));
  return key;
}

async function taskOf({ company, run }: Play, step: string): Promise<number> {
  const waiting = (await company.waiting(run)) ?? [];
  const key = waiting.find(({ kind, path }) => kind === "person" && path === step)?.key;
  if (key === undefined || key === null) throw new Error(JSON.stringify(waiting));
  return key;
}

async function answer<V>(clock: VirtualClock, promise: Promise<V>): Promise<V> {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  promise.then(over, over);
  for (let turn = 0; !isOver; turn += 1) {
    await clock.settle();
    if (!isOver && turn > 20) await clock.toNext();
  }
  return promise;
}

async function write(
  company: Company,
  run: RunId,
  as: { name: string; file: string },
): Promise<void> {
  const log: Envelope[] = [];
  for await (const envelope of company.events(run)) log.push(envelope);
  const workflow = company.definition(run);
  if (workflow === null) throw new Error(`There is no run ${run}.`);
  const file = `workflows/${as.name}.yaml`;
  const half = log.slice(0, Math.ceil(log.length / 2));
  const pages: Record<string, string> = {};
  const state = freeze(half.map(eventOf).reduce(evolve, absent(run, workflow)), (page) => {
    const digest = digestOf(page);
    pages[digest] = page;
    return digest;
  });
  const header: Header = {
    release: RELEASE,
    machine: MACHINE_VERSION,
    definition: { file, text: readFileSync(join(FOLDER, file), "utf8") },
    ...outcomeOf(log, workflow),
    snapshot: { seq: half.length, state, pages },
  };
  writeFileSync(as.file, [header, ...log].map((line) => `${JSON.stringify(line)}\n`).join(""));
  console.log(`${as.name}: ${log.length} events, ${header.status}`);
}

function fileOf(name: string): string {
  return join(FOLDER, `${RELEASE}-${name}.jsonl`);
}

function versionHere(): string {
  const text = readFileSync(join(import.meta.dirname, "..", "package.json"), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
