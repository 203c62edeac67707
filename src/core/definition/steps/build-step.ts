import type { Expression, Names, Template } from "../../expression/index.ts";
import type { JsonObject } from "../../json.ts";
import { unreachable } from "../../unreachable.ts";
import { least } from "../settings/settings.ts";
import { durationMs } from "../types/duration-value.ts";
import type { Block, Choose, Common, Each, Gate, Repeat, Step } from "../workflow.ts";
import { buildSubRun, buildTask } from "./build-task.ts";
import { buildWait } from "./build-wait.ts";
import { type Building, conditionAt, templateAt, templatesAt } from "./building.ts";
import { called, capital, type Draft, isAround, nameOf } from "./draft.ts";
import { schemaOf } from "./input-check.ts";
import { readApproval } from "./people.ts";
import { fieldsOf } from "./scope.ts";
import { readTolerance } from "./tolerance.ts";

type Of<Kind extends Draft["kind"]> = Extract<Draft, { kind: Kind }>;

/** What a step is built in: the names it may read, and the condition that stands around it. */
type Context = {
  readonly names: Names;
  readonly building: Building;
  /** "own": the one in its source. Around a body and on a branch somebody else asks it. */
  readonly when: "own" | Expression | null;
};

/** A step with every expression read and every name resolved; what is wrong is reported. */
function buildStep(draft: Draft, context: Context): Step {
  const { building, names } = context;
  const around = draft.kind === "each" ? null : whenOf(draft, context);
  const head = headOf(draft, around, building);
  switch (draft.kind) {
    case "task":
      return buildTask(draft, { head, names, building });
    case "workflow":
      return buildSubRun(draft, { head, names, building });
    case "block":
      return buildBlock(draft, head, context);
    case "each":
      return buildEach(draft, context);
    case "repeat":
      return buildRepeat(draft, head, context);
    case "choose":
      return buildChoose(draft, head, context);
    case "gate":
      return buildGate(draft, head, context);
    case "wait":
      return buildWait(draft, { head, names, building });
    default:
      return unreachable(draft);
  }
}

export function buildBlock(draft: Of<"block">, head: Common, context: Context): Block {
  const { building } = context;
  const { source } = draft;
  const own = draft.parent === null || !("each" in source);
  checkFilled(draft, building);
  return {
    ...head,
    kind: "block",
    execution: executionOf(draft, building),
    concurrencyMost: own ? least([source.max_concurrency, source.concurrency]) : null,
    steps: draft.children.map((child) => buildStep(child, { ...context, when: "own" })),
    phase: draft.phase,
    timeoutMs: durationMs(source.timeout, {
      path: [...draft.at, "timeout"],
      report: building.report,
      leastMs: 1,
    }),
  };
}

/** Of the whole file's list the head of the file is asked. */
function checkFilled(draft: Of<"block">, { report }: Building): void {
  if (draft.at.length === 0 || draft.source.steps?.length !== 0) return;
  report.add({
    code: "missing-key",
    message: `${capital(called(draft))} has no steps.`,
    mend: "Write at least one, or take it out.",
    path: [...draft.at, "steps"],
  });
}

export function executionOf(
  draft: Of<"block">,
  { settings }: Pick<Building, "settings">,
): Block["execution"] {
  return draft.source.execution ?? settings.execution;
}

/** What every kind has; the optional keys of a step with `each` or `repeat` are those of the outermost. */
export function headOf(draft: Draft, when: Expression | null, building: Building): Common {
  const { source, parent } = draft;
  const isBody = parent !== null && isAround(parent);
  const siblings = building.siblings.get(draft) ?? { after: [], before: [] };
  noteAfter(draft, isBody, building);
  return {
    id: draft.id,
    name: isBody ? nameOf(parent) : nameOf(draft),
    path: draft.path,
    slot: draft.slot,
    where: building.source.placeOf(draft.at),
    when,
    after: siblings.after,
    before: siblings.before,
    optional: !isBody && source.optional === true,
    impact: isBody ? "" : (source.impact ?? ""),
    warning: isBody ? "" : (source.warning ?? ""),
  };
}

function noteAfter(draft: Draft, isBody: boolean, building: Building): void {
  const said = "after" in draft.source && !isBody ? draft.source.after : undefined;
  if (said === undefined) return;
  const at = [...draft.at, "after"];
  const places = typeof said === "object" ? said.map((_, index) => [...at, index]) : [at];
  for (const place of places) {
    const id = building.source.wordOf(place);
    building.readings.push({ by: draft, id, how: "after", inside: false, at: place });
  }
}

function whenOf(draft: Draft, { when, names, building }: Context): Expression | null {
  if (when !== "own") return when;
  const at = [...draft.at, "when"];
  return conditionAt(draft.source.when, { by: draft, names, at }, building);
}

function buildEach(draft: Of<"each">, context: Context): Each {
  const { building, names } = context;
  const { source } = draft;
  const items = itemsAt(draft, context);
  const { batch } = source;
  const { sample } = building.settings;
  const item = itemOf(items, names);
  const inner: Names = {
    ...names,
    item: batch === undefined ? item : { type: "array", items: item },
    index: true,
  };
  const asked = whenOf(draft, { ...context, names: inner });
  const perItem = asked?.reads.some(([root]) => root === "item" || root === "index") ?? false;
  const head = headOf(draft, perItem ? null : asked, building);
  const body = bodyOf(draft);
  checkItemsName(draft, body, building);
  return {
    ...head,
    kind: "each",
    items,
    body: buildStep(body, { ...context, names: inner, when: perItem ? asked : null }),
    concurrencyMost: least([source.max_concurrency, source.concurrency]),
    ...(batch === undefined ? {} : { batch }),
    ...(sample === null ? {} : { sample }),
    tolerate: readTolerance(source.tolerate, {
      items,
      path: [...draft.at, "tolerate"],
      report: building.report,
    }),
  };
}

function itemsAt(draft: Of<"each">, { building, names }: Context): Template {
  const at = [...draft.at, "each"];
  const { each } = draft.source;
  const items = templateAt(each ?? null, { by: draft, names, at, expected: "list" }, building);
  const isNone =
    items.kind === "text" ||
    items.kind === "object" ||
    (items.kind === "plain" && !Array.isArray(items.value));
  // A template that was wrong stands as nothing, and was reported.
  const isReported = items.kind === "plain" && items.value === null && each !== null;
  if (isNone && !isReported) reportNoList(at, building);
  return items;
}

function bodyOf(draft: Draft): Draft {
  const [body] = draft.children;
  if (body === undefined)
    throw new Error(`The ${draft.kind} "${draft.id}" was sketched without a body.`);
  return body;
}

function reportNoList(path: Of<"each">["at"], { report }: Building): void {
  report.add({
    code: "type-mismatch",
    message: "Each goes over a list, and this is none.",
    mend: "Write an expression that gives a list, as $step1.rows, or the list itself: [a, b].",
    path,
  });
}

function checkItemsName(draft: Draft, body: Draft, { report, outputs }: Building): void {
  if (!Object.hasOwn(fieldsOf(body, outputs) ?? {}, "items") || body.kind === "repeat") return;
  report.add({
    code: "wrong-value",
    message: `${called(draft)} gives "items" itself, with the status and error of each: no output can be called so.`,
    mend: "Give the output another name.",
    path: [...draft.at, "outputs"],
  });
}

function itemOf(items: Template, names: Names): JsonObject {
  if (items.kind === "plain" && Array.isArray(items.value)) {
    const kinds = new Set(items.value.map((item) => typeof item));
    const [only] = kinds;
    return kinds.size === 1 && (only === "string" || only === "number" || only === "boolean")
      ? { type: only }
      : {};
  }
  const inner = schemaOf(items, names)?.["items"];
  return typeof inner === "object" && inner !== null && !Array.isArray(inner)
    ? (inner as JsonObject)
    : {};
}

function buildRepeat(draft: Of<"repeat">, head: Common, context: Context): Repeat {
  const { building } = context;
  const { repeat } = draft.source;
  const body = bodyOf(draft);
  const names: Names = { ...context.names, round: true };
  const own = { ...names, outputs: fieldsOf(body, building.outputs) };
  const at = [...draft.at, "repeat", "until"];
  const until = conditionAt(repeat?.until, { by: draft, names: own, at, inside: true }, building);
  return {
    ...head,
    kind: "repeat",
    body: buildStep(body, { ...context, names, when: null }),
    until: until ?? NEVER,
    roundsMost: repeat?.at_most ?? 1,
  };
}

/** Stands where a condition was wrong and was reported; no workflow is given then. */
const NEVER: Expression = {
  text: "false",
  reads: [],
  evaluate: () => ({ kind: "value", value: false }),
};

function buildChoose(draft: Of<"choose">, head: Common, context: Context): Choose {
  const { building, names } = context;
  const last = draft.otherwise ? draft.children.length - 1 : -1;
  const branches = draft.children.map((child, index) => {
    if (index === last) {
      return { when: null, step: buildStep(child, { ...context, when: "own" }) };
    }
    if (child.source.when === undefined) {
      building.report.add({
        code: "missing-key",
        message: "This branch does not say when it is taken.",
        mend: "Write when: CONDITION, or put it under otherwise.",
        path: child.at,
      });
    }
    const at = [...child.at, "when"];
    const when = conditionAt(child.source.when, { by: draft, names, at }, building);
    return { when, step: buildStep(child, { ...context, when: null }) };
  });
  if (draft.children.length === 0) {
    building.report.add({
      code: "missing-key",
      message: "There is no branch to choose.",
      mend: "Write choose: [{when: CONDITION, agent: NAME}].",
      path: [...draft.at, "choose"],
    });
  }
  return { ...head, kind: "choose", branches };
}

function buildGate(draft: Of<"gate">, head: Common, { names, building }: Context): Gate {
  const said = draft.source.gate ?? "";
  const form = typeof said === "string" ? { ask: said } : said;
  const at = [...draft.at, "gate"];
  const askAt = typeof said === "string" ? at : [...at, "ask"];
  if (form.ask.trim() === "" && draft.source.gate !== undefined) {
    building.report.add({
      code: "wrong-value",
      message: "This gate asks nothing.",
      mend: "Write the question that people decide.",
      path: askAt,
    });
  }
  return {
    ...head,
    kind: "gate",
    ask: templateAt(form.ask, { by: draft, names, at: askAt }, building),
    show: templatesAt(form.show, { by: draft, names, at: [...at, "show"] }, building),
    approval: readApproval(form, at, building),
    rejected: form.rejected ?? "fail",
  };
}
