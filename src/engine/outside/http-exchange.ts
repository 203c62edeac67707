import { type ClientRequest, type IncomingMessage, request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";

/** As Node gives them; those that are read here stand once, and are a text. */
export type AnswerHeaders = {
  readonly [name: string]: string | readonly string[] | undefined;
  readonly location?: string | undefined;
  readonly etag?: string | undefined;
  readonly "content-type"?: string | undefined;
  readonly "retry-after"?: string | undefined;
};

/** A machine that is not there must not take all of an attempt's time. */
const CONNECT_MS_MOST = 10_000;
const HEADERS_BYTES_MOST: number = 64 * 1024;

export type Question = {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Certificates that the other side's is checked by; null is: those of the system. */
  readonly ca: string | null;
  readonly answerBytesMost: number;
};

export type Exchanged =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly headers: AnswerHeaders;
      readonly body: string;
    }
  /** Nothing of it was sent. */
  | { readonly kind: "unsent"; readonly why: string }
  /** It was sent, or a part of it was, and no whole answer came. */
  | { readonly kind: "broken"; readonly why: string }
  | { readonly kind: "stopped"; readonly wasSent: boolean }
  | { readonly kind: "too large" };

/**
 * Asks once, on a connection of its own: one that was kept may have been closed by the other side just
 * when it is used again, and then nobody knows whether it was asked. No redirect is followed. Never
 * rejects.
 */
export function exchange(question: Question, abort: AbortSignal): Promise<Exchanged> {
  const { promise, resolve } = Promise.withResolvers<Exchanged>();
  let request: ClientRequest;
  try {
    request = open(question);
  } catch (thrown) {
    return Promise.resolve({ kind: "unsent", why: wordsOf(thrown) });
  }
  let wasSent = false;
  const late = setTimeout(() => {
    end({ kind: "unsent", why: `no connection within ${CONNECT_MS_MOST / 1_000} seconds` });
  }, CONNECT_MS_MOST);
  const stop = (): void => end({ kind: "stopped", wasSent });
  const end = (exchanged: Exchanged): void => {
    clearTimeout(late);
    abort.removeEventListener("abort", stop);
    resolve(exchanged);
    request.destroy();
  };
  abort.addEventListener("abort", stop, { once: true });
  request.on("socket", (socket) => {
    const isSecure = question.url.protocol === "https:";
    // From here on the other side may have read it.
    socket.once(isSecure ? "secureConnect" : "connect", () => {
      wasSent = true;
      clearTimeout(late);
    });
  });
  request.on("error", (error) => {
    const why = wordsOf(error);
    end(wasSent ? { kind: "broken", why } : { kind: "unsent", why });
  });
  request.on("response", (response) => collect(response, question.answerBytesMost, end));
  if (abort.aborted) stop();
  else request.end(question.body);
  return promise;
}

function open({ url, method, headers, body, ca }: Question): ClientRequest {
  const isSecure = url.protocol === "https:";
  const sent =
    body === "" ? headers : { ...headers, "content-length": `${Buffer.byteLength(body)}` };
  const how = { method, headers: sent, agent: false, maxHeaderSize: HEADERS_BYTES_MOST } as const;
  if (!isSecure) return plainRequest(url, how);
  return secureRequest(url, { ...how, minVersion: "TLSv1.2", ...(ca === null ? {} : { ca }) });
}

function collect(
  response: IncomingMessage,
  bytesMost: number,
  end: (exchanged: Exchanged) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > bytesMost) return end({ kind: "too large" });
    chunks.push(chunk);
  });
  response.on("end", () => {
    const { statusCode: status = 0, headers } = response;
    if (!response.complete) return end(cutOff(bytes));
    end({ kind: "answered", status, headers, body: Buffer.concat(chunks).toString("utf8") });
  });
  response.on("error", () => end(cutOff(bytes)));
}

function cutOff(bytes: number): Exchanged {
  return {
    kind: "broken",
    why: `the answer broke off after ${bytes} ${bytes === 1 ? "byte" : "bytes"}`,
  };
}

/** "connect ECONNREFUSED 127.0.0.1:80"; of several addresses that were tried, the first. */
function wordsOf(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.errors.length > 0)
    return wordsOf(thrown.errors[0]);
  return thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
}
