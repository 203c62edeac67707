import { parseDuration, type Workflow } from "../../core/definition/index.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Told } from "../../core/machine/index.ts";
import type { Problem } from "../../core/problem.ts";
import { pairsOf } from "../runs/params.ts";
import type { Context } from "../surroundings.ts";
import { type SteerOptions, steer } from "./steer.ts";

export type AmendOptions = SteerOptions & {
  readonly pairs: readonly string[];
  /** As on the command line: `max_concurrency=3`. */
  readonly limits: readonly string[];
};

/**
 * `muster runs amend RUN key=value … --limit max_concurrency=3 --why WHY`: other params for the steps that
 * have not begun, and other limits of this run.
 */
export async function runsAmend(
  context: Context,
  name: string,
  options: AmendOptions,
): Promise<number> {
  const { cwd } = context.surroundings;
  return await steer(context, {
    name,
    options,
    follows: false,
    tell: async (company, run) => {
      const workflow = company.definition(run);
      if (workflow === null) return { code: "not-found", message: `There is no run ${run}.` };
      return amendment(workflow, { ...options, cwd });
    },
  });
}

function amendment(
  workflow: Workflow,
  { pairs, limits, why, cwd }: AmendOptions & { readonly cwd: string },
): readonly Told[] | Problem {
  const read = pairsOf(workflow, { pairs, cwd });
  const [problem] = read.problems;
  if (problem !== undefined) return problem;
  const bounds = limitsOf(limits);
  if ("problem" in bounds) return bounds.problem;
  return [{ type: "amend", params: read.params, limits: bounds.limits, why }];
}

/** The words of a workflow file, and how the machine names them. */
const LIMITS: Readonly<Record<string, "concurrencyMost" | "totalTimeoutMs" | "attemptsMost">> = {
  max_concurrency: "concurrencyMost",
  total_timeout: "totalTimeoutMs",
  max_attempts: "attemptsMost",
};

function limitsOf(
  pairs: readonly string[],
): { readonly limits: JsonObject } | { readonly problem: Problem } {
  const limits: Record<string, number | null> = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    const [name, text] = [pair.slice(0, Math.max(0, at)), pair.slice(at + 1)];
    const limit = Object.hasOwn(LIMITS, name) ? LIMITS[name] : undefined;
    if (at < 1 || limit === undefined) return { problem: noSuchLimit(pair) };
    const value = limit === "totalTimeoutMs" ? timeOf(text) : numberOf(text);
    if (value === undefined) return { problem: wrongLimit(name, text) };
    limits[limit] = value;
  }
  return { limits };
}

function timeOf(text: string): number | null | undefined {
  if (text === "none") return null;
  const read = parseDuration(text);
  return read.ok ? read.ms : undefined;
}

function numberOf(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function noSuchLimit(pair: string): Problem {
  return {
    code: "bad-input",
    message: `"${pair}" is no limit of a run.`,
    mend: `Write one of: ${Object.keys(LIMITS).join(", ")}, as --limit max_concurrency=3.`,
  };
}

function wrongLimit(name: string, text: string): Problem {
  const isTime = name === "total_timeout";
  return {
    code: "bad-input",
    message: `"${text}" is no ${isTime ? "duration" : "whole number"} for ${name}.`,
    mend: isTime ? "Write it as 90s, 2h or 1d; none is: no limit." : "Write a whole number.",
  };
}
