import type { RunId } from "../../core/id.ts";
import type { Told } from "../../core/machine/index.ts";
import type { Problem } from "../../core/problem.ts";
import type { Company } from "../../engine/company/index.ts";
import type { Context } from "../surroundings.ts";
import { pathOf, type SteerOptions, steer } from "./steer.ts";

/** Steps that are tried again by one command. */
const RETRIED_MOST = 1_000;

/**
 * `muster runs retry RUN [STEP]`: tries again what failed and waits for a person, and at once what would
 * be tried again later; one step, or all. What may have been done already only where it is named.
 */
export async function runsRetry(
  context: Context,
  name: string,
  { step, ...options }: SteerOptions & { readonly step?: string },
): Promise<number> {
  const { why } = options;
  const tell = (company: Company, run: RunId): Promise<readonly Told[] | Problem> =>
    step === undefined ? all(company, run, why) : one(company, run, { step, why });
  return await steer(context, { name, options, tell, follows: true });
}

async function one(
  company: Company,
  run: RunId,
  { step, why }: { readonly step: string; readonly why: string },
): Promise<readonly Told[] | Problem> {
  const path = await pathOf(company, run, step);
  return typeof path === "string" ? [{ type: "retry", path, why }] : path;
}

async function all(company: Company, run: RunId, why: string): Promise<readonly Told[] | Problem> {
  const waiting = (await company.waiting(run)) ?? [];
  const failed = waiting.filter(
    ({ kind, status, isInDoubt }) =>
      (kind === "exception" && isInDoubt !== true) || status === "retrying",
  );
  if (failed.length > 0)
    return failed.slice(0, RETRIED_MOST).map(({ path }) => ({ type: "retry", path, why }));
  const doubtful = waiting.filter(({ isInDoubt }) => isInDoubt === true).map(({ path }) => path);
  if (doubtful.length > 0)
    return {
      code: "conflict",
      message: `What failed in ${run} may have been done: ${doubtful.join(", ")}.`,
      mend: `Look at what it writes; then order it again by its name: muster runs retry ${run} ${doubtful[0] ?? ""}`,
    };
  const standing = company.standing(run);
  const hasEnded = standing !== null && standing.endedAt !== null;
  return {
    code: hasEnded ? "already-ended" : "conflict",
    message: hasEnded
      ? `${run} has ended: it is ${standing.status}. What has ended is not tried again in it.`
      : `Nothing of ${run} has failed and waits to be tried again.`,
    mend: hasEnded
      ? `Go on from where it was, as a new run: muster runs fork ${run}`
      : `See what it waits for: muster runs why-waiting ${run}`,
  };
}
