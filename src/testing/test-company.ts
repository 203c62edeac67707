import type { Envelope } from "../core/audit/index.ts";
import type { WorkflowSource } from "../core/definition/index.ts";
import type { RunId } from "../core/id.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { sentence } from "../core/problem.ts";
import type { FunctionAgent } from "../engine/agents/index.ts";
import { type Company, openCompany } from "../engine/company/index.ts";
import { type VirtualClock, virtualClock } from "../engine/runtime/index.ts";
import type { Standing } from "../engine/store/index.ts";

/** A company in memory: scripted agents, and time that passes as fast as nothing happens. */
export type TestCompany = Company & {
  readonly clock: VirtualClock;
  /**
   * Starts a workflow and lets time pass until it has ended, or waits for a person or an event.
   * Throws where it cannot be started, with every problem.
   */
  readonly play: (workflow: string, params?: JsonObject) => Promise<TestRun>;
  /** Lets time pass for a run that was told something. */
  readonly playOn: (run: RunId) => Promise<TestRun>;
  /**
   * A person does the open task of a step, and time passes. Throws where there is none, or the answer is
   * refused, with every problem.
   *
   * @param step its path, or the id at the path's end
   */
  readonly answer: (
    run: RunId,
    step: string,
    answer: { readonly outputs: JsonObject; readonly by: string },
  ) => Promise<TestRun>;
};

export type TestRun = {
  readonly run: RunId;
  readonly standing: Standing;
  readonly events: readonly Envelope[];
  /** What the run gave; null before it has ended. */
  readonly outputs: Json;
};

/** Moments that a run may move on to; one that needs more never ends. */
const MOMENTS_MOST = 100_000;

/**
 * @param options.workflows written in TypeScript; a folder's files are read with `folder`
 * @param options.agents    by the name that steps ask for
 */
export async function openTestCompany(options: {
  readonly agents?: Readonly<Record<string, FunctionAgent>>;
  readonly workflows?: Readonly<Record<string, WorkflowSource>>;
  readonly folder?: string;
}): Promise<TestCompany> {
  const clock = virtualClock();
  const { agents = {}, workflows = {}, folder = "." } = options;
  const opening = openCompany(folder, { memory: true, clock, agents, workflows });
  await clock.settle();
  const company = await opening;
  const playOn = (run: RunId): Promise<TestRun> => playOnIn(company, clock, run);
  const close = async (): Promise<void> => {
    const closing = company.close();
    await clock.settle();
    await closing;
  };
  const settled = async <Told>(telling: Promise<Told>): Promise<Told> => {
    await patiently(telling, clock);
    return await telling;
  };
  return {
    ...company,
    clock,
    playOn,
    run: (...told) => settled(company.run(...told)),
    send: (...told) => settled(company.send(...told)),
    publish: (...told) => settled(company.publish(...told)),
    answer: async (run, step, { outputs, by }) => {
      const key = await taskAt(company, run, step);
      const told = { type: "give", key, output: { value: outputs }, why: "" } as const;
      const problems = await settled(company.send(run, told, { by }));
      if (problems.length === 0) return playOn(run);
      throw new Error(problems.map(sentence).join("\n"));
    },
    play: async (workflow, params = {}) => {
      const started = await settled(company.run(workflow, params));
      if (started.run !== null) return playOn(started.run);
      throw new Error(started.problems.map(sentence).join("\n"));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function taskAt(company: Company, run: RunId, step: string): Promise<number> {
  const waiting = (await company.waiting(run)) ?? [];
  const task = waiting.find(
    ({ kind, path }) => kind === "person" && (path === step || path.endsWith(`/${step}`)),
  );
  if (task?.key !== undefined && task.key !== null) return task.key;
  throw new Error(`${run} has no open task for people at "${step}".`);
}

async function playOnIn(company: Company, clock: VirtualClock, run: RunId): Promise<TestRun> {
  let standing: Standing | null = null;
  void company.settled(run).then((settled) => {
    standing = settled;
  });
  for (let moments = 0; moments < MOMENTS_MOST; moments += 1) {
    await clock.settle();
    if (standing !== null) return toldOf(company, run, standing);
    await clock.toNext();
  }
  throw new Error(`${run} has not ended after ${MOMENTS_MOST} moments.`);
}

/** Starting and telling read files and write the log, which takes turns of the real event loop. */
async function patiently(starting: Promise<unknown>, clock: VirtualClock): Promise<void> {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  starting.then(over, over);
  while (!isOver) await clock.settle();
}

async function toldOf(company: Company, run: RunId, standing: Standing): Promise<TestRun> {
  const events: Envelope[] = [];
  for await (const event of company.events(run)) events.push(event);
  const stored = events.find((event) => event.type === "run.finished")?.data["outputs"];
  const outputs =
    stored === undefined ? null : company.read(stored as Parameters<Company["read"]>[0]);
  return { run, standing, events, outputs };
}
