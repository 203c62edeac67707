import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createTransport } from "nodemailer";
import type { Json, JsonObject } from "../../../core/json.ts";
import type { System, Tool } from "../../../core/map/index.ts";
import type { Secrets } from "../../outside/index.ts";
import { type Answer, type Asked, doubtful, type OpenSystem, refused } from "../kind.ts";
import type { ToolSetting } from "../setting.ts";
import { fillText, plain, valueAt } from "../using/fill.ts";
import { stopped } from "../using/within-time.ts";

/** Recipients of one mail. */
const RECIPIENTS_MOST = 50;
const CONNECT_MS_MOST = 10_000;

/**
 * A mail server. The Message-ID is made of the call's key, so that a mailbox knows a second one. Until
 * the message itself was sent, certainly nothing was; whoever loses the connection after that knows
 * nothing. There is no undo, and nothing to look at afterwards.
 */
export function openMail(
  { name, settings }: System,
  { folder, secrets }: ToolSetting & { readonly secrets: Secrets },
): OpenSystem {
  const url = secrets.fill(textOf(settings["url"]));
  const from = secrets.fill(textOf(settings["from"]));
  const fault =
    from === "" ? `"${name}" does not say whom its mail comes from. Write from: ADDRESS.` : null;
  const compose = (asked: Asked): Message | string => messageOf(asked, from, folder);
  return {
    showsItself: true,
    look: async () => refused("not_permitted", "Mail is sent; nothing is looked up in it."),
    write: async (asked) => {
      const message = compose(asked);
      if (typeof message === "string") return refused("invalid_input_data", message);
      return await send(url, message, asked);
    },
    rehearse: async (asked) => {
      const message = compose(asked);
      return typeof message === "string"
        ? refused("invalid_input_data", message)
        : { ok: true, before: null, after: shown(message) };
    },
    health: async (abort) => fault ?? (await healthOf(url, abort)),
    faultOf: (tool) => fault ?? faultOf(tool),
    close: async () => {},
  };
}

type Message = {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
};

function shown({ from, to, subject, text }: Message): JsonObject {
  return { from, to, subject, text };
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function faultOf({ operation, writes }: Tool): string | null {
  if (writes === null) return "It sends mail, and its tool does not say so. Write writes: mail.";
  if (operation["to"] === undefined)
    return "It does not say whom it is sent to. Write to: ADDRESS.";
  return operation["text"] === undefined && operation["template"] === undefined
    ? "It does not say what is sent. Write text: …, or template: FILE."
    : null;
}

function messageOf({ operation, args }: Asked, from: string, folder: string): Message | string {
  const { to, subject, text, template } = operation;
  const words = typeof template === "string" ? templateText(folder, template) : textOf(text);
  if (words === null) return `The template ${plain(template ?? "")} cannot be read.`;
  const filled = [...(Array.isArray(to) ? to : [to]), subject, words].map((one) =>
    textIn(textOf(one as Json), args),
  );
  const missing = filled.flatMap((one) => (one.ok ? [] : one.missing));
  if (missing.length > 0) return `The mail needs ${[...new Set(missing)].join(", ")}.`;
  const texts = filled.map((one) => (one.ok ? one.value : ""));
  const body = texts.pop() ?? "";
  const title = texts.pop() ?? "";
  const recipients = texts.flatMap((one) => one.split(",")).map((one) => one.trim());
  const odd = recipients.find((one) => !/^[^\s@<>"]+@[^\s@<>"]+$/.test(one));
  if (odd !== undefined) return `${JSON.stringify(odd)} is no address.`;
  if (recipients.length > RECIPIENTS_MOST)
    return `It has ${recipients.length} recipients; ${RECIPIENTS_MOST} are the most.`;
  if (/[\r\n]/.test(title)) return "Its subject has more than one line.";
  return { from, to: recipients, subject: title, text: body };
}

/** `{name}`, and a text that is `$args.name` as a whole. */
function textIn(text: string, args: JsonObject): ReturnType<typeof fillText> {
  if (!text.startsWith("$args.")) return fillText(text, args);
  const value = valueAt({ args }, text.slice(1));
  if (value === undefined || value === null) return { ok: false, missing: [text.slice(1)] };
  return {
    ok: true,
    value: Array.isArray(value) ? value.map((one: Json) => plain(one)).join(",") : plain(value),
  };
}

function templateText(folder: string, file: string): string | null {
  const templates = resolve(folder, "templates");
  const path = join(templates, file.replace(/^(\.\/)?templates\//, ""));
  if (!path.startsWith(`${templates}/`)) return null;
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

async function send(url: string, message: Message, { key, abort }: Asked): Promise<Answer> {
  // From here on the other side may have taken it.
  let wasSent = false;
  const hear = (entry: unknown, text: unknown): void => {
    if (isEntry(entry) && entry.tnx === "client" && /^DATA\b/.test(String(text))) wasSent = true;
  };
  const silent = (): void => {};
  const logger = {
    level: silent,
    trace: hear,
    debug: hear,
    info: hear,
    warn: hear,
    error: silent,
    fatal: silent,
  };
  const transport = createTransport({ url, logger, transactionLog: true, ...TIMEOUTS });
  const stop = (): void => transport.close();
  abort.addEventListener("abort", stop, { once: true });
  const id = messageId(key);
  try {
    const sent = transport.sendMail({
      ...message,
      to: [...message.to],
      messageId: id,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const info = await Promise.race([sent, whenAborted(abort)]);
    if (info === null) return { ...stopped(abort), doubt: wasSent };
    const left = info.rejected.length;
    return {
      ok: true,
      value: { reference: id, accepted: info.accepted.map((one) => plain(one as string)) },
      reference: id,
      affected: 1,
      after: shown(message),
      before: null,
      ...(left === 0 ? {} : { more: `${left} recipients were refused by the server.` }),
    };
  } catch (thrown) {
    return refusalOf(thrown, wasSent);
  } finally {
    abort.removeEventListener("abort", stop);
    transport.close();
  }
}

const TIMEOUTS = {
  connectionTimeout: CONNECT_MS_MOST,
  greetingTimeout: CONNECT_MS_MOST,
  socketTimeout: 30_000,
};

function isEntry(entry: unknown): entry is { readonly tnx: unknown } {
  return typeof entry === "object" && entry !== null && "tnx" in entry;
}

function messageId(key: string): string {
  return `<${hash("sha256", key).slice(0, 40)}@muster>`;
}

async function whenAborted(abort: AbortSignal): Promise<null> {
  const { promise, resolve: tell } = Promise.withResolvers<null>();
  if (abort.aborted) tell(null);
  else abort.addEventListener("abort", () => tell(null), { once: true });
  return await promise;
}

/** What the server itself says is certain; a connection that breaks off after the message is not. */
function refusalOf(thrown: unknown, wasSent: boolean): Answer {
  const message = thrown instanceof Error ? thrown.message : "It could not be sent.";
  const status = numberIn(thrown, "responseCode");
  const code = wordIn(thrown, "code");
  if (code === "EAUTH")
    return refused("authentication_failure", `The mail server does not let us in: ${message}.`);
  if (status !== null)
    return status >= 500
      ? refused("invalid_input_data", `The mail server does not take it: ${message}.`)
      : refused("tool_busy", `The mail server does not take it now: ${message}.`);
  return wasSent
    ? doubtful(
        "tool_failed",
        `The connection broke off when the message had been sent: ${message}. Whether it was taken nobody knows.`,
      )
    : refused("tool_unavailable", `The mail server cannot be reached: ${message}.`);
}

function numberIn(thrown: unknown, name: string): number | null {
  const found: unknown = thrown instanceof Error ? Reflect.get(thrown, name) : null;
  return typeof found === "number" ? found : null;
}

function wordIn(thrown: unknown, name: string): string {
  const found: unknown = thrown instanceof Error ? Reflect.get(thrown, name) : null;
  return typeof found === "string" ? found : "";
}

async function healthOf(url: string, abort: AbortSignal): Promise<string | null> {
  const transport = createTransport({ url, ...TIMEOUTS });
  try {
    await Promise.race([transport.verify(), whenAborted(abort)]);
    return abort.aborted ? "The mail server gave no answer in time." : null;
  } catch (thrown) {
    const answer = refusalOf(thrown, false);
    return answer.ok ? null : answer.error.message;
  } finally {
    transport.close();
  }
}
