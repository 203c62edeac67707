import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { noTools } from "../../../../test/given/no-tools.ts";
import type { HttpDefinition } from "../../../core/definition/index.ts";
import { parseDigest } from "../../../core/id.ts";
import { FAILURE_KINDS } from "../../../core/machine/index.ts";
import type { Agent, AgentAnswer, AgentTask } from "../agent.ts";
import { openAgent } from "../open-agent.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-http-"));
const digest = parseDigest(`sha256:${"1".repeat(64)}`)!;
const SECRET = 'tok/en"42+';
const NOW = Date.parse("2026-01-01T00:00:00Z");

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    if ("closeAllConnections" in server && typeof server.closeAllConnections === "function")
      server.closeAllConnections();
    server.close();
  }
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

type Asked = { readonly headers: IncomingMessage["headers"]; readonly body: unknown };
type Handle = (response: ServerResponse, request: IncomingMessage, body: string) => void;

/** A real server. @returns its address, and all that it was asked */
async function serve(handle: Handle): Promise<{ readonly url: string; readonly asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      if (body !== "") asked.push({ headers: request.headers, body: JSON.parse(body) });
      handle(response, request, body);
    });
  });
  return { url: `http://127.0.0.1:${await listening(server)}/ask`, asked };
}

const json =
  (value: unknown, status = 200, headers: Record<string, string> = {}): Handle =>
  (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(value));
  };

function open(given: Partial<HttpDefinition>): Promise<Agent> {
  const definition: HttpDefinition = {
    kind: "http",
    name: "biller",
    description: "",
    digest,
    where: { file: "agents/biller.yaml", line: 1, column: 1 },
    capabilities: [],
    instances: 1,
    concurrency: 5,
    effects: "idempotent",
    timeoutMs: 60_000,
    memoryBytesMost: null,
    env: {},
    breaker: null,
    heartbeatMs: null,
    inputs: null,
    outputs: null,
    urls: [],
    method: "POST",
    headers: { authorization: "Bearer $env.BILLING_TOKEN" },
    ca: null,
    healthPath: null,
    insecure: false,
    ...given,
  };
  return openAgent(definition, folder, {
    environment: { BILLING_TOKEN: SECRET },
    classOf: (kind) => FAILURE_KINDS[kind]?.class ?? null,
    now: () => NOW,
  });
}

const task: AgentTask = {
  run: "wf_test",
  step: "bill",
  attempt: 1,
  key: "wf_test.7",
  name: "Bill",
  instructions: "Bill them.",
  inputs: { amount: 12 },
  outputs: { invoice: "string" },
  context: {},
  deadline: "2030-01-01T00:00:00.000Z",
};
const tools = noTools;
const never = new AbortController().signal;

async function asks(given: Partial<HttpDefinition>, abort = never): Promise<AgentAnswer> {
  const agent = await open(given);
  const answer = await agent.attempt(task, tools, abort);
  expect(JSON.stringify(answer)).not.toContain("tok/en");
  await agent.close();
  return answer;
}

function errorOf(answer: AgentAnswer) {
  if (!("error" in answer)) throw new Error(`It answered ${JSON.stringify(answer)}.`);
  return answer.error;
}

describe("an http agent", () => {
  test("is asked with the task as JSON, its key and its headers, and answers with outputs", async () => {
    const answer = { outputs: { invoice: "A1" }, usage: { tokens: 5 }, warnings: ["Late."] };
    const { url, asked } = await serve(json(answer));
    expect(await asks({ urls: [url] })).toEqual(answer);
    expect(asked).toEqual([
      {
        body: { task },
        headers: expect.objectContaining({
          authorization: `Bearer ${SECRET}`,
          "idempotency-key": "wf_test.7",
          "content-type": "application/json",
          connection: "close",
        }),
      },
    ]);
  });

  test.each([
    [429, "api_rate_limit", "transient", true],
    [401, "authentication_failure", "permanent", true],
    [403, "authentication_failure", "permanent", true],
    [404, "agent_not_found", "permanent", true],
    [422, "invalid_input_data", "permanent", true],
    [408, "agent_temporarily_unavailable", "transient", true],
    [500, "agent_failed", "transient", false],
    [502, "agent_failed", "transient", false],
    [503, "agent_temporarily_unavailable", "transient", false],
  ])("status %i is %s", async (status, kind, of, certain) => {
    const { url } = await serve((response) => {
      response.writeHead(status);
      response.end(`No, ${SECRET}.`);
    });
    const error = errorOf(await asks({ urls: [url] }));
    expect(error).toMatchObject({ kind, class: of, certain });
    expect(error.message).toContain(`status ${status}`);
    expect(error.message).toContain("[BILLING_TOKEN]");
  });

  test("is left alone as long as it asks, in seconds or until a date", async () => {
    const wait = async (after: string): Promise<number | undefined> => {
      const { url } = await serve(json({}, 429, { "retry-after": after }));
      return errorOf(await asks({ urls: [url] })).retryAfterMs;
    };
    expect(await wait("7")).toBe(7_000);
    expect(await wait(new Date(NOW + 90_000).toUTCString())).toBe(90_000);
    expect(await wait("soon")).toBeUndefined();
  });

  test("says more than its status does, where its answer is an error of the protocol", async () => {
    const own = { kind: "non_critical_data_missing", message: "No such tariff.", certain: true };
    const { url } = await serve(json({ error: own }, 500));
    expect(errorOf(await asks({ urls: [url] }))).toMatchObject({ ...own, class: "degradable" });
  });

  test("that nobody listens for has certainly done nothing", async () => {
    const { url } = await serve(json({}));
    const port = new URL(url).port;
    await new Promise((resolve) => servers.splice(0)[0]?.close(resolve));
    expect(errorOf(await asks({ urls: [`http://127.0.0.1:${port}/ask`] }))).toMatchObject({
      kind: "agent_unavailable",
      certain: true,
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  test("that breaks off after it was asked may have done its work", async () => {
    const server = createTcpServer((socket) => {
      socket.once("data", () => socket.destroy());
      socket.on("error", () => {});
    });
    const url = `http://127.0.0.1:${await listening(server)}`;
    expect(errorOf(await asks({ urls: [url] }))).toMatchObject({
      kind: "agent_failed",
      class: "transient",
      certain: false,
    });
  });

  test("whose answer is cut off may have done its work", async () => {
    const { url } = await serve((response) => {
      response.writeHead(200, { "content-length": "500" });
      response.write('{"outputs": {"invoice": "A');
      setImmediate(() => response.destroy());
    });
    const error = errorOf(await asks({ urls: [url] }));
    expect(error).toMatchObject({ kind: "agent_failed", certain: false });
    expect(error.message).toContain("broke off");
  });

  test("that hangs is closed when its time is up, and may have done its work", async () => {
    const abort = new AbortController();
    const closed = Promise.withResolvers<void>();
    const { url } = await serve((response) => {
      response.once("close", () => closed.resolve());
      abort.abort(new DOMException("Its time is used up.", "TimeoutError"));
    });
    expect(errorOf(await asks({ urls: [url] }, abort.signal))).toMatchObject({
      kind: "timeout",
      certain: false,
    });
    await closed.promise;
  });

  test("that trickles its answer is closed in the middle of it", async () => {
    const abort = new AbortController();
    const closed = Promise.withResolvers<void>();
    const { url } = await serve((response) => {
      response.writeHead(200);
      response.write("{");
      const drip = setInterval(() => response.write(" "), 5);
      setTimeout(() => abort.abort(), 50);
      response.once("close", () => {
        clearInterval(drip);
        closed.resolve();
      });
    });
    expect(errorOf(await asks({ urls: [url] }, abort.signal))).toMatchObject({
      kind: "stopped",
      certain: false,
    });
    await closed.promise;
  });

  test("that is stopped before it is asked has done nothing", async () => {
    const { url, asked } = await serve(json({ outputs: {} }));
    expect(errorOf(await asks({ urls: [url] }, AbortSignal.abort()))).toMatchObject({
      kind: "stopped",
      certain: true,
    });
    expect(asked).toEqual([]);
  });

  test("whose answer is larger than the limit is closed", async () => {
    const { url } = await serve((response) => {
      response.writeHead(200);
      const much = Buffer.alloc(1024 * 1024, " ");
      const more = (): void => {
        while (!response.destroyed && response.write(much));
      };
      response.on("drain", more);
      more();
    });
    expect(errorOf(await asks({ urls: [url] }))).toMatchObject({ kind: "output_limit" });
  });

  test.each([
    ["no JSON", "<html>hello</html>"],
    ["nothing", ""],
    ["a list", "[]"],
  ])("that answers with %s gave no answer", async (_what, body) => {
    const { url } = await serve((response) => response.end(body));
    expect(errorOf(await asks({ urls: [url] })).kind).toBe("invalid_answer");
  });

  test("is followed to another place on the same machine, with all it was told", async () => {
    const { url, asked } = await serve((response, request) => {
      if (request.url === "/ask") json({}, 307, { location: "/there" })(response, request, "");
      else json({ outputs: { at: request.url } })(response, request, "");
    });
    expect(await asks({ urls: [url] })).toEqual({ outputs: { at: "/there" } });
    expect(asked.map(({ headers }) => headers["idempotency-key"])).toEqual([
      "wf_test.7",
      "wf_test.7",
    ]);
  });

  test("is not followed to another machine, which would be shown our secrets", async () => {
    const other = await serve(json({ outputs: {} }));
    const { url } = await serve(json({}, 307, { location: other.url }));
    expect(errorOf(await asks({ urls: [url] }))).toMatchObject({
      kind: "agent_not_found",
      class: "permanent",
      message: expect.stringContaining(`It names ${other.url}`),
    });
    expect(other.asked).toEqual([]);
  });

  test("is not followed without end, nor where its task would be lost", async () => {
    const round = await serve(json({}, 307, { location: "/ask" }));
    expect(errorOf(await asks({ urls: [round.url] })).kind).toBe("agent_not_found");
    expect(round.asked).toHaveLength(4);
    const got = await serve(json({}, 302, { location: "/ask" }));
    expect(errorOf(await asks({ urls: [got.url] })).kind).toBe("agent_not_found");
    expect(got.asked).toHaveLength(1);
  });

  test("may send back a secret, and it is in nothing that is kept", async () => {
    const { url } = await serve((response, request) => {
      json({ outputs: { echo: request.headers.authorization } })(response, request, "");
    });
    expect(await asks({ urls: [url] })).toEqual({ outputs: { echo: "Bearer [BILLING_TOKEN]" } });
  });

  test("speaks TLS, and only with whom its certificates name", async () => {
    const files = ["-keyout", "key.pem", "-out", "cert.pem"];
    const about = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...files, ...about], {
      cwd: folder,
      stdio: "ignore",
    });
    const [key, cert] = ["key.pem", "cert.pem"].map((file) => readFileSync(join(folder, file)));
    const server = createSecureServer({ key, cert }, (_request, response) =>
      response.end('{"outputs":{}}'),
    );
    server.on("tlsClientError", () => {});
    const port = await listening(server);
    const named = `https://localhost:${port}/`;
    expect(await asks({ urls: [named], ca: "cert.pem" })).toEqual({ outputs: {} });
    expect(errorOf(await asks({ urls: [named] }))).toMatchObject({
      kind: "agent_unavailable",
      certain: true,
      message: expect.stringContaining("self-signed certificate"),
    });
    expect(
      errorOf(await asks({ urls: [`https://127.0.0.1:${port}/`], ca: "cert.pem" })).message,
    ).toContain("does not match");
  });

  test("is not asked where a variable is not set", async () => {
    const { url, asked } = await serve(json({ outputs: {} }));
    const headers = { authorization: "$env.ELSEWHERE" };
    const error = errorOf(await asks({ urls: [url], headers }));
    expect(error).toMatchObject({ kind: "agent_unavailable", certain: true });
    expect(error.message).toContain("It needs ELSEWHERE in its environment");
    expect(asked).toEqual([]);
  });
});

describe("the addresses of one http agent", () => {
  test("share its load: whichever has the least to do is asked", async () => {
    const held: ServerResponse[] = [];
    const hold: Handle = (response) => {
      held.push(response);
    };
    const both = [await serve(hold), await serve(hold)];
    const agent = await open({ urls: both.map(({ url }) => url) });
    const answers = [1, 2, 3, 4].map(async () => await agent.attempt(task, tools, never));
    await expect.poll(() => held.length).toBe(4);
    expect(both.map(({ asked }) => asked.length)).toEqual([2, 2]);
    expect(agent.instances?.().map(({ busy }) => busy)).toEqual([2, 2]);
    for (const response of held) response.end('{"outputs":{}}');
    await Promise.all(answers);
    expect(agent.instances?.().map(({ busy }) => busy)).toEqual([0, 0]);
  });

  test("stand in for one that is away, and it is passed over from then on", async () => {
    const there = await serve(json({ outputs: {} }));
    const away = "http://127.0.0.1:1/ask";
    const agent = await open({ urls: [away, there.url] });
    expect(await agent.attempt(task, tools, never)).toEqual({ outputs: {} });
    expect(await agent.attempt(task, tools, never)).toEqual({ outputs: {} });
    expect(there.asked).toHaveLength(2);
    expect(agent.instances?.()).toMatchObject([
      { name: away, fault: expect.stringContaining("ECONNREFUSED") },
      { name: there.url, fault: null },
    ]);
  });
});

describe("the health of an http agent", () => {
  test("is that somebody listens, or that its health is answered well", async () => {
    const { url } = await serve((response, request) => {
      response.writeHead(request.url === "/health" ? 200 : 500);
      response.end();
    });
    const health = async (given: Partial<HttpDefinition>): Promise<string | null> =>
      (await open(given)).health();
    expect(await health({ urls: [url] })).toBeNull();
    expect(await health({ urls: [url], healthPath: "/health" })).toBeNull();
    expect(await health({ urls: [url], healthPath: "/other" })).toContain(
      "/other answers with status 500",
    );
    expect(await health({ urls: ["http://127.0.0.1:1/"] })).toContain(
      "Nobody answers at 127.0.0.1:1",
    );
    expect(await health({ urls: ["http://127.0.0.1:1/", url] })).toBeNull();
  });
});
