import type { Context, Hono } from "hono";
import type { Envelope } from "../core/audit/index.ts";
import { progressDocument } from "../core/history/index.ts";
import { parseRunId, type RunId } from "../core/id.ts";
import type { Problem } from "../core/problem.ts";
import { type Company, readHistory } from "../engine/company/index.ts";
import type { StandingFilter } from "../engine/store/index.ts";
import { bodyOf, present, signalBody, startBody } from "./bodies.ts";
import { problemAnswer } from "./problem-answer.ts";
import { type Sent, streamAnswer } from "./stream-answer.ts";

/** Events of one answer; the next begins behind the last. */
const EVENTS_MOST = 1_000;
/** Runs of one answer. */
const RUNS_MOST = 10_000;
const RUNS_DEFAULT = 100;
const NUMBER_MOST = 1_000_000_000_000;
/** How long a request for the end of a run is held; who asked, asks again. */
const SETTLED_MOST_MS = 25_000;

/** The routes of runs; those below `/api/workflows/{id}` are about a run too. */
export function addRuns(api: Hono, company: Company): void {
  api.get("/api/runs", (context) => list(context, company));
  api.post("/api/runs", (context) => start(context, company));
  about("/api/runs/:id", async (context, run) => context.json(await company.document(run)));
  about("/api/runs/:id/events", (context, run) => events(context, { company, run }));
  about("/api/runs/:id/waiting", async (context, run) =>
    context.json({ waiting: await company.waiting(run) }),
  );
  about("/api/runs/:id/settled", (context, run) => settled(context, { company, run }));
  about("/api/workflows/:id/progress", async (context, run) =>
    context.json(progressDocument(await readHistory(company, run), Date.now())),
  );
  about("/api/workflows/:id/events", (context, run) => follow(context, { company, run }));
  api.post("/api/runs/:id/signals", async (context) => {
    const run = parseRunId(context.req.param("id"));
    if (run === null) return problemAnswer([noSuchRun(context.req.param("id"))]);
    const given = await bodyOf(context.req.raw, signalBody);
    if ("problems" in given) return problemAnswer(given.problems);
    const { signal, ...options } = given.body;
    const problems = await company.send(run, signal, present(options));
    return problems.length === 0 ? context.json({ told: true }) : problemAnswer(problems);
  });

  function about(
    path: string,
    answer: (context: Context, run: RunId) => Response | Promise<Response>,
  ): void {
    api.get(path, async (context) => {
      const id = context.req.param("id") ?? "";
      const run = parseRunId(id);
      if (run === null || company.standing(run) === null) return problemAnswer([noSuchRun(id)]);
      return await answer(context, run);
    });
  }
}

type Asked = { readonly company: Company; readonly run: RunId };

function list(context: Context, company: Company): Response {
  const most = number(context, "most", { otherwise: RUNS_DEFAULT, most: RUNS_MOST });
  if (typeof most !== "number") return problemAnswer([most]);
  const offset = number(context, "offset");
  if (typeof offset !== "number") return problemAnswer([offset]);
  const { workflow, parent } = context.req.query();
  const status = context.req.queries("status");
  const filter: Partial<StandingFilter> = {
    most,
    offset,
    ...(status === undefined ? {} : { status: status.flatMap((one) => one.split(",")) }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(parent === undefined ? {} : { parent: parseRunId(parent) }),
  };
  return context.json({ runs: company.runs(filter) });
}

async function start(context: Context, company: Company): Promise<Response> {
  const given = await bodyOf(context.req.raw, startBody);
  if ("problems" in given) return problemAnswer(given.problems);
  const { workflow, params, run: id, ...options } = given.body;
  const run = id === undefined ? undefined : parseRunId(id);
  if (run === null) return problemAnswer([noSuchRun(id ?? "")]);
  const started = await company.run(workflow, params, present({ ...options, run }));
  if (started.run === null) return problemAnswer(started.problems);
  return context.json(started, started.again ? 200 : 201);
}

async function events(context: Context, { company, run }: Asked): Promise<Response> {
  const isStream = context.req.header("accept")?.includes("text/event-stream") ?? false;
  if (isStream || context.req.query("follow") === "true") return follow(context, { company, run });
  const after = number(context, "after");
  if (typeof after !== "number") return problemAnswer([after]);
  const most = number(context, "most", { otherwise: EVENTS_MOST, most: EVENTS_MOST });
  if (typeof most !== "number") return problemAnswer([most]);
  const found: Envelope[] = [];
  if (most > 0)
    for await (const envelope of company.events(run, { after })) {
      found.push(envelope);
      if (found.length === most) break;
    }
  return context.json({ events: found, next: found.at(-1)?.seq ?? after });
}

/** The events of a run as they come, from a position on, until it has ended; then one message `end`. */
function follow(context: Context, { company, run }: Asked): Response {
  const last = context.req.header("last-event-id");
  const after = number(context, "after", { otherwise: 0, most: NUMBER_MOST, instead: last });
  if (typeof after !== "number") return problemAnswer([after]);
  return streamAnswer(async function* (abort): AsyncGenerator<Sent> {
    for await (const envelope of company.events(run, { after, follow: true, abort }))
      yield { id: String(envelope.seq), event: envelope.type, data: JSON.stringify(envelope) };
    const { status = "", endedAt = null } = company.standing(run) ?? {};
    if (endedAt !== null) yield { event: "end", data: JSON.stringify({ run, status }) };
  });
}

/** Held until the run has ended or waits for people, or for a while: `settled` says which. */
async function settled(context: Context, { company, run }: Asked): Promise<Response> {
  const late = AbortSignal.timeout(SETTLED_MOST_MS);
  const abort = AbortSignal.any([late, context.req.raw.signal]);
  const standing = await company.settled(run, { abort });
  return context.json({ settled: !abort.aborted, standing });
}

/** A whole number of the query, or what is wrong with it. */
function number(
  context: Context,
  name: string,
  {
    otherwise,
    most,
    instead,
  }: {
    readonly otherwise: number;
    readonly most: number;
    readonly instead?: string | undefined;
  } = { otherwise: 0, most: NUMBER_MOST },
): number | Problem {
  const text = context.req.query(name) ?? instead ?? "";
  if (text === "") return otherwise;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= most) return value;
  const message = `"${name}" is to be a whole number from 0 to ${most}.`;
  return { code: "bad-input", message, mend: `Leave it out for ${otherwise}.` };
}

function noSuchRun(id: string): Problem {
  return {
    code: "not-found",
    message: `There is no run "${id.slice(0, 100)}" here: a run's id begins with wf_.`,
    mend: "GET /api/runs lists them.",
  };
}
