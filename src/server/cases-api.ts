import type { Context, Hono } from "hono";
import { type Case, needsOf } from "../core/cases/index.ts";
import type { CaseId } from "../core/id.ts";
import { parseCaseId } from "../core/id.ts";
import type { Problem } from "../core/problem.ts";
import type { CasesWanted, CaseTelling, Company, RequestGiven } from "../engine/company/index.ts";
import { bodyOf, present, requestBody, tellingBody } from "./bodies.ts";
import { problemAnswer } from "./problem-answer.ts";

/** Cases of one answer. */
const CASES_MOST = 1_000;
const CASES_DEFAULT = 100;
/** Events of one answer; the next begins behind the last. */
const EVENTS_MOST = 1_000;

/** The routes of requests and cases. */
export function addCases(api: Hono, company: Company): void {
  api.post("/api/requests", async (context) => {
    const given = await bodyOf(context.req.raw, requestBody);
    if ("problems" in given) return problemAnswer(given.problems);
    const made = await company.request(present(given.body) as RequestGiven);
    if (made.case === null) return problemAnswer(made.problems);
    return context.json(made, made.again ? 200 : 201);
  });
  api.get("/api/requests/types", async (context) =>
    context.json({ types: await company.requestTypes() }),
  );
  api.get("/api/cases", (context) => context.json({ cases: company.cases(wantedBy(context)) }));
  about("/api/cases/:id", (context, now) => context.json({ case: now, needs: needsOf(now) }));
  about("/api/cases/:id/events", async (context, { id }) => {
    const after = countIn(context, "after", { otherwise: 0, most: Number.MAX_SAFE_INTEGER });
    const events = [];
    for await (const event of company.events(id, { after })) {
      events.push(event);
      if (events.length === EVENTS_MOST) break;
    }
    return context.json({ events, next: events.at(-1)?.seq ?? after });
  });
  api.post("/api/cases/:id/told", async (context) => {
    const given = await bodyOf(context.req.raw, tellingBody);
    if ("problems" in given) return problemAnswer(given.problems);
    const { told, ...options } = given.body;
    const id = context.req.param("id") as CaseId;
    const problems = await company.tellCase(id, told as CaseTelling, present(options));
    return problems.length === 0 ? context.json({ told: true }) : problemAnswer(problems);
  });

  function about(
    path: string,
    answer: (context: Context, now: Case) => Response | Promise<Response>,
  ): void {
    api.get(path, async (context) => {
      const name = context.req.param("id") ?? "";
      const id = parseCaseId(name);
      const now = id === null ? null : company.case(id);
      return now === null ? problemAnswer([noSuchCase(name)]) : await answer(context, now);
    });
  }
}

function wantedBy(context: Context): CasesWanted {
  const { type, owner } = context.req.query();
  const status = context.req.queries("status")?.flatMap((one) => one.split(","));
  return {
    most: countIn(context, "most", { otherwise: CASES_DEFAULT, most: CASES_MOST }),
    offset: countIn(context, "offset", { otherwise: 0, most: Number.MAX_SAFE_INTEGER }),
    ...(status === undefined ? {} : { status: status as readonly Case["status"][] }),
    ...(type === undefined ? {} : { type }),
    ...(owner === undefined ? {} : { owner }),
  };
}

/** What is no number is as if it were not said. */
function countIn(
  context: Context,
  name: string,
  { otherwise, most }: { readonly otherwise: number; readonly most: number },
): number {
  const text = context.req.query(name) ?? "";
  return /^\d{1,15}$/.test(text) ? Math.min(Number(text), most) : otherwise;
}

function noSuchCase(name: string): Problem {
  return {
    code: "not-found",
    message: `There is no case ${name.slice(0, 100)} here: a case's id begins with cs_.`,
    mend: "See: GET /api/cases",
  };
}
