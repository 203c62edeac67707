import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { whatIsWrongWith } from "../../../core/definition/index.ts";
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import type { System, Tool } from "../../../core/map/index.ts";
import { type Exchanged, exchange, type Secrets } from "../../outside/index.ts";
import { type Answer, type Asked, type Guard, type OpenSystem, refused } from "../kind.ts";
import type { ToolSetting } from "../setting.ts";
import { valueAt } from "../using/fill.ts";
import { answerOf } from "./http-answer.ts";
import { type HttpOperation, requestOf } from "./http-request.ts";

/** Of one answer. What is more is not read. */
const ANSWER_BYTES_MOST: number = 8 * 1024 * 1024;
/** Redirects that keep the method and stay on the same machine; others are not followed. */
const REDIRECTS_MOST = 3;

/** How the operation of a tool is asked: as its author wrote it, or as a document says. */
export type OperationOf = (operation: JsonObject) => HttpOperation | { readonly wrong: string };

/**
 * An interface over http. A tool is a method and a path below the system's address: no argument leads
 * anywhere else, and no redirect away from that machine is followed. A write carries the call's key as
 * the header `Idempotency-Key`, and, where its preview gave an `ETag`, that as `If-Match`: then the far
 * side itself refuses what is no longer as it was judged.
 */
export function openHttp(
  { settings }: System,
  operationOf: OperationOf,
  { folder, secrets }: ToolSetting & { readonly secrets: Secrets },
): OpenSystem {
  const base = secrets.fill(textOf(settings["url"]));
  const fault = whatIsWrongIn(settings, base);
  const far: Far = {
    base,
    headers: headersOf(settings, secrets),
    ca: typeof settings["ca"] === "string" ? resolve(folder, settings["ca"]) : null,
    operationOf,
  };
  return {
    look: (asked) => ask(far, asked, {}).then(({ answer }) => answer),
    write: (asked, guard) => write(far, asked, guard),
    health: async (abort) => fault ?? (await healthOf(far, abort)),
    faultOf: (tool) => fault ?? faultOf(far, tool),
    close: async () => {},
  };
}

type Far = {
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly ca: string | null;
  readonly operationOf: OperationOf;
};

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function headersOf(settings: JsonObject, secrets: Secrets): Readonly<Record<string, string>> {
  const { headers, token } = settings;
  const said = Object.entries(isObject(headers) ? headers : {}).map(
    ([name, value]) => [name.toLowerCase(), secrets.fill(textOf(value))] as const,
  );
  return {
    accept: "application/json",
    "accept-encoding": "identity",
    "user-agent": "muster",
    ...(typeof token === "string" ? { authorization: `Bearer ${secrets.fill(token)}` } : {}),
    ...Object.fromEntries(said),
  };
}

/** What would keep anybody from being asked; secrets do not go over an open line. */
function whatIsWrongIn(settings: JsonObject, base: string): string | null {
  const { insecure, headers, token } = settings;
  const hasSecrets = JSON.stringify([headers ?? null, token ?? null]).includes("$env.");
  const wrong = whatIsWrongWith(base, insecure === true || !hasSecrets);
  return wrong === null ? null : `${wrong.message} ${wrong.mend}`;
}

function faultOf({ operationOf }: Far, tool: Tool): string | null {
  const operation = operationOf(tool.operation);
  if ("wrong" in operation) return operation.wrong;
  const reads = ["GET", "HEAD"].includes(operation.method) || tool.reads !== null;
  if (tool.writes === null && !reads)
    return `It asks by ${operation.method}, and its tool says neither what it writes nor what it reads. Write writes: NAME.`;
  for (const look of [tool.preview, tool.verify]) {
    if (look === null) continue;
    const read = operationOf(look);
    if ("wrong" in read) return read.wrong;
    if (read.method !== "GET")
      return "What is looked up before and after is got by GET, and this is not.";
  }
  return null;
}

type Given = { readonly answer: Answer; readonly tag: string | null };

async function ask(far: Far, asked: Asked, more: Readonly<Record<string, string>>): Promise<Given> {
  const operation = far.operationOf(asked.operation);
  if ("wrong" in operation)
    return { answer: refused("tool_unavailable", operation.wrong), tag: null };
  const request = requestOf(operation, asked.args, far.base);
  if ("wrong" in request)
    return { answer: refused("invalid_input_data", request.wrong), tag: null };
  const isWrite = asked.key !== "" && asked.tool.writes !== null;
  const headers = {
    ...far.headers,
    ...request.headers,
    ...(isWrite ? { "idempotency-key": asked.key } : {}),
    ...more,
  };
  const question = {
    ...request,
    headers,
    ca: certificates(far),
    answerBytesMost: ANSWER_BYTES_MOST,
  };
  let url = request.url;
  for (let redirects = 0; ; redirects += 1) {
    const exchanged = await exchange({ ...question, url }, asked.abort);
    const next = redirects < REDIRECTS_MOST ? redirectIn(exchanged, url) : null;
    if (next === null) return given(exchanged, operation, asked);
    url = next;
  }
}

function given(exchanged: Exchanged, operation: HttpOperation, asked: Asked): Given {
  const answer = answerOf(exchanged, {
    abort: asked.abort,
    isLook: asked.operation !== asked.tool.operation,
  });
  const tag = exchanged.kind === "answered" ? (exchanged.headers.etag ?? null) : null;
  if (!answer.ok) return { answer, tag };
  const value =
    operation.rows === null ? answer.value : (valueAt(answer.value, operation.rows) ?? null);
  const reference = referenceIn(answer.value, operation) ?? answer.reference;
  return { answer: { ...answer, value, ...(reference === undefined ? {} : { reference }) }, tag };
}

function referenceIn(value: Json, { reference }: HttpOperation): string | undefined {
  const found = reference === null ? undefined : valueAt(value, reference);
  return typeof found === "string" || typeof found === "number" ? `${found}` : undefined;
}

/** Only what is to be asked again as it is, of the same machine: it is shown our secrets. */
function redirectIn(exchanged: Exchanged, from: URL): URL | null {
  if (exchanged.kind !== "answered" || ![307, 308].includes(exchanged.status)) return null;
  const to = URL.parse(exchanged.headers.location ?? "", from.href);
  return to !== null && to.origin === from.origin ? to : null;
}

async function write(far: Far, asked: Asked, guard: Guard | null): Promise<Answer> {
  if (guard === null) return (await ask(far, asked, {})).answer;
  const look = await ask(far, { ...asked, operation: guard.operation, key: "" }, {});
  if (!look.answer.ok) return { ...look.answer, doubt: false };
  if (!guard.isSame(look.answer.value))
    return refused(
      "stale",
      "What it writes is no longer as it was when this was judged. It is to be judged again.",
    );
  const { answer } = await ask(far, asked, look.tag === null ? {} : { "if-match": look.tag });
  return answer.ok ? { ...answer, before: look.answer.value } : answer;
}

function certificates({ ca }: Far): string | null {
  return ca === null ? null : readFileSync(ca, "utf8");
}

/** Whether somebody answers there, whatever it is. */
async function healthOf(far: Far, abort: AbortSignal): Promise<string | null> {
  const url = new URL(far.base);
  const question = {
    url,
    method: "GET",
    headers: far.headers,
    body: "",
    ca: certificates(far),
    answerBytesMost: ANSWER_BYTES_MOST,
  };
  const exchanged = await exchange(question, abort);
  if (exchanged.kind === "unsent") return `Nobody answers at ${url.host}: ${exchanged.why}.`;
  if (exchanged.kind === "stopped") return `${url.host} gave no answer in time.`;
  if (exchanged.kind !== "answered" || ![401, 403].includes(exchanged.status)) return null;
  return `${url.host} does not let us in: it answers with status ${exchanged.status}. Give it what it asks for by headers or token.`;
}
