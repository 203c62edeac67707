import { createHmac } from "node:crypto";
import type { Route } from "./channels.ts";
import type { NoticeBody } from "./notice.ts";

/** What became of one try. `again`: it may go better later; `afterMs` where the other side has said when. */
export type Sent =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly why: string;
      readonly again: boolean;
      readonly afterMs?: number;
    };

/** A message as it goes out. `id` is the same each time that it is sent. */
export type Message = { readonly id: string; readonly body: NoticeBody };

type Known = Exclude<Route, { readonly to: null }>;

const SENDING_MOST_MS = 10_000;
/** Slack shows so much of one block. */
const SLACK_CHARACTERS_MOST = 3_000;
const SAID_CHARACTERS_MOST = 200;
/** So much of a refusal is read: whoever answers without end is not listened to. */
const SAID_BYTES_MOST = 4_096;
const AFTER_MOST_MS = 3_600_000;

/** Tries once. Never throws. */
export async function send(route: Known, message: Message, abort: AbortSignal): Promise<Sent> {
  try {
    switch (route.to) {
      case "webhook":
        return await post(route.url, webhookOf(route, message), abort);
      case "slack":
        return await post(route.url, slackOf(route, message), abort);
      case "email":
        return await mail(route, message);
      default:
        return route satisfies never;
    }
  } catch (error) {
    return { ok: false, again: true, why: reasonOf(error) };
  }
}

type Post = { readonly text: string; readonly headers: Readonly<Record<string, string>> };

/**
 * Signed as Standard Webhooks says: the receiver knows who sent it, when, and whether it came before.
 * @see https://www.standardwebhooks.com
 */
function webhookOf(route: Extract<Known, { to: "webhook" }>, { id, body }: Message): Post {
  const text = route.format === "json" ? JSON.stringify(body) : body.text;
  const type = route.format === "json" ? "application/json" : "text/plain; charset=utf-8";
  const at = String(Math.floor(Date.now() / 1000));
  const named = { "content-type": type, "webhook-id": id, "webhook-timestamp": at };
  if (route.secret === null) return { text, headers: named };
  const signature = createHmac("sha256", keyOf(route.secret)).update(`${id}.${at}.${text}`);
  return { text, headers: { ...named, "webhook-signature": `v1,${signature.digest("base64")}` } };
}

/** `whsec_` and base64, as the standard has it; any other text is the key itself. */
function keyOf(secret: string): Buffer {
  return secret.startsWith("whsec_")
    ? Buffer.from(secret.slice("whsec_".length), "base64")
    : Buffer.from(secret);
}

/** Slack's incoming webhook: a text for the notification, and a block that shows it. */
function slackOf(route: Extract<Known, { to: "slack" }>, { body }: Message): Post {
  const words = body.text.slice(0, SLACK_CHARACTERS_MOST);
  const blocks = [
    { type: "section", text: { type: "mrkdwn", text: escaped(words) } },
    {
      type: "context",
      elements: [{ type: "mrkdwn", text: escaped(`${body.event} · ${body.workflow_id}`) }],
    },
  ];
  const room = route.room === null ? {} : { channel: route.room };
  const text = JSON.stringify({ ...room, text: escaped(words), blocks });
  return { text, headers: { "content-type": "application/json" } };
}

/** @see https://api.slack.com/reference/surfaces/formatting#escaping */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

async function post(url: string, { text, headers }: Post, abort: AbortSignal): Promise<Sent> {
  const signal = AbortSignal.any([abort, AbortSignal.timeout(SENDING_MOST_MS)]);
  const agent = { "user-agent": "muster" };
  const response = await fetch(url, {
    method: "POST",
    body: text,
    headers: { ...agent, ...headers },
    // What stands in the address is meant for nobody else.
    redirect: "manual",
    signal,
  });
  if (response.ok) {
    await response.body?.cancel();
    return { ok: true };
  }
  const said = await beginningOf(response);
  const why = `It was answered with ${response.status}${said === "" ? "" : `: ${said}`}.`;
  const after = afterMs(response.headers.get("retry-after"));
  const again = LATER.has(response.status) || response.status >= 500;
  return { ok: false, why, again, ...(after === null ? {} : { afterMs: after }) };
}

async function beginningOf({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body ?? []) {
    parts.push(part);
    bytes += part.length;
    if (bytes >= SAID_BYTES_MOST) break;
  }
  const text = Buffer.concat(parts).subarray(0, SAID_BYTES_MOST).toString();
  return text.trim().slice(0, SAID_CHARACTERS_MOST);
}

/** Refused now, and perhaps not later. */
const LATER: ReadonlySet<number> = new Set([408, 409, 425, 429]);

function afterMs(header: string | null): number | null {
  if (header === null) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), AFTER_MOST_MS);
}

/** The id of the message is that of the notice, so that a mailbox knows a second one. */
async function mail(route: Extract<Known, { to: "email" }>, message: Message): Promise<Sent> {
  const { createTransport } = await import("nodemailer");
  const timeouts = {
    connectionTimeout: SENDING_MOST_MS,
    greetingTimeout: SENDING_MOST_MS,
    socketTimeout: SENDING_MOST_MS,
  };
  const transport = createTransport({ url: route.smtp, ...timeouts });
  const { body, id } = message;
  const subject = `${body.name}: ${body.event.replaceAll("_", " ")} (${body.workflow_id})`;
  try {
    await transport.sendMail({
      from: route.from,
      to: [...route.recipients],
      subject,
      text: `${body.text}\n`,
      messageId: `<${id}@muster>`,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    return { ok: true };
  } catch (error) {
    const code = responseCode(error);
    return { ok: false, why: reasonOf(error), again: code === null || code < 500 };
  } finally {
    transport.close();
  }
}

/** Of SMTP: 4xx is later, 5xx is never. */
function responseCode(error: unknown): number | null {
  return error instanceof Error && "responseCode" in error && typeof error.responseCode === "number"
    ? error.responseCode
    : null;
}

/** With what lies beneath: "fetch failed" alone says nothing. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const beneath = cause instanceof Error && cause.message !== "" ? `: ${cause.message}` : "";
  return `${error.message}${beneath}`.slice(0, SAID_CHARACTERS_MOST);
}
