import type { Names, Template } from "../../expression/index.ts";
import { suggestion } from "../../expression/index.ts";
import { reportAgent, reportCapabilities, reportFallback } from "../agents/agent-check.ts";
import { readStepBudget } from "../settings/budget.ts";
import { readCache } from "../settings/cache.ts";
import { errorWords, readRetry, readStrategy } from "../settings/retry.ts";
import { least } from "../settings/settings.ts";
import { NOTHING_DECLARED } from "../types/declared-type.ts";
import { durationMs } from "../types/duration-value.ts";
import type {
  AgentNeed,
  Cache,
  Common,
  Compensation,
  Fallback,
  StepBudget,
  SubRun,
  Task,
} from "../workflow.ts";
import { type Building, templateAt, templatesAt } from "./building.ts";
import { called, capital, type Draft } from "./draft.ts";
import { checkInputs } from "./input-check.ts";
import { checkOutputs, checkRunOutputs } from "./output-check.ts";
import { readApprove } from "./people.ts";
import { fieldsOf } from "./scope.ts";
import type { SubRunSource, TaskSource } from "./step-source.ts";
import { checkTakers } from "./takers-check.ts";

type TaskDraft = Extract<Draft, { kind: "task" }>;
type SubRunDraft = Extract<Draft, { kind: "workflow" }>;

export function buildTask(
  draft: TaskDraft,
  context: { readonly head: Common; readonly names: Names; readonly building: Building },
): Task {
  const { head, names, building } = context;
  const { source } = draft;
  const agent = readNeed(draft, building);
  const inputs = inputsOf(draft, names, building);
  const isTool = source.tool !== undefined;
  // What a tool takes and gives stands in the map, and is looked at with it.
  if (!isTool) checkTakers(agent, draft, { names, building });
  const fallback = isTool ? null : readFallback(source, draft, { agent, building });
  if (!isTool) checkOutputs(draft, { agent, fallback }, building);
  const strategy = readStrategy(source.error_strategy) ?? building.settings.strategy;
  adviseOn(draft, building, strategy === "retry_with_fallback" && fallback === null);
  const { settings } = building;
  return {
    ...head,
    kind: "task",
    agent,
    instructions: source.task ?? source.instructions ?? source.description ?? "",
    inputs,
    outputs: building.outputs.get(draft) ?? NOTHING_DECLARED,
    timeoutMs: least([
      timeoutOf(draft, building) ?? settings.stepTimeoutMs,
      settings.agentTimeoutMs,
    ]),
    retry: retryOf(draft, building),
    strategy,
    fallback,
    approve: readApprove(source.approve, draft, building),
    compensate: readCompensation(draft, names, building),
    uses: readUses(source, draft, building),
    ...(source.tool === undefined ? {} : { tool: source.tool }),
    ...budgetOf(draft, building),
    ...cacheOf(draft, agent, building),
    ...preparedIn(draft, names, building),
  };
}

function preparedIn(draft: TaskDraft, names: Names, building: Building): { options?: Template } {
  const { options } = draft.source;
  if (options === undefined) return {};
  const at = [...draft.at, "options"];
  return { options: templateAt(options, { by: draft, names, at, expected: "list" }, building) };
}

function cacheOf(draft: TaskDraft, agent: AgentNeed, building: Building): { cache?: Cache } {
  const cache = readCache(draft, agent, building);
  return cache === null ? {} : { cache };
}

export function buildSubRun(
  draft: SubRunDraft,
  context: { readonly head: Common; readonly names: Names; readonly building: Building },
): SubRun {
  const { head, names, building } = context;
  const { source } = draft;
  const workflow = source.workflow ?? "";
  const params = inputsOf(draft, names, building);
  const { workflows } = building.surroundings;
  const known =
    workflows !== null && Object.hasOwn(workflows, workflow) ? workflows[workflow] : null;
  if (workflows !== null && !known && source.workflow !== undefined) {
    building.report.add({
      code: "unknown-workflow",
      message: `There is no workflow "${workflow}" in this company.`,
      mend: suggestion(workflow, Object.keys(workflows), "Workflows"),
      path: [...draft.at, "workflow"],
    });
  }
  if (known) {
    const fields = Object.entries(known.params).map(([name, { type }]) => [name, type] as const);
    const required = Object.keys(known.params).filter((name) => known.params[name]?.required);
    checkInputs(source.inputs ?? {}, {
      draft,
      names,
      building,
      required,
      what: `workflow "${workflow}"`,
      word: "parameters",
      fields: { open: false, fields: Object.fromEntries(fields) },
    });
    if (known.outputs) checkRunOutputs(draft, known.outputs, building);
  }
  return {
    ...head,
    kind: "workflow",
    workflow,
    params,
    outputs: building.outputs.get(draft) ?? NOTHING_DECLARED,
    timeoutMs: timeoutOf(draft, building) ?? building.settings.stepTimeoutMs,
    retry: retryOf(draft, building),
    strategy: readStrategy(source.error_strategy) ?? building.settings.strategy,
    ...budgetOf(draft, building),
  };
}

function inputsOf(
  draft: TaskDraft | SubRunDraft,
  names: Names,
  building: Building,
): Readonly<Record<string, Template>> {
  return templatesAt(
    draft.source.inputs,
    { by: draft, names, at: [...draft.at, "inputs"] },
    building,
  );
}

function timeoutOf(draft: TaskDraft | SubRunDraft, { report }: Building): number | null {
  const source: Pick<TaskSource | SubRunSource, "timeout"> = draft.source;
  return durationMs(source.timeout, { path: [...draft.at, "timeout"], report, leastMs: 1 });
}

function budgetOf(draft: TaskDraft | SubRunDraft, building: Building): { budget?: StepBudget } {
  const { report, settings } = building;
  const path = [...draft.at, "budget"];
  const budget = readStepBudget(draft.source.budget, settings.budgets, { path, report });
  return budget === null ? {} : { budget };
}

function retryOf(draft: TaskDraft | SubRunDraft, { report, settings }: Building): Task["retry"] {
  const path = [...draft.at, "retry"];
  return readRetry(draft.source.retry, { path, report, otherwise: settings.retry });
}

function readNeed(draft: TaskDraft, building: Building): AgentNeed {
  const { agent, needs, tool, as } = draft.source;
  // Whether it has the grant is looked at with the map.
  if (tool !== undefined) return { kind: "named", agent: as ?? "" };
  if (agent !== undefined) {
    reportAgent(agent, [...draft.at, "agent"], building);
    return { kind: "named", agent };
  }
  const list = needs === undefined ? [] : typeof needs === "string" ? [needs] : needs;
  if (list.length > 0) reportCapabilities(list, [...draft.at, "needs"], building);
  else if (needs !== undefined) {
    building.report.add({
      code: "wrong-value",
      message: "This step needs no capability, so that nobody is named.",
      mend: "Write at least one capability, or agent: NAME.",
      path: [...draft.at, "needs"],
    });
  }
  return { kind: "capable", needs: [...new Set(list)] };
}

function readFallback(
  source: Partial<TaskSource>,
  draft: TaskDraft,
  context: { readonly agent: AgentNeed; readonly building: Building },
): Fallback | null {
  const { agent, building } = context;
  const said = source.fallback;
  const primary = agent.kind === "named" ? agent.agent : null;
  if (said === undefined) {
    return (
      (primary === null ? undefined : building.settings.fallbacks.get(primary)?.fallback) ?? null
    );
  }
  const at =
    typeof said === "string" ? [...draft.at, "fallback"] : [...draft.at, "fallback", "agent"];
  const name = typeof said === "string" ? said : said.agent;
  reportFallback(name, at, building);
  if (name === primary) {
    building.report.add({
      code: "wrong-value",
      message: `The fallback is the agent itself, "${name}".`,
      mend: "Name another agent, or use retry.",
      path: at,
    });
  }
  if (typeof said === "string") return { agent: name, reason: "", on: [] };
  const on = [...errorWords(said.on), ...errorWords(said.trigger)];
  return { agent: name, reason: said.reason ?? "", on };
}

function readCompensation(draft: TaskDraft, names: Names, building: Building): Compensation | null {
  const said = draft.source.compensate;
  if (said === undefined) return null;
  const at = [...draft.at, "compensate"];
  reportAgent(said.agent, [...at, "agent"], building);
  // By the time of a rollback the item and the round are gone: what undoes a step knows what it gave.
  const { item: _item, index: _index, round: _round, ...outside } = names;
  const own: Names = { ...outside, outputs: fieldsOf(draft, building.outputs) };
  return {
    agent: said.agent,
    inputs: templatesAt(said.inputs, { by: draft, names: own, at: [...at, "inputs"] }, building),
    timeoutMs: durationMs(said.timeout, {
      path: [...at, "timeout"],
      report: building.report,
      leastMs: 1,
    }),
  };
}

function readUses(
  source: Partial<TaskSource>,
  draft: TaskDraft,
  building: Building,
): readonly string[] {
  const { uses } = source;
  const list = uses === undefined ? [] : typeof uses === "string" ? [uses] : uses;
  list.forEach((name, index) => {
    if (building.resources.includes(name)) return;
    building.report.add({
      code: "wrong-value",
      message: `There is no resource "${name}" in this workflow.`,
      mend: `${suggestion(name, building.resources, "Resources")} Declare it: resources: {${name}: 1}.`,
      path: [...draft.at, "uses", ...(typeof uses === "string" ? [] : [index])],
    });
  });
  return [...new Set(list)].toSorted();
}

/** What is allowed and probably not meant. */
function adviseOn(draft: TaskDraft, { report }: Building, noFallback: boolean): void {
  const { source } = draft;
  if (source.task !== undefined && source.instructions !== undefined) {
    report.add({
      code: "duplicate",
      message: `"task" and "instructions" are the same thing, and both stand here.`,
      mend: "Keep one of them.",
      path: [...draft.at, "instructions"],
      key: true,
    });
  }
  if (noFallback && source.error_strategy !== undefined) {
    report.add({
      code: "advice",
      severity: "warning",
      message: `${capital(called(draft))} is to fall back when retries are used up, and names no fallback.`,
      mend: "Write fallback: NAME, or name one under execution_config.fallback_config.",
      path: [...draft.at, "error_strategy"],
    });
  }
  const key = source.task !== undefined ? "task" : "instructions";
  if (/\$\{|\$(step\d|steps\.|params\.|item\b)/.test(source[key] ?? "")) {
    report.add({
      code: "advice",
      severity: "warning",
      message: "What is to be done is handed over as it stands: no expression is put in.",
      mend: "Give the data under inputs, by name.",
      path: [...draft.at, key],
    });
  }
}
