import type { Names } from "../expression/index.ts";
import type { Problem } from "../problem.ts";
import { reportFallback } from "./agents/agent-check.ts";
import { placesInModule } from "./agents/module-place.ts";
import { readParams } from "./params.ts";
import { inOrder, type Over, openOver, openReport, type Report } from "./reading/report.ts";
import { checkShape, shown } from "./reading/shape-problem.ts";
import { readSource, type Source } from "./reading/source.ts";
import { CHECKPOINTS_DEFAULT } from "./settings/checkpoint-policy.ts";
import { readMonitoring } from "./settings/monitoring.ts";
import { type Bound, layered, NO_OVERLAY, type Overlay } from "./settings/overlay.ts";
import { type Setting, settingsIn } from "./settings/setting.ts";
import { readSettings } from "./settings/settings.ts";
import { bindInputs } from "./steps/bound-input.ts";
import { buildBlock, executionOf, headOf } from "./steps/build-step.ts";
import { type Building, templatesAt } from "./steps/building.ts";
import { type Draft, drafts, isMap } from "./steps/draft.ts";
import { byId, giveIds } from "./steps/ids.ts";
import { orderSteps, type Siblings } from "./steps/order.ts";
import { publishingOf, sharedBy } from "./steps/publish.ts";
import { namesOf } from "./steps/scope.ts";
import { reportSelfRuns } from "./steps/self-run.ts";
import { sketch } from "./steps/sketch.ts";
import type { Surroundings } from "./surroundings.ts";
import { openTypes, readOutputs } from "./types/declared-type.ts";
import type { OutputFields, Workflow } from "./workflow.ts";
import { checkHead } from "./workflow-head.ts";
import { workflowShape } from "./workflow-shape.ts";
import type { WorkflowSource } from "./workflow-source.ts";

/** A workflow, or null where there is an error; and every problem of the file, in its order. */
export type Read = {
  readonly workflow: Workflow | null;
  readonly problems: readonly Problem[];
  /** As it is called, also where there is an error; where nothing could be read, nobody knows. */
  readonly name?: string;
};

/**
 * Reads a workflow file, and says all that is wrong with it at once.
 *
 * R1  The same text gives the same workflow, whatever surrounds it: surroundings only add problems.
 * R2  A workflow is given where no problem is an error.
 * R3  What is wrong is left out and the rest is checked all the same, so that one fault is one problem.
 *
 * @param from.module the module that made the text, which its author never sees: problems name the
 *   path to the value, and its place in the module where that is sure. Its own text may be unknown
 * @returns never throws
 */
export function readWorkflow(
  input: { readonly file: string; readonly text: string; readonly overlay?: Overlay },
  surroundings: Surroundings,
  from: { readonly module?: string | null } = {},
): Read {
  const { file } = input;
  const problems: Problem[] = [];
  const over = openOver();
  const written = readSource(input, (problem) =>
    problems.push(
      from.module === undefined ? problem : { ...problem, where: { file, line: 1, column: 1 } },
    ),
  );
  if (written === null) return { workflow: null, problems: inOrder(problems) };
  const { settings: laid, bound } = input.overlay ?? NO_OVERLAY;
  const { source, laidAt } = isMap(written.value)
    ? layered(written, laid, over)
    : { source: written, laidAt: () => null };
  const module =
    from.module === undefined ? null : placesInModule({ file, text: from.module }, source.value);
  const report = openReport(source, { into: problems, module, over });
  if (!isMap(source.value)) {
    report.add({
      code: "wrong-type",
      message: `A workflow is a map of keys; here stands ${shown(source.value)}.`,
      mend: "Write at least steps, each with an agent.",
      path: [],
    });
    return { workflow: null, problems: inOrder(problems) };
  }
  const shaped = checkShape(workflowShape, source.value, { path: [], report });
  const settings = settingsIn(source, laidAt);
  const given = { source, report, surroundings, text: input.text, over, bound, settings };
  const workflow = build(shaped, given);
  const failed = problems.some(({ severity }) => severity !== "warning");
  return { workflow: failed ? null : workflow, problems: inOrder(problems), name: workflow.name };
}

type Given = {
  readonly source: Source;
  readonly report: Report;
  readonly surroundings: Surroundings;
  readonly text: string;
  readonly over: Over;
  readonly bound: readonly Bound[];
  readonly settings: readonly Setting[];
};

function build(shaped: Partial<WorkflowSource>, given: Given): Workflow {
  const { source, report, surroundings } = given;
  const { name, version } = checkHead(shaped, given);
  const types = openTypes(shaped.types ?? {}, report);
  const settings = readSettings(shaped, report);
  const params = readParams(shaped.parameters ?? {}, { report, types });
  const tree = sketch(shaped, { source, report });
  giveIds(tree, { source, report });
  bindInputs(tree, given.bound, given);
  const siblings = new Map<Draft, Siblings>();
  const outputs = outputsOf(tree, { report, types });
  const publishing = publishingOf(tree, { outputs, report, key: "publish" });
  const building: Building = {
    source,
    report,
    settings,
    types,
    surroundings,
    siblings,
    resources: Object.keys(shaped.resources ?? {}),
    outputs,
    readings: [],
    publishers: publishing.by,
  };
  for (const draft of drafts(tree)) siblings.set(draft, { after: [], before: [] });
  const names = { ...namesOf(tree, { outputs, params }), context: publishing.fields };
  const root = buildRoot(tree, names, building);
  const shared = sharedBy(publishing, names, { tree, building });
  const whole = shaped.outputs
    ? templatesAt(shaped.outputs, { by: tree, names, at: ["outputs"] }, building)
    : null;
  order(tree, building);
  checkFallbacks(building);
  reportSelfRuns(tree, name, report);
  return {
    name,
    version,
    params,
    root,
    ...shared,
    outputs: whole,
    description: shaped.description ?? "",
    owner: shaped.owner ?? "",
    digest: surroundings.digest(given.text),
    types: types.declared,
    ...saidOf(settings, given.settings, shaped),
    resources: shaped.resources ?? {},
    monitoring: readMonitoring(shaped, report),
  };
}

/** What holds for the run as a whole. What most workflows do not say is absent there. */
function saidOf(
  said: Building["settings"],
  settings: readonly Setting[],
  { silence }: Partial<WorkflowSource>,
): Pick<
  Workflow,
  | "silence"
  | "limits"
  | "budget"
  | "rate"
  | "memoryBytesMost"
  | "coresMost"
  | "checkpoints"
  | "strategies"
  | "kinds"
  | "rules"
  | "settings"
> {
  const { limits, budgets, rate, memoryBytesMost, coresMost } = said;
  const { checkpoints, strategies, kinds, rules } = said;
  return {
    limits,
    ...(budgets.run === null ? {} : { budget: budgets.run }),
    ...(rate === null ? {} : { rate }),
    ...(memoryBytesMost === null ? {} : { memoryBytesMost }),
    ...(coresMost === null ? {} : { coresMost }),
    ...(checkpoints === CHECKPOINTS_DEFAULT ? {} : { checkpoints }),
    strategies,
    ...(Object.keys(kinds).length === 0 ? {} : { kinds }),
    ...(rules.length === 0 ? {} : { rules }),
    ...(settings.length === 0 ? {} : { settings }),
    ...(silence === undefined ? {} : { silence }),
  };
}

function order(tree: Draft, building: Building): void {
  orderSteps(tree, building.readings, {
    report: building.report,
    siblings: building.siblings,
    ids: byId(tree),
    isSequential: (block) =>
      block.kind === "block" && executionOf(block, building) === "sequential",
  });
}

function buildRoot(tree: Draft, names: Names, building: Building): Workflow["root"] {
  if (tree.kind !== "block") throw new Error("The steps of a workflow were sketched as no block.");
  return buildBlock(tree, headOf(tree, null, building), { names, building, when: null });
}

function outputsOf(
  tree: Draft,
  context: Pick<Building, "report" | "types">,
): ReadonlyMap<Draft, OutputFields> {
  const outputs = new Map<Draft, OutputFields>();
  for (const draft of drafts(tree)) {
    if (draft.kind !== "task" && draft.kind !== "workflow" && draft.kind !== "wait") continue;
    const path = [...draft.at, "outputs"];
    outputs.set(draft, readOutputs(draft.source.outputs, { ...context, path }));
  }
  return outputs;
}

function checkFallbacks(building: Building): void {
  for (const { fallback, at } of building.settings.fallbacks.values()) {
    reportFallback(fallback.agent, at, building);
  }
}
