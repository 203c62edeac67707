import { describe, expect, test } from "vitest";
import type { RunId } from "../core/id.ts";
import type { FunctionAgent } from "../engine/agents/index.ts";
import { openTestCompany, type TestCompany } from "../testing/index.ts";
import { apiOf } from "./api.ts";

const adder: FunctionAgent = {
  attempt: ({ inputs }) => ({ outputs: { sum: Number(inputs["a"]) + 1 } }),
};
const workflows = {
  add: {
    name: "add",
    parameters: { a: 1 },
    phases: [
      {
        name: "Sum",
        steps: [
          { id: "one", agent: "adder", inputs: { a: "$params.a" }, outputs: { sum: "number" } },
        ],
      },
      { name: "Ask", steps: [{ id: "may", gate: { ask: "May we?", from: ["ana"] } }] },
    ],
  },
} as const;

type Api = (path: string, init?: RequestInit) => Promise<Response>;

async function opened(): Promise<
  { readonly company: TestCompany; readonly api: Api } & AsyncDisposable
> {
  const company = await openTestCompany({ agents: { adder }, workflows });
  const app = apiOf(company);
  return {
    company,
    api: async (path, init) => await app.request(path, init),
    [Symbol.asyncDispose]: () => company.close(),
  };
}

const post = (body: unknown): RequestInit => ({ method: "POST", body: JSON.stringify(body) });

async function parked(company: TestCompany): Promise<RunId> {
  return (await company.play("add", { a: 1 })).run;
}

describe("the routes of a company", () => {
  test("start a run, list it, and give its state document", async () => {
    await using it = await opened();
    const answer = await it.api(
      "/api/runs",
      post({ workflow: "add", params: { a: 4 }, by: "ana" }),
    );
    expect(answer.status).toBe(201);
    const { run } = (await answer.json()) as { readonly run: RunId };
    await it.company.playOn(run);
    const list = await (await it.api("/api/runs?status=waiting&most=5")).json();
    expect(list).toMatchObject({ runs: [{ stream: run, workflow: "add" }] });
    const document = await (await it.api(`/api/runs/${run}`)).json();
    expect(document).toMatchObject({ workflow_id: run, status: "waiting", current_phase: 2 });
    const waiting = await (await it.api(`/api/runs/${run}/waiting`)).json();
    expect(waiting).toMatchObject({ waiting: [{ kind: "gate", path: "ask/may" }] });
    const inbox = await (await it.api("/api/inbox")).json();
    expect(inbox).toMatchObject({ items: [{ workflow: "add", kind: "gate" }] });
  });

  test("start a run with settings and inputs of its own", async () => {
    await using it = await opened();
    const config = { max_concurrency: 2 };
    const bind = { "one.inputs.a": { value: 9 } };
    const answer = await it.api("/api/runs", post({ workflow: "add", config, bind }));
    const { run } = (await answer.json()) as { readonly run: RunId };
    const { events } = await it.company.playOn(run);
    expect(events[0]?.data).toMatchObject({
      settings: { "execution_config.max_concurrency": "run" },
      bound: { "one.inputs.a": { from: "given" } },
    });
    const document = await (await it.api(`/api/runs/${run}`)).json();
    expect(document).toMatchObject({
      phases: [{ steps: [{ outputs: { sum: 10 } }] }, {}],
      settings: expect.arrayContaining([
        { key: "execution_config.max_concurrency", value: 2, origin: "run", where: null },
      ]),
    });
  });

  test("answer what is wrong as problem+json, with the sentence and the mend", async () => {
    await using it = await opened();
    const answer = await it.api("/api/runs", post({ workflow: "ad" }));
    expect(answer.status).toBe(404);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(await answer.json()).toMatchObject({
      type: "urn:muster:problem:not-found",
      status: 404,
      detail: expect.stringContaining('There is no workflow "ad"'),
      mend: expect.stringContaining("folder workflows"),
      problems: [{ code: "not-found" }],
    });
    for (const [path, init, status] of [
      ["/api/nothing", {}, 404],
      ["/api/runs/wf_nobody", {}, 404],
      ["/api/runs/..", {}, 404],
      ["/api/runs/wf_nobody/events", {}, 404],
      ["/api/runs?most=many", {}, 400],
      ["/api/runs?most=999999999", {}, 400],
      ["/api/runs", { method: "POST", body: "{" }, 400],
      ["/api/runs", post([]), 400],
      ["/api/runs", post({ workflow: "" }), 400],
      ["/api/runs", post({ workflow: "add", more: 1 }), 400],
      ["/api/runs", post({ workflow: "add", run: "../x" }), 404],
      ["/api/runs/wf_nobody/signals", post({ signal: { type: "resume" } }), 404],
      ["/api/runs/wf_nobody/signals", post({ signal: { type: "dance" } }), 400],
      ["/api/runs/wf_nobody/signals", post({ signal: 4 }), 400],
      ["/api/publish", post({ event: 3 }), 400],
    ] as const) {
      const told = await it.api(path, init);
      expect([path, told.status]).toEqual([path, status]);
      expect(await told.json()).toMatchObject({ detail: expect.any(String) });
    }
  });

  test("refuse a body that is too long before it is read", async () => {
    await using it = await opened();
    const body = "x".repeat(18_000_000);
    const headers = { "content-length": String(body.length) };
    const told = await it.api("/api/publish", { method: "POST", body, headers });
    expect(told.status).toBe(429);
    expect(await told.json()).toMatchObject({ code: "limit" });
  });

  test("tell a run a signal once: the same id again changes nothing", async () => {
    await using it = await opened();
    const run = await parked(it.company);
    for (const _ of [1, 2]) {
      const signal = { type: "pause", why: "lunch" };
      const told = await it.api(`/api/runs/${run}/signals`, post({ signal, by: "bo", id: "s1" }));
      expect(told.status).toBe(200);
    }
    const log = (await (await it.api(`/api/runs/${run}/events`)).json()) as {
      readonly events: readonly { readonly type: string }[];
    };
    expect(log.events.filter(({ type }) => type === "run.paused")).toHaveLength(1);
  });

  test("give a run's events from a position, so many at a time", async () => {
    await using it = await opened();
    const run = await parked(it.company);
    const all: unknown[] = [];
    for (let after = 0; ; ) {
      const page = (await (
        await it.api(`/api/runs/${run}/events?after=${after}&most=2`)
      ).json()) as {
        readonly events: readonly { readonly seq: number }[];
        readonly next: number;
      };
      all.push(...page.events.map(({ seq }) => seq));
      if (page.events.length === 0) break;
      after = page.next;
    }
    expect(all).toEqual(all.map((_, at) => at + 1));
    expect(all.length).toBeGreaterThan(4);
  });

  test("Event streaming for external monitoring: from where the reader was, to the end", async () => {
    await using it = await opened();
    const run = await parked(it.company);
    await it.company.send(run, { type: "cancel", why: "enough", rollback: false });
    await it.company.playOn(run);
    const read = async (headers: Record<string, string>): Promise<readonly string[]> => {
      const told = await it.api(`/api/workflows/${run}/events`, { headers });
      expect(told.headers.get("content-type")).toBe("text/event-stream");
      return (await told.text()).split("\n\n").filter((block) => block.startsWith("id: "));
    };
    const all = await read({});
    expect(all[0]).toMatch(/^id: 1\nevent: run\.accepted\ndata: \{"v":1,/);
    const [last = ""] = all.slice(-1);
    expect(last).toContain("event: run.finished");
    expect(await read({ "last-event-id": "3" })).toEqual(all.slice(3));
    const told = await it.api(`/api/runs/${run}/events`, {
      headers: { accept: "text/event-stream" },
    });
    expect(await told.text()).toMatch(
      /event: end\ndata: \{"run":"wf_\w+","status":"cancelled"\}\n\n$/,
    );
  });

  test("stop following when nobody reads any more", async () => {
    await using it = await opened();
    const run = await parked(it.company);
    const told = await it.api(`/api/runs/${run}/events?follow=true`);
    const reader = told.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await it.company.send(run, { type: "cancel", why: "enough", rollback: false });
    expect((await it.company.playOn(run)).standing.status).toBe("cancelled");
  });

  test("Progress percentage calculation and execution time estimation: /api/workflows/{workflow_id}/progress", async () => {
    await using it = await opened();
    const run = await parked(it.company);
    const told = await (await it.api(`/api/workflows/${run}/progress`)).json();
    expect(told).toMatchObject({
      workflow_id: run,
      name: "add",
      status: "waiting",
      progress_percent: 50,
      current_phase: 2,
      phase: "Ask",
      phases: [{ phase_id: 1, name: "Sum", status: "completed" }, { name: "Ask" }],
      total_steps: 2,
      completed_steps: 1,
      remaining_ms: null,
    });
  });

  test("give figures at /metrics, in the form that the reader accepts", async () => {
    await using it = await opened();
    await parked(it.company);
    const plain = await it.api("/metrics");
    expect(plain.headers.get("content-type")).toContain("text/plain; version=0.0.4");
    expect(await plain.text()).toContain('muster_runs_started_total{workflow="add"} 1');
    const accept = "application/openmetrics-text; version=1.0.0";
    const open = await it.api("/metrics", { headers: { accept } });
    expect(open.headers.get("content-type")).toContain("application/openmetrics-text");
  });

  test("say who answers, and that it is ready", async () => {
    await using it = await opened();
    expect(await (await it.api("/healthz")).json()).toMatchObject({
      status: "ok",
      api: 1,
      process: process.pid,
    });
    expect((await it.api("/readyz")).status).toBe(200);
    expect(await (await it.api("/api/workflows")).json()).toMatchObject({
      workflows: [{ name: "add", problems: [] }],
    });
    expect(await (await it.api("/api/agents")).json()).toMatchObject({
      agents: [{ name: "adder" }],
    });
    expect(await (await it.api("/api/check?name=add")).json()).toEqual({ ok: true, problems: [] });
  });
});
