import type { RunView, StepView } from "./view.ts";

/** The step whose failure a failed run ended with; null where no single one can be named. */
export function failedStep({ error, phases }: RunView): StepView | null {
  return error === null ? null : failedIn(phases, error.message);
}

/** What holds steps fails with the error of the one that failed in it. */
function failedIn(steps: readonly StepView[], message: string): StepView | null {
  const failed = steps.find(
    ({ status, record }) => status === "failed" && record.error?.message === message,
  );
  return failed === undefined ? null : (failedIn(failed.steps, message) ?? failed);
}
