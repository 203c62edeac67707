import type { StepSource, WorkflowSource } from "../../src/core/definition/index.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { AgentTask, FunctionAgent, FunctionAnswer } from "../../src/engine/agents/index.ts";
import { openTestCompany, type TestCompany } from "../../src/testing/index.ts";

/** What an agent answers. */
export type Script = (task: AgentTask) => FunctionAnswer;

/** A task that an agent was given, and when it had it in hand. */
export type Asked = {
  readonly agent: string;
  readonly task: AgentTask;
  readonly from: number;
  readonly to: number;
};

export type Opened = AsyncDisposable & {
  readonly company: TestCompany;
  /** In the order in which they were answered. */
  readonly asked: readonly Asked[];
  /** The paths of the steps, in the order in which they were begun. */
  readonly begun: readonly string[];
  /** As many agents as were ever at work together. */
  readonly atOnce: () => number;
};

const SECOND = 1_000;

export const nothing: Script = () => ({ outputs: {} });

export const fails =
  (kind: string): Script =>
  () => ({ error: { kind, message: `It met ${kind}.` } });

/** A company with one workflow, "it"; each attempt of its agents takes a second of its clock. */
export async function opened(
  it: WorkflowSource,
  scripts: Readonly<Record<string, Script>> = { desk: nothing },
  more: Readonly<Record<string, Partial<FunctionAgent>>> = {},
): Promise<Opened> {
  const asked: Asked[] = [];
  const begun: string[] = [];
  let atWork = 0;
  let most = 0;
  const agents: Record<string, FunctionAgent> = {};
  for (const [agent, script] of Object.entries(scripts)) {
    agents[agent] = {
      effects: "idempotent",
      ...more[agent],
      attempt: async (task) => {
        const { clock } = company;
        begun.push(task.step);
        atWork += 1;
        most = Math.max(most, atWork);
        const from = clock.now();
        await new Promise<void>((done) => clock.after(SECOND, done));
        atWork -= 1;
        asked.push({ agent, task, from, to: clock.now() });
        return script(task);
      },
    };
  }
  const company = await openTestCompany({ agents, workflows: { it } });
  return {
    company,
    asked,
    begun,
    atOnce: () => most,
    [Symbol.asyncDispose]: () => company.close(),
  };
}

/** What asks the log is answered over turns of the real event loop. */
export async function patiently<Told>(company: TestCompany, telling: Promise<Told>): Promise<Told> {
  let isOver = false;
  void telling.finally(() => {
    isOver = true;
  });
  while (!isOver) await company.clock.settle();
  return await telling;
}

/** What the agent of a step was given last. @throws Error where it was asked nothing */
export function inputsOf({ asked }: Opened, step: string): JsonObject {
  const last = asked.findLast(({ task }) => task.step === step);
  if (last === undefined) throw new Error(`Nobody was asked "${step}".`);
  return last.task.inputs;
}

/** So many steps that need nothing of one another. */
export function independent(count: number, more: object = {}): readonly StepSource[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `step${index + 1}`,
    agent: "desk",
    ...more,
  }));
}
