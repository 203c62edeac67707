import type { Report } from "./reading/report.ts";
import type { Source } from "./reading/source.ts";
import { isMap } from "./steps/draft.ts";
import type { WorkflowSource } from "./workflow-source.ts";

/** Who the file says it is; its own name is the file's where it says none. */
export function checkHead(
  shaped: Partial<WorkflowSource>,
  { source, report }: { readonly source: Source; readonly report: Report },
): { readonly name: string; readonly version: string } {
  const name = shaped.name ?? nameOfFile(source.file);
  checkName(name, { report, said: shaped.name !== undefined });
  checkLists(shaped, { source, report });
  if (shaped.outputs && Object.keys(shaped.outputs).length === 0) {
    report.add({
      code: "advice",
      severity: "warning",
      message: "The run would give nothing at its end.",
      mend: "Name outputs, or take the key out: every output of every step is given then.",
      path: ["outputs"],
    });
  }
  return { name, version: source.wordOf(["version"]) };
}

/** `workflows/onboarding.yaml` is onboarding. */
export function nameOfFile(file: string): string {
  const last = file.split(/[/\\]/).at(-1) ?? "";
  return last.replace(/\.[^.]*$/, "") || "workflow";
}

/** The ids of runs begin so. */
const RUN_PREFIX = "wf_";

function checkName(
  name: string,
  { report, said }: { readonly report: Report; readonly said: boolean },
): void {
  const path = said ? ["name"] : [];
  if (name.startsWith(RUN_PREFIX)) {
    report.add({
      code: "wrong-value",
      message: `No workflow's name may begin with ${RUN_PREFIX}, as "${name}" does: ids of runs do.`,
      mend: said ? "Choose another name." : "Write a name, or rename the file.",
      path,
    });
  } else if (/[/\\]/.test(name)) {
    report.add({
      code: "wrong-value",
      message: `A workflow's name has no slash, as "${name}" has.`,
      mend: "Choose another name.",
      path,
    });
  }
}

/** Steps stand in one of three lists, and there is at least one. */
function checkLists(
  shaped: Partial<WorkflowSource>,
  { source, report }: { readonly source: Source; readonly report: Report },
): void {
  const written = source.value;
  const lists = ["phases", "steps", "workflow"].filter(
    (key) => isMap(written) && Object.hasOwn(written, key),
  );
  const [first, second] = lists;
  if (first === undefined) {
    report.add({
      code: "missing-key",
      message: "This workflow has no steps.",
      mend: "Write phases, each with steps; or steps; or workflow with a list of steps.",
      path: [],
    });
  } else if (second !== undefined) {
    report.add({
      code: "wrong-value",
      message: `Steps stand under "${first}" or under "${second}", not both.`,
      mend: "Put them all into one of the two.",
      path: [second],
      key: true,
    });
  }
  const only = shaped.phases ?? shaped.steps ?? shaped.workflow;
  if (only !== undefined && only.length === 0) {
    report.add({
      code: "missing-key",
      message: "This workflow has no steps.",
      mend: "Write at least one.",
      path: lists.slice(0, 1),
    });
  }
  if (shaped.phases === undefined) return;
  for (const key of ["phase", "execution"] as const) {
    if (shaped[key] === undefined) continue;
    report.add({
      code: "wrong-value",
      message: `"${key}" beside "phases" means nothing: each phase says its own.`,
      mend:
        key === "execution"
          ? "Write it in the phases, or as execution_config.mode."
          : "Take it out.",
      path: [key],
      key: true,
    });
  }
}
