import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  type Company,
  type FunctionAgent,
  openCompany,
  type Problem,
  type RunId,
  type Started,
  type WorkflowSource,
} from "../../src/index.ts";
import { type VirtualClock, virtualClock } from "../../src/testing/index.ts";
import { type Chance, chanceOf } from "../simulation/chance.ts";
import { agentsOf } from "./agents.ts";
import { auditRun } from "./audit-run.ts";
import { SUB_RUN } from "./given-files.ts";
import { type Case, inventCase } from "./invent-case.ts";
import { judge } from "./judge.ts";
import { goOn, mischief } from "./signals.ts";

export type Played = {
  readonly complaints: readonly string[];
  /** What became of it: "refused", or the status of its run. */
  readonly end: string;
  readonly events: number;
};

type Play = {
  readonly case: Case;
  readonly chance: Chance;
  readonly clock: VirtualClock;
  readonly company: Company;
  readonly complaints: string[];
};

/**
 * One case: a company with one thing amiss in it, and beside it a run in which nothing is. It ends
 * in problems that people understand, or in a run that ends or says what it waits for.
 *
 * @param folder is emptied first
 */
export async function playCase(seed: string, folder: string): Promise<Played> {
  const chance = chanceOf(seed);
  const invented = inventCase(chance);
  furnish(folder, invented);
  const clock = virtualClock();
  const complaints: string[] = [];
  const types = { now: {} };
  const temper = { clock, garbled: invented.garbled, failing: 0.1, types: () => types.now };
  const opening = openCompany(folder, {
    memory: true,
    clock,
    agents: { ...agentsOf({ ...temper, chance: chance.apart("agents") }), steady: STEADY_AGENT },
    workflows: {
      steady: STEADY,
      ...(invented.workflow.kind === "value"
        ? { handed: invented.workflow.value as WorkflowSource }
        : {}),
    },
    trouble: (problem) => complaints.push(`there was trouble: ${problem.code} ${problem.message}`),
  });
  const company = await answered(clock, opening, "opening the company");
  const play: Play = { case: invented, chance, clock, company, complaints };
  const steady = await steadyRun(play);
  await checkAll(play);
  const workflow = await company.workflow(fileOf(invented));
  types.now = workflow?.types ?? {};
  const run = await startIt(play, workflow !== null);
  if (run !== null) await drive(play, run);
  const end = run === null ? "refused" : (company.standing(run)?.status ?? "nothing");
  for (const { stream } of company.runs())
    complaints.push(
      ...(await auditRun(company, stream as RunId)).map((what) => `${stream}: ${what}`),
    );
  await checkSteady(play, steady);
  const events = company.runs().reduce((sum, { seq }) => sum + seq, 0);
  await answered(clock, company.close(), "closing the company");
  return { complaints, end, events };
}

const CASE_FILE = "workflows/case.yaml";

function fileOf({ workflow, name }: Case): string {
  if (workflow.kind === "file") return CASE_FILE;
  const { value } = workflow;
  const own = typeof value === "object" && value !== null && "name" in value ? value.name : name;
  return typeof own === "string" ? own : "handed";
}

function furnish(folder: string, { workflow, agentFiles }: Case): void {
  rmSync(folder, { recursive: true, force: true });
  for (const below of ["workflows", "agents"]) mkdirSync(join(folder, below), { recursive: true });
  if (workflow.kind === "file") writeFileSync(join(folder, CASE_FILE), workflow.text);
  writeFileSync(join(folder, "workflows", "onboarding.yaml"), SUB_RUN.text);
  for (const [name, text] of Object.entries(agentFiles))
    writeFileSync(join(folder, "agents", `${name}.yaml`), text);
}

/** It takes its time, so that what is amiss beside it falls in the middle of it. */
const STEADY = {
  name: "steady",
  steps: [
    { id: "list", agent: "steady", outputs: { numbers: "integer[]" } },
    {
      id: "each",
      each: "$list.numbers",
      agent: "steady",
      inputs: { n: "$item" },
      outputs: { numbers: "integer[]" },
      max_concurrency: 1,
    },
    { id: "rest", wait: "1 minute" },
    { id: "last", agent: "steady", inputs: { n: 3 }, outputs: { numbers: "integer[]" } },
  ],
  outputs: { each: "$each.numbers", last: "$last.numbers" },
} satisfies WorkflowSource;

const STEADY_AGENT: FunctionAgent = {
  effects: "idempotent",
  attempt: ({ inputs }) => ({ outputs: { numbers: timesTable(Number(inputs["n"] ?? 4)) } }),
};
const timesTable = (n: number): readonly number[] => Array.from({ length: n }, (_, at) => at * n);
const STEADY_OUTPUTS = JSON.stringify({ each: timesTable(4).map(timesTable), last: timesTable(3) });

async function steadyRun(play: Play): Promise<RunId> {
  const started = await answered(play.clock, play.company.run("steady"), "starting the steady run");
  if (started.run === null) throw new Error(started.problems.map(({ message }) => message).join());
  return started.run;
}

async function checkSteady(play: Play, run: RunId): Promise<void> {
  const { company, clock, complaints } = play;
  await answered(clock, company.settled(run), "the steady run");
  const status = company.standing(run)?.status;
  if (status !== "completed") complaints.push(`the run beside it is ${status}`);
  for await (const { type, data } of company.events(run)) {
    if (type !== "run.finished") continue;
    const outputs = JSON.stringify(company.read(data["outputs"] as { readonly digest: string }));
    if (outputs !== STEADY_OUTPUTS) complaints.push(`the run beside it gave ${outputs}`);
  }
}

async function checkAll(play: Play): Promise<void> {
  const { company, clock, complaints } = play;
  const { workflow, name, agentFiles } = play.case;
  const files = new Map<string, string>([["workflows/onboarding.yaml", SUB_RUN.text]]);
  if (workflow.kind === "file") files.set(CASE_FILE, workflow.text);
  for (const [agent, text] of Object.entries(agentFiles)) files.set(`agents/${agent}.yaml`, text);
  const problems = await answered(clock, company.check(), "check");
  const isText = (problem: Problem): boolean => problem.where?.file !== "handed";
  for (const problem of problems)
    complaints.push(...judge(problem, { files: isText(problem) ? files : null }));
  if (workflow.kind === "file") {
    const own = await answered(clock, company.check(CASE_FILE), `check ${CASE_FILE} (${name})`);
    const loads = (await company.workflow(CASE_FILE)) !== null;
    if (loads === own.some(({ severity }) => severity !== "warning"))
      complaints.push(
        loads ? "it loads, and has errors" : "it does not load, and nothing is wrong",
      );
  }
}

async function startIt(play: Play, loads: boolean): Promise<RunId | null> {
  const { company, clock, complaints } = play;
  const starting = company.run(fileOf(play.case), play.case.params as never);
  const started: Started = await answered(clock, starting, "starting the run");
  if (started.run !== null) {
    if (!loads) complaints.push("it was started, and does not load");
    return started.run;
  }
  if (started.problems.length === 0) complaints.push("it was refused without a problem");
  if (loads)
    for (const problem of started.problems) complaints.push(...judge(problem, { files: null }));
  return null;
}

/** Moments a run may take before somebody cancels it, and after. */
const MOMENTS_MOST = 600;
/** How often somebody does what it waits for. */
const DEEDS_MOST = 12;

async function drive(play: Play, run: RunId): Promise<void> {
  const { company, clock, chance } = play;
  let deeds = 0;
  for (let moment = 0; moment < MOMENTS_MOST; moment += 1) {
    await clock.settle();
    if (play.case.mischief > 0 && chance.is(play.case.mischief)) await tell(play, mischief, run);
    if (await isSettled(play, run)) {
      if (company.standing(run)?.endedAt !== null || deeds === DEEDS_MOST) return;
      deeds += 1;
      await tell(play, goOn, run);
    } else await clock.toNext();
  }
  const cancel = { type: "cancel", why: "It goes on and on.", rollback: false } as const;
  await answered(clock, company.send(run, cancel), "cancelling a long run");
  for (let moment = 0; moment < MOMENTS_MOST; moment += 1) {
    if (await isSettled(play, run)) return;
    await clock.toNext();
  }
  play.complaints.push(`it does not end after ${MOMENTS_MOST} moments and a cancel`);
}

async function tell(play: Play, how: typeof goOn, run: RunId): Promise<void> {
  const { company, chance, clock } = play;
  const told = await answered(clock, how({ company, run, chance }), "telling the run");
  const problems = Array.isArray(told) ? (told as (Problem | number)[]) : [];
  for (const problem of problems)
    if (typeof problem === "object") play.complaints.push(...judge(problem, { files: null }));
}

async function isSettled({ company, clock }: Play, run: RunId): Promise<boolean> {
  let settled = false;
  void company.settled(run).then(() => {
    settled = true;
  });
  await clock.settle();
  return settled;
}

/** Turns that an answer may take: first those without waiting, then some in which a file is read. */
const QUICK_TURNS_MOST = 100;
const TURNS_MOST = 4_000;

async function answered<V>(clock: VirtualClock, promise: Promise<V>, what: string): Promise<V> {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  promise.then(over, over);
  for (let turn = 0; !isOver; turn += 1) {
    if (turn > TURNS_MOST) throw new Error(`${what} is never answered`);
    await clock.settle();
    if (isOver || turn < QUICK_TURNS_MOST) continue;
    await clock.toNext();
    await pause(1);
  }
  return promise;
}
