import type { Need } from "../../../core/cases/index.ts";
import { type CaseId, parseRunId, type RunId } from "../../../core/id.ts";
import { instantOf } from "../../../core/instant.ts";
import type { Company } from "../company.ts";
import type { Waiting } from "../runs/company-runs.ts";

/** Runs that are searched for what waits for a person, newest first. */
const RUNS_SEARCHED_MOST = 1_000;

/**
 * What waits for a person; `item` is how commands name it: a task `RUN/STEP`, all else `RUN.KEY` or
 * `CASE.KEY`.
 */
export type InboxItem = {
  readonly item: string;
  /** null: it is a case's. */
  readonly run: RunId | null;
  readonly case?: CaseId;
  readonly workflow: string;
  readonly waiting: Waiting;
};

const PERSONAL: ReadonlySet<Waiting["kind"]> = new Set(["gate", "person", "exception", "held"]);

/** What people bring, of cases and runs that are not over: cases first, each kind newest first. */
export async function inboxOf(
  company: Pick<Company, "runs" | "waiting" | "cases" | "requestTypes">,
): Promise<readonly InboxItem[]> {
  const items: InboxItem[] = await caseItems(company);
  for (const { stream, workflow, endedAt } of company.runs({ most: RUNS_SEARCHED_MOST })) {
    const run = endedAt === null ? parseRunId(stream) : null;
    for (const waiting of (run && (await company.waiting(run))) ?? [])
      if (run !== null && PERSONAL.has(waiting.kind))
        items.push({ item: nameOf(run, waiting), run, workflow, waiting });
  }
  return items;
}

/** Cases that are searched for what waits for a person, newest first. */
const CASES_SEARCHED_MOST = 1_000;

/** What nobody has sorted, and what went wrong: with the types there are to choose from. */
async function caseItems(company: Pick<Company, "cases" | "requestTypes">): Promise<InboxItem[]> {
  const cases = company.cases({ status: ["open", "waiting"], most: CASES_SEARCHED_MOST });
  const found = cases.flatMap((listed) =>
    listed.needs.flatMap((need) => (need.kind in MENDS ? [{ listed, need }] : [])),
  );
  if (found.length === 0) return [];
  const types = found.some(({ need }) => need.kind === "type") ? await company.requestTypes() : [];
  const names = types.map(({ name }) => name).join(", ");
  return found.map(({ listed: { case: id, type, requester, openedAt }, need }): InboxItem => {
    const { key, kind, owner, of, again, at = openedAt } = need;
    const choice = kind === "type" && names !== "" ? ` Types: ${names}.` : "";
    const who = owner === "" ? "anyone" : owner;
    const what = `${need.what}${choice} It waits for ${who}.`;
    const since = instantOf(at);
    const once = again === undefined ? "" : `muster cases again ${id} --request ${again}   or: `;
    const mend = `${once}${MENDS[kind as keyof typeof MENDS](id, of)}`;
    const waiting = {
      path: requester,
      key,
      status: "waiting",
      kind: "case",
      what,
      mend,
      since,
    } as const;
    return { item: `${id}.${key}`, run: null, case: id, workflow: type ?? "request", waiting };
  });
}

/** How a person moves it on. */
const MENDS = {
  type: (id) => `muster cases type ${id} TYPE`,
  ids: (id) => `muster cases complete ${id} NAME=…`,
  place: (id, of) => `muster cases move ${id} CASE --request ${of}`,
  issue: (id, of) => `muster cases resolve ${id} ${of}   or first: muster cases show ${id}`,
} as const satisfies Partial<Record<Need["kind"], (id: CaseId, of: string) => string>>;

function nameOf(run: RunId, { kind, key, path }: Waiting): string {
  return kind === "person" ? `${run}/${path}` : `${run}.${key}`;
}
