import { type CaseId, parseCaseId } from "../../core/id.ts";
import type { Problem } from "../../core/problem.ts";
import type { Company } from "../../engine/company/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

/** Cases that an abbreviation is looked up in, newest first. */
const CASES_SEARCHED_MOST = 10_000;
const CANDIDATES_NAMED_MOST = 5;

/** The case that a person means: its id, the beginning of it where only one begins so, or `last`. */
export function caseNamed(company: Company, name: string): CaseId | Problem {
  const exact = parseCaseId(name);
  if (exact !== null && company.case(exact) !== null) return exact;
  const most = name === "last" ? 1 : CASES_SEARCHED_MOST;
  const ids = company.cases({ most }).map((listed) => listed.case);
  const found =
    name === "last" ? ids : ids.filter((id) => id.startsWith(name) || id.startsWith(`cs_${name}`));
  const [only, second] = found;
  if (second !== undefined)
    return {
      code: "bad-input",
      message: `"${name}" may be ${found.length} cases.`,
      mend: `Write more of it: ${found.slice(0, CANDIDATES_NAMED_MOST).join(", ")}.`,
    };
  return only ?? absent(company, name);
}

function absent(company: Company, name: string): Problem {
  return {
    code: "not-found",
    message: `There is no case "${name}" in ${company.folder}.`,
    mend: "See the cases with: muster cases list. Or name another folder: --folder DIR.",
  };
}

/** Opens the company for a verb about one case. @returns the exit code */
export async function withCase(
  context: Context,
  { name, ...how }: { readonly name: string; readonly perform: boolean; readonly begin?: boolean },
  verb: (company: Company, id: CaseId) => Promise<number>,
): Promise<number> {
  return await withCompany(context, how, async (company) => {
    const id = caseNamed(company, name);
    return typeof id === "string" ? await verb(company, id) : refuse(context, [id]);
  });
}
