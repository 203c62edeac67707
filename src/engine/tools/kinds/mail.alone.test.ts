import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { mapOf, type ToolGiven } from "../../../../test/given/work-map.ts";
import type { JsonObject } from "../../../core/json.ts";
import { openToolbox, type Toolbox } from "../index.ts";

const TEXT = { type: "string" };
const never = new AbortController().signal;
const PASSWORD = "hunter2-is-no-secret";
const SEND: ToolGiven = {
  operation: {
    to: "$args.to",
    subject: "Your order {order_id}",
    template: "./templates/reply.txt",
  },
  takes: { to: TEXT, order_id: TEXT, words: TEXT },
  writes: "mail",
};
const ARGS = { to: "ann@harbour.example", order_id: "7", words: "We are sorry. {to}" };

let server: SMTPServer;
let mails: string[];
let onMail: (text: string, end: () => void) => Error | null | "cut";
const open: Toolbox[] = [];

beforeEach(async () => {
  mails = [];
  onMail = () => null;
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onAuth: ({ password = "" }, _, done) =>
      password === PASSWORD ? done(null, { user: "far" }) : done(new Error(`not ${password}`)),
    onRcptTo: ({ address }, _, done) =>
      done(address.startsWith("nobody@") ? new Error("550 nobody here") : null),
    onData: (stream, session, done) => {
      let text = "";
      stream.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      stream.on("end", () => {
        const answer = onMail(text, () => undefined);
        if (answer === "cut") return cut(session.id);
        if (answer === null) mails.push(text);
        done(answer);
      });
    },
  });
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
});

/** The message has come, and the connection goes before anybody says so. */
function cut(id: string): void {
  for (const connection of (server as unknown as { connections: Set<Connection> }).connections)
    if (connection.id === id) connection._socket.destroy();
}
type Connection = { readonly id: string; readonly _socket: { destroy(): void } };

afterEach(async () => {
  await Promise.all(open.splice(0).map((toolbox) => toolbox.close()));
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

function toolbox(tool: ToolGiven = SEND, password = PASSWORD): Toolbox {
  const folder = mkdtempSync(join(tmpdir(), "muster-mail-"));
  mkdirSync(join(folder, "templates"));
  writeFileSync(join(folder, "templates", "reply.txt"), "Dear customer,\n{words}\n");
  const address = server.server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const opened = openToolbox({
    folder,
    environment: { MAIL_PASSWORD: password },
    map: mapOf({
      kind: "mail",
      settings: {
        url: `smtp://far:$env.MAIL_PASSWORD@127.0.0.1:${port}`,
        from: "care@harbour.example",
      },
      tools: { "reply.send": tool },
    }),
  });
  open.push(opened);
  return opened;
}

const send = (tools: Toolbox, args: JsonObject = ARGS, key = "wf_a:9") =>
  tools.perform(
    { tool: "reply.send", args, key, redact: [], bindings: null, preview: null },
    never,
  );

describe("a tool that sends mail", () => {
  test("shows the message before, sends it as it was shown, and names it by the call's key", async () => {
    const tools = toolbox();
    const shown = await tools.preview({ tool: "reply.send", args: ARGS }, never);
    const message = {
      from: "care@harbour.example",
      to: ["ann@harbour.example"],
      subject: "Your order 7",
      text: "Dear customer,\nWe are sorry. {to}\n",
    };
    expect(shown).toMatchObject({ before: null, after: message });
    expect(mails).toEqual([]);
    const first = await send(tools);
    const again = await send(tools);
    expect(first).toMatchObject({ outcome: "ok", written: { entity: "mail", after: message } });
    const id = first.outcome === "ok" ? first.reference : null;
    expect(id).toMatch(/^<[0-9a-f]{40}@muster>$/);
    expect(again).toMatchObject({ reference: id });
    expect(mails).toHaveLength(2);
    expect(mails[0]).toContain(`Message-ID: ${id}`);
    expect(mails[0]).toContain("We are sorry. {to}");
  });

  test("no words of an argument make another recipient or another header", async () => {
    const tools = toolbox();
    for (const to of ["a@b.example, c@d.example\r\nBcc: x@y.example", "not an address", ""])
      expect(await send(tools, { ...ARGS, to })).toMatchObject({
        outcome: "failed",
        certain: true,
        error: { kind: "invalid_input_data" },
      });
    const split = await send(tools, { ...ARGS, order_id: "7\r\nBcc: x@y.example" });
    expect(split).toMatchObject({ outcome: "failed", certain: true });
    expect(mails).toEqual([]);
  });

  test("what the server refuses was certainly not sent", async () => {
    expect(await send(toolbox(), { ...ARGS, to: "nobody@harbour.example" })).toMatchObject({
      outcome: "failed",
      certain: true,
    });
    onMail = () => Object.assign(new Error("No room"), { responseCode: 452 });
    expect(await send(toolbox())).toMatchObject({
      outcome: "failed",
      certain: true,
      error: { kind: "tool_busy" },
    });
  });

  test("a connection that breaks off after the message leaves it unknown", async () => {
    onMail = () => "cut";
    expect(await send(toolbox())).toMatchObject({ outcome: "unknown" });
  });

  test("the password stands in no failure, and its health says what is wrong", async () => {
    const wrong = toolbox(SEND, "wrong-hunter2-here");
    const answer = await send(wrong);
    expect(answer).toMatchObject({ outcome: "failed", error: { kind: "authentication_failure" } });
    const health = await wrong.health();
    expect(health[0]?.fault).toMatch(/does not let us in/);
    expect(JSON.stringify([answer, health])).not.toContain("wrong-hunter2-here");
    expect(await toolbox().health()).toEqual([{ system: "far", fault: null }]);
  });
});
