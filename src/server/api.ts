import { Hono } from "hono";
import { MusterError, type Problem } from "../core/problem.ts";
import { type Company, inboxOf } from "../engine/company/index.ts";
import { askBody, bodyOf, present, publishBody } from "./bodies.ts";
import { addCases } from "./cases-api.ts";
import { problemAnswer } from "./problem-answer.ts";
import { addRuns } from "./runs-api.ts";
import { ASKED_THERE, call } from "./shares.ts";
import { API_VERSION, ownVersion } from "./version.ts";

/** Requests that are answered at once, streams among them. */
const REQUESTS_MOST = 1_000;

/**
 * The routes of a company, for whoever listens: a socket in its folder, or a server on a network. Who
 * may ask is for the listener to decide.
 */
export function apiOf(company: Company): Hono {
  const api = new Hono();
  limit(api);
  api.onError((error) => problemAnswer([problemOf(error)]));
  api.notFound((context) => problemAnswer([noRoute(context.req.method, context.req.path)]));
  addHealth(api, company);
  addRuns(api, company);
  addCases(api, company);
  addCompany(api, company);
  return api;
}

function limit(api: Hono): void {
  let asked = 0;
  api.use(async (_context, next) => {
    if (asked >= REQUESTS_MOST) return problemAnswer([TOO_MANY], { "retry-after": "1" });
    asked += 1;
    try {
      await next();
    } finally {
      asked -= 1;
    }
    return undefined;
  });
}

function addHealth(api: Hono, company: Company): void {
  const about = {
    version: ownVersion(),
    api: API_VERSION,
    process: process.pid,
    folder: company.folder,
  };
  api.get("/healthz", (context) => context.json({ status: "ok", ...about }));
  // Ready is: the log can be read, and a process does what is owed.
  api.get("/readyz", (context) => {
    company.runs({ most: 1 });
    return context.json({ status: "ready", ...about });
  });
  api.get("/metrics", async (context) => {
    const isOpen = context.req.header("accept")?.includes("application/openmetrics-text");
    const { type, text } = await company.metrics(isOpen === true ? "openmetrics" : "prometheus");
    return new Response(text, { headers: { "content-type": type } });
  });
}

function addCompany(api: Hono, company: Company): void {
  api.get("/api/workflows", async (context) =>
    context.json({ workflows: await company.workflows() }),
  );
  api.get("/api/agents", async (context) => context.json({ agents: await company.agents() }));
  api.get("/api/check", async (context) => {
    const problems = await company.check(context.req.query("name") || undefined);
    const ok = problems.every(({ severity }) => severity === "warning");
    return context.json({ ok, problems });
  });
  api.get("/api/inbox", async (context) => {
    const items = await inboxOf(company);
    return context.json({
      items: items.map(({ item, workflow, waiting }) => ({ item, workflow, ...waiting })),
    });
  });
  api.post("/api/company/:method", async (context) => {
    const method = ASKED_THERE.find((one) => one === context.req.param("method"));
    if (method === undefined) return problemAnswer([noRoute("POST", context.req.path)]);
    const given = await bodyOf(context.req.raw, askBody);
    if ("problems" in given) return problemAnswer(given.problems);
    return context.json({ answer: await call(company, method, given.body.args) });
  });
  api.post("/api/publish", async (context) => {
    const given = await bodyOf(context.req.raw, publishBody);
    if ("problems" in given) return problemAnswer(given.problems);
    const { event, payload, ...options } = given.body;
    const published = await company.publish(event, payload, present(options));
    return published.kept ? context.json(published) : problemAnswer(published.problems);
  });
}

/** What the world refused while a request was answered; anything else is a fault of ours, and said so. */
function problemOf(error: Error): Problem {
  if (!(error instanceof MusterError))
    return { code: "bug", message: `Muster met a fault of its own: ${error.message}` };
  const { code, message, where, mend } = error;
  return { code, message, ...(where ? { where } : {}), ...(mend ? { mend } : {}) };
}

function noRoute(method: string, path: string): Problem {
  return {
    code: "not-found",
    message: `Nothing answers ${method} ${path.slice(0, 200)} here.`,
    mend: "See docs/reference/api.md for what does.",
  };
}

const TOO_MANY: Problem = {
  code: "limit",
  message: `${REQUESTS_MOST} requests are being answered; no more are taken until one has ended.`,
  mend: "Ask again in a moment.",
};
