import { type Case, type CaseRequest, liveRuns } from "./case.ts";
import { owedByCase } from "./owed.ts";

/** One line about a case, for the list of them. */
export type CaseStanding = {
  readonly kind: "case";
  /** The type of its newest request; "" where nobody has said. */
  readonly workflow: string;
  readonly version: string;
  readonly status: Case["status"];
  /** Something is owed to it, or a run of it goes on. */
  readonly unsettled: boolean;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly done: number;
  readonly expected: number;
  readonly parent: null;
  readonly note: string;
};

export function caseStanding(now: Case): CaseStanding {
  const { type, status, openedAt, closedAt, requests } = now;
  return {
    kind: "case",
    workflow: type ?? "",
    version: "",
    status,
    unsettled: owedByCase(now).length > 0,
    startedAt: openedAt,
    endedAt: closedAt,
    done: requests.filter(({ state }) => state !== "waits").length,
    expected: requests.length,
    parent: null,
    note: needsOf(now)[0]?.what ?? "",
  };
}

/** What a case waits for: who is to do what. */
export type Need = {
  /** The event that it comes from. */
  readonly key: number;
  readonly kind: "type" | "ids" | "place" | "issue" | "exception" | "requester" | "run";
  readonly owner: string;
  /** A sentence. */
  readonly what: string;
  /** The request, the issue or the run that it is about. */
  readonly of: string;
  /** Since when, where that is known. */
  readonly at?: number;
  /** The request whose run could not be started or did not complete: it may be begun once more. */
  readonly again?: string;
};

export function needsOf(now: Case): readonly Need[] {
  if (now.closedAt !== null) return [];
  const { owner } = now;
  const sorting = now.requests.filter(({ state }) => state === "waits");
  return [
    ...sorting.map((request) => needOf(request, owner)),
    ...now.issues
      .filter(({ isOpen }) => isOpen)
      .map(({ key, at, text, owner: whose, exception, run: ended }): Need => {
        // What a run waits for is mended there, and closed by its going on.
        const of = exception === null ? String(key) : exception.run;
        const kind = exception === null ? "issue" : "exception";
        const request = now.runs.find(({ run }) => run === ended)?.request;
        const again = request === undefined ? {} : { again: request };
        return { key, kind, owner: whose, what: text, of, at, ...again };
      }),
    ...now.waits.map(({ key, run, path }): Need => {
      const from = now.requests.at(-1)?.requester ?? "its requester";
      const what = `"${path}" waits for ${from} to write.`;
      return { key, kind: "requester", owner: from, what, of: run };
    }),
    ...liveRuns(now)
      .filter(({ run, parent }) => parent === null && now.waits.every((one) => one.run !== run))
      .map(({ run, workflow, status }): Need => {
        const what = status === "begun" ? "is about to start" : "goes on";
        return { key: 0, kind: "run", owner, what: `${workflow} ${what}: ${run}.`, of: run };
      }),
  ];
}

function needOf(request: CaseRequest, owner: string): Need {
  const { key, at, id: of, type, missing, unclear } = request;
  const need = { key, owner, of, at };
  if (unclear !== null)
    return { ...need, kind: "place", what: `Nobody knows where it belongs. ${unclear}` };
  if (type === null)
    return { ...need, kind: "type", what: "Nobody has said what kind of request it is." };
  const ids = missing.join(", ");
  const what = `It does not say what a request of type "${type}" needs: ${ids}.`;
  return { ...need, kind: "ids", what };
}
