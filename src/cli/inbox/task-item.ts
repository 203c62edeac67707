import { type TaskRecord, tasksOf } from "../../core/history/index.ts";
import type { RunId } from "../../core/id.ts";
import type { Problem } from "../../core/problem.ts";
import type { Company } from "../../engine/company/index.ts";
import { readHistory } from "../following/read-history.ts";
import { runNamed } from "../runs/run-name.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";
import { itemMeant } from "./last-item.ts";

const TASKS_NAMED_MOST = 5;

export type TaskItem = { readonly run: RunId; readonly task: TaskRecord };

/**
 * Opens the company for a verb about one open task: `RUN/STEP` as the inbox lists it, `RUN.KEY`, or a
 * run with one open task. @returns the exit code
 */
export async function withTask(
  context: Context,
  how: { readonly item: string; readonly perform: boolean; readonly begin?: boolean },
  verb: (company: Company, item: TaskItem) => Promise<number>,
): Promise<number> {
  const { item, ...opening } = how;
  return await withCompany(context, opening, async (company) => {
    const meant = await itemMeant(context, company, { item, kinds: ["person"] });
    if (typeof meant !== "string") return refuse(context, [meant]);
    const { name, which } = partsOf(meant);
    const run = runNamed(company, name);
    if (typeof run !== "string") return refuse(context, [run]);
    const task = await taskIn(company, run, which);
    return "code" in task ? refuse(context, [task]) : await verb(company, { run, task });
  });
}

type Which = { readonly step: string } | { readonly key: number } | null;

/** "wf_x/load/2[3]" names a step of wf_x, "wf_x.12" what event 12 of it opened. */
export function partsOf(item: string): { readonly name: string; readonly which: Which } {
  const slash = item.indexOf("/");
  if (slash > 0) return { name: item.slice(0, slash), which: { step: item.slice(slash + 1) } };
  const [, name, key] = /^(.*)\.(\d+)$/.exec(item) ?? [];
  return name === undefined ? { name: item, which: null } : { name, which: { key: Number(key) } };
}

async function taskIn(company: Company, run: RunId, which: Which): Promise<TaskRecord | Problem> {
  const tasks = tasksOf(await readHistory(company, run));
  const meant = tasks.filter((task) => isMeant(task, which));
  const [only] = meant;
  if (only && meant.length === 1) return only;
  const named = tasks.slice(0, TASKS_NAMED_MOST).map(({ path }) => `${run}/${path}`);
  if (meant.length > 1)
    return {
      code: "bad-input",
      message: `${run} has ${meant.length} open tasks that may be meant.`,
      mend: `Name one: ${named.join(", ")}.`,
    };
  const what =
    which === null ? run : "step" in which ? `${run}/${which.step}` : `${run}.${which.key}`;
  return {
    code: "conflict",
    message: `${what} is no open task: it was answered, has ended, or never was one.`,
    mend:
      named.length > 0 ? `Open here: ${named.join(", ")}.` : "See what waits: muster inbox list",
  };
}

function isMeant({ key, path }: TaskRecord, which: Which): boolean {
  if (which === null) return true;
  if ("key" in which) return key === which.key;
  return path === which.step || path.endsWith(`/${which.step}`);
}
