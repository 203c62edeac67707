import { type Param, sayDuration } from "../../definition/index.ts";
import type { Json, JsonObject } from "../../json.ts";
import { ended, type Problem } from "../../problem.ts";
import { totalTimeoutOf } from "../attempts/time-limit.ts";
import { type Draft, tell } from "../draft.ts";
import type { AmendedLimits } from "../event.ts";
import type { Run } from "../run.ts";
import { stepsOf } from "../scope.ts";
import type { Told } from "../signal.ts";
import { entries, get } from "../tables/table.ts";
import { hasEnded } from "./control.ts";
import { readsParam } from "./fork.ts";
import { barePath } from "./undo.ts";

/** One run is amended at most so often: each time it keeps what held before. */
export const AMENDMENTS_MOST = 1_000;
/** Attempts in flight at once in one run, however it is amended. */
const CONCURRENCY_MOST = 20;
/** Attempts of one step, however it is amended. */
const ATTEMPTS_MOST = 100;
/** No run is given longer: ten years. */
const TOTAL_MS_MOST: number = 10 * 366 * 86_400_000;

/** Params for steps that have not begun, and limits of this run. What they are is checked like at its start. */
export function heardAmend(
  draft: Draft,
  { params, limits, why }: Extract<Told, { type: "amend" }>,
): Problem | null {
  const { run } = draft;
  if (run.phase === "finished") return hasEnded(run);
  const given = converted(run, params ?? {});
  if ("problem" in given) return given.problem;
  const against =
    decidedOn(run, Object.keys(given.params)) ?? (limits === undefined ? null : wrongLimit(limits));
  if (against !== null) return against;
  if (countOf(run) >= AMENDMENTS_MOST)
    return { code: "limit", message: `${run.id} was amended ${AMENDMENTS_MOST} times, the most.` };
  const before = totalTimeoutOf(run);
  const changed = Object.keys(given.params).length === 0 ? {} : given;
  const bounds = limits === undefined || Object.keys(limits).length === 0 ? {} : { limits };
  if (!("params" in changed) && !("limits" in bounds))
    return {
      code: "bad-input",
      message: "Nothing was named that is to change.",
      mend: "Name a param, as size=10, or a limit: max_concurrency, total_timeout, max_attempts.",
    };
  tell(draft, { type: "run.amended", ...changed, ...bounds, why });
  retime(draft, before);
  return null;
}

/** What people are asked about, or have decided on, is not changed under them. */
function decidedOn(run: Run, params: readonly string[]): Problem | null {
  if (params.length === 0) return null;
  const gates = stepsOf(run.workflow.root).filter((step) => step.kind === "gate");
  for (const gate of gates) {
    const read = params.filter((param) => readsParam(gate, param));
    if (read.length === 0 || !hasBegun(run, gate.path)) continue;
    return {
      code: "conflict",
      message: `People are asked, or have decided, at "${gate.name}" on ${read.join(", ")}: that cannot be changed under them.`,
      mend: `Reject it there, or begin a run with the other params from before it: muster runs fork ${run.id}`,
    };
  }
  return null;
}

function hasBegun(run: Run, path: string): boolean {
  const isIt = ([at]: readonly [string, unknown]) => barePath(at) === path;
  return [...entries(run.frames)].some(isIt) || [...entries(run.outputs)].some(isIt);
}

/** The total time limit is another one now: so is the moment at which it has passed. */
export function retime(draft: Draft, before: number | null): void {
  const { run } = draft;
  const now = totalTimeoutOf(run);
  if (now === before || run.phase !== "running") return;
  const key = get(run.frames, "")?.timer ?? null;
  const open = key === null ? undefined : get(run.open, key);
  const started = open?.type === "timer" && before !== null ? open.due - before : run.acceptedAt;
  if (key !== null && open !== undefined) tell(draft, { type: "timer.ended", key });
  if (now !== null) tell(draft, { type: "timer.set", path: "", due: started + now, why: "total" });
}

function converted(
  run: Run,
  params: JsonObject,
): { readonly params: JsonObject } | { readonly problem: Problem } {
  const known: Readonly<Record<string, Param>> = run.workflow.params;
  const taken: Record<string, Json> = {};
  for (const [name, value] of Object.entries(params)) {
    const param = Object.hasOwn(known, name) ? known[name] : undefined;
    if (param === undefined)
      return wrong(
        `"${name}" is no param of the workflow "${run.workflow.name}".`,
        `Its params: ${Object.keys(known).join(", ") || "none"}.`,
      );
    const made = param.type.convert(value);
    if (!made.ok)
      return wrong(
        `The param "${name}" is to be of type ${param.type.text}: ${ended(made.why)}`,
        "Write a value of that type; nothing was changed.",
      );
    taken[name] = made.value;
  }
  return { params: taken };
}

function wrong(message: string, mend?: string): { readonly problem: Problem } {
  return { problem: { code: "bad-input", message, ...(mend === undefined ? {} : { mend }) } };
}

function wrongLimit(limits: AmendedLimits): Problem | null {
  for (const [name, value] of Object.entries(limits) as [string, Json][]) {
    const range = RANGES[name as keyof AmendedLimits];
    if (range === undefined)
      return {
        code: "bad-input",
        message: `A run has no limit "${name}".`,
        mend: `Its limits: ${Object.keys(RANGES).join(", ")}.`,
      };
    if (value === null && name === "totalTimeoutMs") continue;
    const isIn = Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= range;
    if (!isIn)
      return {
        code: "bad-input",
        message:
          name === "totalTimeoutMs"
            ? `The limit "total_timeout" is a time of 1 ms to ${sayDuration(range)}.`
            : `The limit "${WORDS[name as keyof AmendedLimits]}" is a whole number of 1 to ${range}.`,
        mend: "Write another value; nothing was changed.",
      };
  }
  return null;
}

const RANGES: Readonly<Record<keyof AmendedLimits, number>> = {
  concurrencyMost: CONCURRENCY_MOST,
  totalTimeoutMs: TOTAL_MS_MOST,
  attemptsMost: ATTEMPTS_MOST,
};

/** As people write them. */
const WORDS: Readonly<Record<keyof AmendedLimits, string>> = {
  concurrencyMost: "max_concurrency",
  totalTimeoutMs: "total_timeout",
  attemptsMost: "max_attempts",
};

function countOf(run: Run): number {
  let count = 0;
  for (let one = run.before; one !== null; one = one.next) count++;
  return count;
}
