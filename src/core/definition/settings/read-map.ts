import type { Json } from "../../json.ts";
import type { Problem } from "../../problem.ts";
import { inOrder, openReport, type Report } from "../reading/report.ts";
import { checkShape, shown } from "../reading/shape-problem.ts";
import { readSource, type Source } from "../reading/source.ts";
import { isMap } from "../steps/draft.ts";
import type { MapSource } from "../workflow-source.ts";
import { type CompanyBudget, readCompanyBudget } from "./company-budget.ts";
import { KEEP_ALL, type Keeping, readKeeping } from "./keeping.ts";
import { IN_FLIGHT_MOST, mapShape } from "./map-shape.ts";
import { type Laid, leavesOf } from "./overlay.ts";
import { readSettings } from "./settings.ts";

/** A company's map: what holds in all of its workflows. */
export type CompanyMap = {
  /** "" where it does not say. */
  readonly company: string;
  /** The defaults, each at its place; none where the file is wrong. */
  readonly defaults: readonly Laid[];
  /** What all runs may use together, as far as it can be read; null where the file is no map at all. */
  readonly budget: CompanyBudget | null;
  readonly keeping: Keeping;
  /** Folders outside that checkpoints of the log are written to. */
  readonly audit: readonly string[];
  /** How many attempts may be in flight at once; null where it does not say. */
  readonly concurrency: { readonly most: number; readonly isAdaptive: boolean } | null;
  readonly problems: readonly Problem[];
};

/**
 * Reads a company's `map.yaml`, and says all that is wrong with it at once.
 *
 * @returns never throws
 */
export function readMap(input: { readonly file: string; readonly text: string }): CompanyMap {
  const problems: Problem[] = [];
  const source = readSource(input, (problem) => problems.push(problem));
  return source === null ? { ...NOTHING, problems: inOrder(problems) } : mapIn(source, problems);
}

/** @param problems what is wrong with the text itself; all else that is wrong is added */
export function mapIn(source: Source, problems: Problem[] = []): CompanyMap {
  const report = openReport(source, { into: problems, module: null });
  if (!isMap(source.value)) {
    report.add({
      code: "wrong-type",
      message: `A company's map is a map of keys; here stands ${shown(source.value)}.`,
      mend: "Write at least muster: 1.",
      path: [],
    });
    return { ...NOTHING, problems };
  }
  const shaped = checkShape(mapShape, source.value, { path: [], report });
  if (shaped.defaults !== undefined) checkDefaults(shaped.defaults, report);
  const budget = readCompanyBudget(shaped.budget, { path: ["budget"], report });
  const keeping = readKeeping(shaped.retention, { path: ["retention"], report });
  const isWrong = problems.some(({ severity }) => severity !== "warning");
  return {
    company: shaped.company ?? "",
    defaults: isWrong ? [] : laidOf(source, shaped),
    budget,
    keeping: isWrong ? KEEP_ALL : keeping,
    audit: isWrong ? [] : (shaped.audit?.checkpoints ?? []),
    concurrency: isWrong ? null : concurrencyOf(shaped),
    problems: inOrder(problems),
  };
}

const NOTHING = {
  company: "",
  defaults: [],
  budget: null,
  keeping: KEEP_ALL,
  audit: [],
  concurrency: null,
};

function concurrencyOf({ concurrency: said }: Partial<MapSource>): CompanyMap["concurrency"] {
  if (said === undefined) return null;
  return { most: said.most ?? IN_FLIGHT_MOST, isAdaptive: said.adaptive === true };
}

/** What a workflow would be told about them, told once, at their own place. */
function checkDefaults(defaults: NonNullable<MapSource["defaults"]>, report: Report): void {
  const under: Report = {
    add: (fault) => report.add({ ...fault, path: ["defaults", ...fault.path] }),
    addOnce: (about, fault) =>
      report.addOnce(about, { ...fault, path: ["defaults", ...fault.path] }),
  };
  readSettings(defaults, under);
}

function laidOf(source: Source, { defaults }: Partial<MapSource>): readonly Laid[] {
  return leavesOf((defaults ?? {}) as Json).map(([path, value]): Laid => {
    const where = source.placeOf(["defaults", ...path], { key: true });
    return { path, value, origin: "company", where };
  });
}
