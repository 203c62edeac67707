import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import { MusterError, type Problem } from "../core/problem.ts";
import type { Sent } from "./stream-answer.ts";

/** Of one answer. */
const ANSWER_BYTES_MOST = 256 * 1024 * 1024;
/** How long it takes at most to find out whether anybody listens. */
const KNOCKING_MOST_MS = 5_000;

export type Asked = {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: unknown;
  readonly abort?: AbortSignal | undefined;
  readonly timeoutMs?: number;
};

/** What was asked for, or why not. */
export type Told =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * A line to the process at work in a folder. Whatever ends before its answer has come throws
 * MusterError "gone": whether it was done is not known here.
 */
export type Line = {
  readonly ask: (asked: Asked) => Promise<Told>;
  readonly stream: (path: string, abort: AbortSignal | undefined) => AsyncGenerator<Sent>;
  readonly close: () => void;
};

/** @param socketPath of a socket, or a named pipe */
export function openLine(socketPath: string): Line {
  const agent = new Agent({ keepAlive: true });
  const send = ({ method, path, body, abort, timeoutMs }: Asked): Promise<IncomingMessage> => {
    const text = body === undefined ? null : JSON.stringify(body);
    const headers = text === null ? {} : { "content-type": "application/json" };
    const limit = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
    const signals = [abort, limit].filter((signal) => signal !== undefined);
    const sent = request({
      socketPath,
      agent,
      method,
      path,
      headers: { host: "muster", accept: "application/json", ...headers },
      ...(signals.length === 0 ? {} : { signal: AbortSignal.any(signals) }),
    });
    return answered(sent, text);
  };
  return {
    async ask(asked) {
      const response = await send(asked);
      const text = await textOf(response);
      const body = parsed(text);
      if (response.statusCode !== undefined && response.statusCode < 300) return { ok: true, body };
      return { ok: false, problems: problemsIn(body, response.statusCode ?? 0) };
    },
    async *stream(path, abort) {
      const response = await send({ method: "GET", path, abort });
      if (response.statusCode === 200) return yield* messagesOf(response);
      const [first = NO_ANSWER] = problemsIn(parsed(await textOf(response)), 0);
      throw new MusterError(first);
    },
    close: () => agent.destroy(),
  };
}

/** Whether anybody listens there, and who; null where nobody does. */
export async function knock(line: Line): Promise<Told | null> {
  try {
    return await line.ask({ method: "GET", path: "/healthz", timeoutMs: KNOCKING_MOST_MS });
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

export function isGone(error: unknown): boolean {
  return error instanceof MusterError && error.code === "gone";
}

function answered(sent: ClientRequest, text: string | null): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.on("response", resolve);
    sent.on("error", (error) => reject(gone(error)));
    sent.end(text ?? undefined);
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      bytes += part.length;
      if (bytes > ANSWER_BYTES_MOST) throw tooLong();
      parts.push(part);
    }
  } catch (error) {
    throw error instanceof MusterError ? error : gone(error);
  }
  return Buffer.concat(parts).toString("utf8");
}

/** Messages up to the end of the stream; one that breaks off throws. */
async function* messagesOf(response: IncomingMessage): AsyncGenerator<Sent> {
  let rest = "";
  response.setEncoding("utf8");
  try {
    for await (const part of response as AsyncIterable<string>) {
      const blocks = (rest + part).split("\n\n");
      rest = blocks.pop() ?? "";
      yield* blocks.map(messageIn).filter((message) => message !== null);
    }
  } catch (error) {
    throw gone(error);
  }
}

/** null for what is only there to keep the stream open. */
function messageIn(block: string): Sent | null {
  const fields = new Map<string, string>();
  for (const line of block.split("\n")) {
    const [, name = "", value = ""] = /^([^:]*): ?(.*)$/s.exec(line) ?? [];
    if (name === "") continue;
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : `${before}\n${value}`);
  }
  const data = fields.get("data");
  const id = fields.get("id");
  if (data === undefined) return null;
  return { event: fields.get("event") ?? "", data, ...(id === undefined ? {} : { id }) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Of an answer in the form of `problemAnswer`. */
function problemsIn(body: unknown, status: number): readonly Problem[] {
  const problems =
    typeof body === "object" && body !== null && "problems" in body ? body.problems : null;
  if (Array.isArray(problems) && problems.length > 0) return problems as readonly Problem[];
  return [{ ...NO_ANSWER, message: `${NO_ANSWER.message} (${status})` }];
}

const NO_ANSWER: Problem = {
  code: "bug",
  message: "The process at work answered what is no answer.",
  mend: "End it and begin anew; nothing is lost.",
};

export function gone(cause?: unknown): MusterError {
  return new MusterError(
    {
      code: "gone",
      message: "The process that was at work in this folder ended before it answered.",
      mend: "Give the command again: what was done is in the log, and nothing is done twice.",
    },
    cause,
  );
}

function tooLong(): MusterError {
  return new MusterError({
    code: "limit",
    message: `The answer is longer than ${ANSWER_BYTES_MOST} bytes.`,
  });
}
