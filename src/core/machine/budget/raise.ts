import { type Amounts, isCurrency, NO_AMOUNTS } from "../../amounts.ts";
import { ownOf } from "../../own.ts";
import type { Problem } from "../../problem.ts";
import { hasEnded, resume } from "../control/control.ts";
import { type Draft, tell } from "../draft.ts";
import { fail } from "../finish.ts";
import { conflict, leafMeant } from "../people/way-out.ts";
import type { Told } from "../signal.ts";
import { get } from "../tables/table.ts";
import { currencyOf } from "./ledger.ts";
import { limitsOf } from "./reserve.ts";

/** No budget is raised by more at once. */
const RAISED_MOST: number = Number.MAX_SAFE_INTEGER / 1_000;

/** People add to a limit. One that is not there cannot be raised: it would become one. */
export function heardRaise(draft: Draft, told: Extract<Told, { type: "raise" }>): Problem | null {
  const { amounts, step, why } = told;
  const { run } = draft;
  if (run.phase === "finished") return hasEnded(run);
  const bad = Object.entries(amounts).find(([, by]) => !Number.isSafeInteger(by) || by <= 0);
  if (bad !== undefined || Object.keys(amounts).length === 0 || tooMuch(amounts))
    return {
      code: "bad-input",
      message: "A budget is raised by whole amounts above nothing.",
      mend: 'Write for example tokens=20000, or money="USD 2.00".',
    };
  const against =
    step === undefined ? unlimited(draft, amounts) : unlimitedStep(draft, step, amounts);
  if (against !== null) return against;
  tell(draft, { type: "budget.raised", amounts, ...(step === undefined ? {} : { step }), why });
  return null;
}

/** Only a step that asked for a budget can be denied one; what is in doubt, or to be undone, ends otherwise. */
export function heardDeny(draft: Draft, told: Extract<Told, { type: "deny" }>): Problem | null {
  const frame = leafMeant(draft, told);
  if ("code" in frame) return frame;
  const { error, exception: key, path, doubt, undoes } = frame;
  if (key === null || error?.kind !== "budget_exceeded" || doubt || undoes !== null)
    return conflict(
      `"${frame.step.name}" does not ask for a budget.`,
      "Try it again, give its outputs, or go on without it.",
    );
  const { why } = told;
  const wasPausedBy = draft.run.paused?.exception === key;
  tell(draft, {
    type: "exception.closed",
    key,
    path,
    how: "denied",
    ...(why === "" ? {} : { why }),
  });
  const because = why === "" ? `${draft.by} denied it.` : `${draft.by} denied it: ${why}`;
  fail(draft, frame, { ...error, message: `${error.message} ${because}` });
  if (wasPausedBy) resume(draft);
  return null;
}

function tooMuch(amounts: Amounts): boolean {
  return Object.values(amounts).some((by) => by > RAISED_MOST);
}

function unlimited({ run }: Draft, amounts: Amounts): Problem | null {
  const limits = limitsOf(run);
  const unit = Object.keys(amounts).find((one) => ownOf(limits, one) === undefined);
  if (unit === undefined) return null;
  const known = currencyOf(run);
  if (isCurrency(unit) && known !== null)
    return {
      code: "bad-input",
      message: `The money of ${run.id} is limited in ${known}, not in ${unit}.`,
      mend: `Raise it in ${known}.`,
    };
  return {
    code: "conflict",
    message: `${run.id} has no limit of ${wordOf(unit)}: there is nothing to raise.`,
    mend: "A step's own limit is raised with --step PATH; the company's stands in map.yaml.",
  };
}

function unlimitedStep({ run }: Draft, path: string, amounts: Amounts): Problem | null {
  const frame = get(run.frames, path);
  if (frame?.kind !== "leaf")
    return {
      code: "not-found",
      message: `No step "${path}" of ${run.id} is under way.`,
      mend: `See "muster runs why-waiting ${run.id}".`,
    };
  const most: Amounts = frame.step.budget?.most ?? NO_AMOUNTS;
  const timeMs = frame.step.budget?.timeMs ?? null;
  const unit = Object.keys(amounts).find((one) =>
    one === "ms" ? timeMs === null : ownOf(most, one) === undefined,
  );
  if (unit === undefined) return null;
  return {
    code: "conflict",
    message: `"${frame.step.name}" has no limit of ${wordOf(unit)} of its own.`,
    mend: "Leave --step out to raise the budget of the whole run.",
  };
}

function wordOf(unit: string): string {
  if (unit === "ms") return "time";
  return isCurrency(unit) ? "money" : unit;
}
