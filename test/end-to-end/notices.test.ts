/** Notices over real sockets: an HTTP server for webhooks and Slack, an SMTP server, and processes that are killed. */
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { SMTPServer } from "smtp-server";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Company, openCompany, type RunId } from "../../src/index.ts";
import { bareEnvironment } from "../given/bare-environment.ts";
import { writeFiles } from "../given/folder.ts";

const MAIN = resolve("src/cli/main.ts");

type Got = {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
};

let folder = "";
let server: Server;
let base = "";
let got: Got[] = [];
/** What the next requests are answered with, then 200. */
let answers: { readonly status: number; readonly headers?: Record<string, string> }[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "muster-notices-"));
  got = [];
  answers = [];
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      got.push({
        path: request.url ?? "",
        headers: request.headers,
        text: Buffer.concat(parts).toString(),
      });
      const { status = 200, headers = {} } = answers.shift() ?? {};
      response.writeHead(status, headers).end("told");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
  for (const name of ["MUSTER_SMTP_URL", "MUSTER_SLACK_WEBHOOK", "HOOK_SECRET"])
    delete process.env[name];
});

function write(files: Readonly<Record<string, string>>): void {
  writeFiles(folder, files);
}

const AGENTS = {
  "agents/worker.yaml": "muster: 1\nkind: function\nmodule: ./agents/worker.mjs\neffects: pure\n",
  "agents/worker.mjs": `export async function attempt({ inputs }) {
  if (inputs.fails) return { error: { class: "permanent", kind: "invalid_input_data", message: "No such file." } };
  return { outputs: {} };
}
`,
};

function workflow(monitoring: string, steps = "      - { id: do, agent: worker }\n"): void {
  write({
    ...AGENTS,
    "workflows/work.yaml": `name: work
version: 2.1.0
phases:
  - name: Account Setup
    steps:
${steps}${monitoring}`,
  });
}

async function played(company: Company): Promise<RunId> {
  const start = await company.run("work");
  if (start.run === null) throw new Error(JSON.stringify(start.problems));
  await company.settled(start.run);
  return start.run;
}

const polled = <Value>(look: () => Value): ReturnType<typeof expect.poll<Value>> =>
  expect.poll(look, { timeout: 60_000 });

const bodies = (): readonly Record<string, unknown>[] => got.map(({ text }) => JSON.parse(text));
const events = (): readonly unknown[] => bodies().map(({ event }) => event);

describe("Monitoring & Observability", () => {
  test("Webhook notifications for state changes: notifications: - type: webhook, events: [started, completed, failed]", async () => {
    workflow(`monitoring:
  notifications:
    - { type: webhook, url: "${base}/hook", events: [started, completed, failed] }
`);
    await using company = await openCompany(folder);
    const run = await played(company);
    await polled(events).toEqual(["started", "completed"]);
    expect(bodies()[0]).toMatchObject({
      id: `${run}.1`,
      event: "started",
      workflow_id: run,
      name: "work",
      version: "2.1.0",
      timestamp: expect.stringMatching(/^20.*Z$/),
      text: `work (${run}) has started.`,
    });
    await polled(() => company.notices(run).map(({ status }) => status)).toEqual(["sent", "sent"]);
    expect(await company.document(run)).toMatchObject({
      notifications_sent: [
        { type: "webhook", event: "started", timestamp: expect.any(String) },
        { type: "webhook", event: "completed", timestamp: expect.any(String) },
      ],
    });
  });

  test("progress_webhook and slack_channel, as the production example has them: phase_completed, phase: Account Setup", async () => {
    process.env["MUSTER_SLACK_WEBHOOK"] = `${base}/slack`;
    workflow(`monitoring:
  progress_webhook: ${base}/webhooks/onboarding
  slack_channel: "#customer-success"
`);
    await using company = await openCompany(folder);
    const run = await played(company);
    await polled(() => got.length).toBe(5);
    const hook = got
      .filter(({ path }) => path === "/webhooks/onboarding")
      .map(({ text }) => JSON.parse(text));
    expect(hook).toMatchObject([
      { event: "started" },
      { event: "phase_completed", phase: "Account Setup" },
      { event: "completed" },
    ]);
    const slack = got.filter(({ path }) => path === "/slack").map(({ text }) => JSON.parse(text));
    expect(slack).toMatchObject([
      {
        channel: "#customer-success",
        text: `work (${run}) has started.`,
        blocks: [{ type: "section" }, {}],
      },
      { channel: "#customer-success", text: `work (${run}) has completed.` },
    ]);
  });

  test("notifications: - type: slack, webhook, channel, events: [failed, completed]; format: text", async () => {
    workflow(
      `monitoring_config:
  notifications:
    - { type: slack, webhook: "${base}/slack", channel: "#workflows", events: [failed, completed] }
    - { type: webhook, url: "${base}/text", events: [failed], format: text }
`,
      "      - { id: do, agent: worker, inputs: { fails: true }, error_strategy: fail_immediately }\n",
    );
    await using company = await openCompany(folder);
    const run = await played(company);
    await polled(() => got.map(({ path }) => path).toSorted()).toEqual(["/slack", "/text"]);
    const text = got.find(({ path }) => path === "/text");
    expect(text?.headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect(text?.text).toMatch(new RegExp(`^work \\(${run}\\) has failed: .*No such file`));
  });

  test("notifications: - type: email, recipients: [user@example.com], events: [failed, completed]", async () => {
    const mails: { readonly to: readonly string[]; readonly text: string }[] = [];
    const smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS"],
      onData(stream, session, done) {
        let text = "";
        stream.on("data", (part) => (text += String(part)));
        stream.on("end", () => {
          mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), text });
          done();
        });
      },
    });
    smtp.listen(0, "127.0.0.1");
    await once(smtp.server, "listening");
    const { port } = smtp.server.address() as AddressInfo;
    process.env["MUSTER_SMTP_URL"] = `smtp://127.0.0.1:${port}`;
    write({
      "channels.yaml":
        "muster: 1\nrecipients: { team: [bo@example.com] }\nchannels: { email: { type: email, from: muster@example.com } }\n",
    });
    workflow(`monitoring:
  notifications:
    - { type: email, recipients: [user@example.com, team], events: [failed, completed] }
`);
    const company = await openCompany(folder);
    const run = await played(company);
    await polled(() => mails.length).toBe(1);
    expect(mails[0]?.to).toEqual(["user@example.com", "bo@example.com"]);
    expect(mails[0]?.text).toContain(`Subject: work: completed (${run})`);
    expect(mails[0]?.text).toContain("From: muster@example.com");
    expect(mails[0]?.text).toContain("has completed.");
    await company.close();
    await new Promise<void>((closed) => smtp.close(closed));
  });

  test("a webhook with a secret is signed, so that its receiver knows who sent it", async () => {
    process.env["HOOK_SECRET"] = `whsec_${Buffer.from("a very secret key").toString("base64")}`;
    workflow(`monitoring:
  notifications:
    - { type: webhook, url: "${base}/hook", secret: $env.HOOK_SECRET, events: [completed] }
`);
    await using company = await openCompany(folder);
    await played(company);
    await polled(() => got.length).toBe(1);
    const [{ headers, text } = { headers: {} as Got["headers"], text: "" }] = got;
    const signed = [headers["webhook-id"], headers["webhook-timestamp"], text].join(".");
    const signature = createHmac("sha256", "a very secret key").update(signed).digest("base64");
    expect(headers["webhook-signature"]).toBe(`v1,${signature}`);
  });

  test("escalation_rules: notification: slack_alert, channels: [email, slack]: the company's channels are told", async () => {
    write({
      "channels.yaml": `muster: 1
channels:
  slack_alert: { type: slack, webhook: "${base}/alert", channel: "#alerts" }
`,
    });
    workflow(
      `error_handling:
  escalation_rules:
    - { condition: critical_step_failure, action: pause_workflow, notification: { channels: [slack_alert, email], recipients: [security-team], message: Critical security issue requires human review } }
`,
      "      - { id: do, agent: worker, inputs: { fails: true }, error_strategy: halt_and_escalate }\n",
    );
    await using company = await openCompany(folder);
    const run = await played(company);
    await polled(() => got.length).toBe(1);
    expect(got[0]?.text).toContain("Critical security issue requires human review");
    await polled(() => company.notices(run)).toMatchObject([
      { type: "slack", event: "escalated", status: "sent" },
      {
        type: "email",
        event: "escalated",
        status: "failed",
        why: expect.stringContaining("MUSTER_SMTP_URL"),
      },
    ]);
  });

  test("Alert Appropriately: what is tried again and then goes well is told to nobody", async () => {
    write({
      "agents/flaky.yaml": "muster: 1\nkind: function\nmodule: ./agents/flaky.mjs\neffects: pure\n",
      "agents/flaky.mjs": `let tries = 0;
export async function attempt() {
  tries += 1;
  if (tries < 3) return { error: { class: "transient", kind: "network_timeout", message: "Slow." } };
  return { outputs: {} };
}
`,
    });
    workflow(
      `monitoring:
  notifications:
    - { type: webhook, url: "${base}/hook", events: [step_failed, failed, escalated, degraded, paused, completed] }
`,
      "      - { id: do, agent: flaky, retry: { max_attempts: 5, initial_delay: 1ms } }\n",
    );
    await using company = await openCompany(folder);
    await played(company);
    await polled(events).toEqual(["completed"]);
  });
});

describe("progress_updates", () => {
  const WAITING = `export async function attempt(_task, _tools, abort) {
  while (!existsSync(new URL("../go", import.meta.url)) && !abort.aborted) await sleep(20);
  return { outputs: {} };
}
`;

  test("interval: how far a run is, on standard error and to the progress webhook, until it has ended", async () => {
    workflow(
      `monitoring: { progress_webhook: "${base}/hook" }
monitoring_config:
  progress_updates: { enabled: true, interval: 1s }
`,
      "      - { id: first, agent: worker }\n      - { id: do, agent: slow, after: [first] }\n",
    );
    write({
      "agents/slow.yaml": "muster: 1\nkind: function\nmodule: ./agents/slow.mjs\neffects: pure\n",
      "agents/slow.mjs": `import { existsSync } from "node:fs";\nimport { setTimeout as sleep } from "node:timers/promises";\n${WAITING}`,
    });
    const child = spawn(process.execPath, [MAIN, "run", "work", "--folder", folder], {
      env: bareEnvironment({ HOME: folder }),
    });
    let side = "";
    child.stderr.on("data", (text) => (side += String(text)));
    await polled(() => side).toMatch(
      /work \(wf_\w+\): 50%, phase 1 of 1 "Account Setup", 1 in flight/,
    );
    await polled(events).toContain("progress");
    expect(bodies().find(({ event }) => event === "progress")).toMatchObject({
      status: "running",
      progress_percent: 50,
      phase: "Account Setup",
    });
    write({ go: "" });
    await once(child, "close");
    await polled(() => events().at(-1)).toBe("completed");
  });

  test("format: json; enabled: false: there are none", async () => {
    const slow = {
      "agents/slow.yaml": "muster: 1\nkind: function\nmodule: ./agents/slow.mjs\neffects: pure\n",
      "agents/slow.mjs": `import { existsSync } from "node:fs";\nimport { setTimeout as sleep } from "node:timers/promises";\n${WAITING}`,
    };
    const updates = (settings: string): string =>
      `monitoring_config: { progress_updates: ${settings} }\n`;
    workflow(updates("{ interval: 1s, format: json }"), "      - { id: do, agent: slow }\n");
    write(slow);
    const lines: string[] = [];
    await using company = await openCompany(folder, { progress: ({ line }) => lines.push(line) });
    const start = await company.run("work");
    await polled(() => lines.length).toBeGreaterThan(0);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      workflow_id: start.run,
      progress_percent: 0,
    });
    workflow(updates("{ enabled: false, interval: 1s }"), "      - { id: do, agent: slow }\n");
    await company.run("work");
    const before = new Set(lines.map((line) => JSON.parse(line).workflow_id));
    const { length } = lines;
    await polled(() => lines.length).toBeGreaterThan(length + 1);
    expect(new Set(lines.map((line) => JSON.parse(line).workflow_id))).toEqual(before);
    write({ go: "" });
  });
});

describe("an endpoint that is down", () => {
  test("never slows a run, is tried again with backoff, and is told once it answers, under the same id", async () => {
    workflow(`monitoring:
  notifications:
    - { type: webhook, url: "${base}/hook", events: [completed] }
`);
    answers = [{ status: 503 }, { status: 500 }];
    await using company = await openCompany(folder);
    const run = await played(company);
    expect(company.standing(run)?.status).toBe("completed");
    await polled(() => company.notices(run)).toMatchObject([
      { status: "sent", attempts: 3, why: "" },
    ]);
    expect(got).toHaveLength(3);
    expect(new Set(got.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  });

  test("that refuses for good is recorded as failed, with what it said", async () => {
    workflow(`monitoring:
  notifications:
    - { type: webhook, url: "${base}/hook", events: [completed] }
`);
    answers = [{ status: 404 }];
    await using company = await openCompany(folder);
    const run = await played(company);
    await polled(() => company.notices(run)).toMatchObject([
      { status: "failed", attempts: 1, why: "It was answered with 404: told." },
    ]);
    expect(await company.document(run)).toMatchObject({ notifications_sent: [] });
  });

  test("is not followed elsewhere: what stands in its address is for nobody else", async () => {
    workflow(`monitoring:
  notifications:
    - { type: webhook, url: "${base}/hook", events: [completed] }
`);
    answers = [{ status: 307, headers: { location: `${base}/elsewhere` } }];
    await using company = await openCompany(folder);
    const run = await played(company);
    await polled(() => company.notices(run)[0]?.status).toBe("failed");
    expect(got.map(({ path }) => path)).toEqual(["/hook"]);
  });

  test("closed before it could be told: the next process tells it", async () => {
    workflow(`monitoring:
  notifications:
    - { type: webhook, url: "${base}/hook", events: [completed] }
`);
    answers = [{ status: 503, headers: { "retry-after": "0" } }];
    const first = await openCompany(folder);
    const run = await played(first);
    await first.close();
    const before = got.length;
    await using second = await openCompany(folder);
    await polled(() => second.notices(run)[0]?.status).toBe("sent");
    expect(before).toBeGreaterThan(0);
  });
});

describe("Don't spam", () => {
  test("a limit a minute per channel: the others wait, and none is lost", async () => {
    workflow(
      `monitoring:
  notifications:
    - { type: webhook, url: "${base}/hook", events: [step_completed] }
`,
      "      - { id: do, each: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33], agent: worker }\n",
    );
    await using company = await openCompany(folder);
    const run = await played(company);
    await polled(() => got.length).toBe(30);
    const counts = Object.groupBy(company.notices(run), ({ status }) => status);
    expect(counts.sent?.length).toBe(30);
    expect(counts.pending?.length).toBe(4);
  });
});

describe("a process killed with SIGKILL", () => {
  test("between the event and the notice: it is sent after the restart, and once", async () => {
    workflow(`monitoring:
  notifications:
    - { type: webhook, url: "${base}/hook", events: [started, completed] }
`);
    // Nobody answers: the process dies while its notices wait.
    server.removeAllListeners("request");
    const waiting: IncomingMessage[] = [];
    server.on("request", (request) => waiting.push(request));
    const child = spawn(process.execPath, [MAIN, "run", "work", "--json", "--folder", folder], {
      env: bareEnvironment({ HOME: folder }),
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    await polled(() => waiting.length).toBeGreaterThan(0);
    child.kill("SIGKILL");
    await once(child, "close");
    server.removeAllListeners("request");
    server.on("request", (request, response) => {
      let text = "";
      request.on("data", (part) => (text += String(part)));
      request.on("end", () => {
        got.push({ path: request.url ?? "", headers: request.headers, text });
        response.end();
      });
    });
    await using company = await openCompany(folder);
    await polled(events).toEqual(["started", "completed"]);
    const [standing] = company.runs();
    await polled(() =>
      company.notices(standing?.stream as RunId).map(({ status }) => status),
    ).toEqual(["sent", "sent"]);
  });

  test("before a notice was kept at all: it is found behind the cursor", async () => {
    workflow(`monitoring:
  notifications:
    - { type: webhook, url: "${base}/hook", events: [started, completed] }
`);
    const first = await openCompany(folder);
    const run = await played(first);
    await polled(() => got.length).toBe(2);
    await first.close();
    // As a process leaves it that dies before it keeps the first.
    for (const end of ["", "-wal", "-shm"])
      rmSync(join(folder, ".muster", `notices.db${end}`), { force: true });
    await using second = await openCompany(folder);
    await polled(events).toEqual(["started", "completed", "started", "completed"]);
    const ids = got.map(({ headers }) => headers["webhook-id"]);
    expect(ids.slice(2)).toEqual(ids.slice(0, 2));
    expect(second.notices(run)).toHaveLength(2);
  });
});

describe("the book of notices", () => {
  test("is its owner's alone, holds no secret of the environment, and muster runs notices shows it", async () => {
    process.env["HOOK_SECRET"] = "whsec_c29tZXRoaW5nIHNlY3JldA==";
    workflow(`monitoring:
  notifications:
    - { type: webhook, url: "${base}/hook/very-secret-path", secret: $env.HOOK_SECRET, events: [completed] }
`);
    const company = await openCompany(folder);
    const run = await played(company);
    await polled(() => company.notices(run)[0]?.status).toBe("sent");
    await company.close();
    const book = join(folder, ".muster", "notices.db");
    expect(statSync(book).mode & 0o777).toBe(0o600);
    expect(readFileSync(book).includes("c29tZXRoaW5n")).toBe(false);
    writeFileSync(join(folder, "calendar.yaml"), "zone: Asia/Hong_Kong\n");
    const child = spawn(process.execPath, [MAIN, "runs", "notices", run, "--folder", folder], {
      env: bareEnvironment({ HOME: folder }),
    });
    let out = "";
    child.stdout.on("data", (text) => (out += String(text)));
    await once(child, "close");
    expect(out).toContain("AT (Asia/Hong_Kong)");
    expect(out).toMatch(/completed\s+webhook\s+127\.0\.0\.1:\d+\s+sent\s+1/);
    expect(out).not.toContain("very-secret-path");
  });

  test("is not made for a company that tells nobody of anything", async () => {
    workflow("");
    await using company = await openCompany(folder);
    const run = await played(company);
    expect(company.notices(run)).toEqual([]);
    expect(() => statSync(join(folder, ".muster", "notices.db"))).toThrow("ENOENT");
  });
});
