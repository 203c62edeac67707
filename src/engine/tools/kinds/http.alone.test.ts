import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { mapOf, type ToolGiven } from "../../../../test/given/work-map.ts";
import type { JsonObject } from "../../../core/json.ts";
import { openToolbox, type Toolbox } from "../index.ts";

const never = new AbortController().signal;
const CHANGE: ToolGiven = {
  operation: { method: "POST", path: "/orders/{id}/refunds" },
  takes: { id: {}, amount: { type: "number" } },
  writes: "refunds",
};
const LOOK: ToolGiven = {
  operation: { path: "/orders/{id}", query: { fields: "$args.fields", note: "$args.note" } },
  takes: { id: {}, fields: {}, note: {} },
};

let asked: { url: string; method: string; headers: IncomingMessage["headers"]; body: string }[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let server: ReturnType<typeof createServer>;
let url: string;
const open: Toolbox[] = [];

beforeEach(async () => {
  asked = [];
  answer = (_, response) => void response.end("{}");
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      const { url: to = "", method = "", headers } = request;
      asked.push({ url: to, method, headers, body });
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/api`;
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((toolbox) => toolbox.close()));
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function toolbox(tools: Readonly<Record<string, ToolGiven>>, settings: JsonObject = {}): Toolbox {
  const opened = openToolbox({
    folder: tmpdir(),
    environment: { TOKEN: "hunter2-is-no-secret" },
    map: mapOf({ kind: "http", settings: { url, ...settings }, tools }),
  });
  open.push(opened);
  return opened;
}

const perform = (tools: Toolbox, tool: string, args: JsonObject, more: object = {}) =>
  tools.perform(
    { tool, args, key: "wf_a:9", redact: [], bindings: null, preview: null, ...more },
    never,
  );

const status = (code: number, headers: Record<string, string> = {}, body = "{}") => {
  answer = (_, response) => void response.writeHead(code, headers).end(body);
};

describe("a tool of an http interface", () => {
  test("a write carries its key; arguments that stand in no path are its body", async () => {
    status(201, { location: "/refunds/5" }, '{"id": 5}');
    const tools = toolbox({ change: CHANGE });
    expect(await perform(tools, "change", { id: "a/b?c", amount: 5 })).toMatchObject({
      outcome: "ok",
      result: { id: 5 },
      reference: "/refunds/5",
    });
    expect(asked).toMatchObject([
      {
        method: "POST",
        url: "/api/orders/a%2Fb%3Fc/refunds",
        body: '{"amount":5}',
        headers: { "idempotency-key": "wf_a:9", "content-type": "application/json" },
      },
    ]);
  });

  test("an argument never leads to another address", async () => {
    const tools = toolbox({ look: LOOK });
    for (const id of ["..", ".", ""])
      expect(await perform(tools, "look", { id })).toMatchObject({
        outcome: "failed",
        certain: true,
        error: { kind: "invalid_input_data" },
      });
    await perform(tools, "look", { id: "//evil.example/", fields: ["a", "b"], note: "x&admin=1" });
    await perform(tools, "look", { id: "%2e%2e" });
    expect(asked.map((one) => one.url)).toEqual([
      "/api/orders/%2F%2Fevil.example%2F?fields=a&fields=b&note=x%26admin%3D1",
      "/api/orders/%252e%252e",
    ]);
  });

  test.each<[number, string, string, boolean]>([
    [400, "failed", "invalid_input_data", true],
    [401, "failed", "authentication_failure", true],
    [404, "failed", "tool_not_found", true],
    [409, "failed", "conflict", true],
    [412, "failed", "stale", true],
    [429, "failed", "api_rate_limit", true],
    [302, "failed", "tool_not_found", true],
  ])("status %d is %s: %s", async (code, outcome, kind, certain) => {
    status(code, { "retry-after": "3", location: "http://evil.example/" });
    expect(await perform(toolbox({ change: CHANGE }), "change", { id: "1" })).toMatchObject({
      outcome,
      certain,
      error: { kind },
    });
    expect(asked).toHaveLength(1);
  });

  test("an error of the far side's own leaves a write unknown, and is a failure of a look", async () => {
    status(500, {}, "boom");
    const tools = toolbox({ change: CHANGE, look: LOOK });
    expect(await perform(tools, "change", { id: "1" })).toMatchObject({ outcome: "unknown" });
    expect(await perform(tools, "look", { id: "1" })).toMatchObject({ outcome: "failed" });
  });

  test("a connection that breaks after it was asked is unknown, and is asked no second time here: the run says what follows", async () => {
    answer = (request) => void request.socket.destroy();
    expect(await perform(toolbox({ change: CHANGE }), "change", { id: "1" })).toMatchObject({
      outcome: "unknown",
    });
    expect(asked).toHaveLength(1);
    const tools = toolbox({ change: { ...CHANGE, effects: "idempotent" } });
    expect(await perform(tools, "change", { id: "1" })).toMatchObject({ outcome: "unknown" });
    answer = (_request, response) => void response.end('{"id": 5}');
    expect(await perform(tools, "change", { id: "1" }, { isRepeat: true })).toMatchObject({
      outcome: "ok",
    });
    const keys = asked.map(({ headers }) => headers["idempotency-key"]);
    expect(keys).toEqual(["wf_a:9", "wf_a:9", "wf_a:9"]);
  });

  test("one that never answers is ended at its time limit", async () => {
    answer = () => {};
    const limits = { timeoutMs: 200 };
    expect(
      await perform(toolbox({ change: { ...CHANGE, limits } }), "change", { id: "1" }),
    ).toMatchObject({ outcome: "unknown", error: { kind: "timeout" } });
    expect(
      await perform(toolbox({ look: { ...LOOK, limits } }), "look", { id: "1" }),
    ).toMatchObject({ outcome: "failed", error: { kind: "timeout" } });
  });

  test("what was seen goes along, so that the far side refuses what is another by now", async () => {
    answer = ({ method }, response) =>
      method === "GET"
        ? void response.writeHead(200, { etag: '"v1"' }).end('{"id": 1}')
        : void response.writeHead(412).end();
    const tools = toolbox({ change: { ...CHANGE, preview: { path: "/orders/{id}" } } });
    const args = { id: "1", amount: 5 };
    const preview = await tools.preview({ tool: "change", args }, never);
    expect(await perform(tools, "change", args, { preview })).toMatchObject({
      outcome: "failed",
      error: { kind: "stale" },
    });
    expect(asked.at(-1)?.headers["if-match"]).toBe('"v1"');
  });

  test("a tool that asks by POST says what it writes, or what it reads", async () => {
    const operation = { method: "POST", path: "/search" };
    const tools = toolbox({
      silent: { operation },
      search: { operation, reads: { entity: "orders", fields: null } },
    });
    expect(await perform(tools, "silent", {})).toMatchObject({
      outcome: "failed",
      error: { message: expect.stringContaining("neither what it writes nor what it reads") },
    });
    expect(await perform(tools, "search", {})).toMatchObject({ outcome: "ok" });
  });

  test("secrets do not go over an open line, and what comes back shows none", async () => {
    const token = { token: "$env.TOKEN" };
    const far = toolbox({ look: LOOK }, { ...token, url: "http://crm.example/" });
    expect(await perform(far, "look", { id: "1" })).toMatchObject({
      error: { message: expect.stringContaining("without encryption") },
    });
    answer = (request, response) =>
      void response.writeHead(400).end(`you sent ${request.headers.authorization}`);
    const said = await perform(toolbox({ look: LOOK }, token), "look", { id: "1" });
    expect(JSON.stringify(said)).not.toContain("hunter2");
    expect(JSON.stringify(said)).toContain("[TOKEN]");
  });
});
