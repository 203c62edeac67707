import { parseRunId, type RunId } from "../../core/id.ts";
import type { Problem } from "../../core/problem.ts";
import type { Company } from "../../engine/company/index.ts";

/** Runs that an abbreviation is looked up in, newest first. */
const RUNS_SEARCHED_MOST = 10_000;
const CANDIDATES_NAMED_MOST = 5;

/** The run that a person means: its id, the beginning of it where only one begins so, or `last`. */
export function runNamed(company: Company, name: string): RunId | Problem {
  const exact = parseRunId(name);
  if (exact && company.standing(exact)) return exact;
  if (name === "last") return newest(company);
  const ids = company.runs({ most: RUNS_SEARCHED_MOST }).map((standing) => standing.stream);
  const found = ids.filter((id) => id.startsWith(name) || id.startsWith(`wf_${name}`));
  const [only] = found;
  if (found.length > 1) {
    const more = found.length > CANDIDATES_NAMED_MOST ? ", …" : "";
    return {
      code: "bad-input",
      message: `"${name}" may be ${found.length} runs.`,
      mend: `Write more of it: ${found.slice(0, CANDIDATES_NAMED_MOST).join(", ")}${more}.`,
    };
  }
  if (exact && company.archiveOf(exact) !== null) return archived(exact);
  return (only && parseRunId(only)) ?? absent(company, name);
}

function newest(company: Company): RunId | Problem {
  const [standing] = company.runs({ most: 1, parent: null });
  const id = standing && parseRunId(standing.stream);
  return id ?? absent(company, "last");
}

function archived(run: RunId): Problem {
  return {
    code: "conflict",
    message: `${run} was archived: it is looked at, and steered no more.`,
    mend: `Look at it: muster runs show ${run}; runs events, verify and diff read it, too.`,
  };
}

function absent(company: Company, name: string): Problem {
  return {
    code: "not-found",
    message: `There is no run "${name}" in ${company.folder}.`,
    mend: "See the runs with: muster runs list. Or name another folder: --folder DIR.",
  };
}
