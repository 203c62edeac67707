import type { Case } from "../../../core/cases/index.ts";
import type { CaseId } from "../../../core/id.ts";
import type { Problem } from "../../../core/problem.ts";
import type { CaseListed, CasesWanted, Requested, RequestTypeListed } from "./case-verbs.ts";
import type { CaseTelling } from "./check-case-told.ts";
import type { RequestGiven } from "./check-request.ts";

/** The verbs of requests, and of the cases that they are brought to. */
export interface CompanyCases {
  /**
   * Brings a piece of incoming work to its case: to the one that is found by what it is about, or to a
   * new one, which begins the workflow of its type. Resolves when it is on disk. The same `requestId`
   * again is the same request for thirty days.
   */
  request(given: RequestGiven): Promise<Requested>;
  /** The types of requests that the map in force has. */
  requestTypes(): Promise<readonly RequestTypeListed[]>;
  /** Cases, newest first. */
  cases(wanted?: CasesWanted): readonly CaseListed[];
  /** All that is known of a case; null where there is none. */
  case(id: CaseId): Case | null;
  /** Tells a case what a person says of it; resolves when it is on disk. The same `id` again is once. */
  tellCase(
    id: CaseId,
    told: CaseTelling,
    options?: { readonly by?: string; readonly id?: string },
  ): Promise<readonly Problem[]>;
}
