/** So that whoever stands between does not close a stream on which nothing happens. */
const BEAT_MS = 15_000;

/** One message of a stream of server-sent events. */
export type Sent = { readonly event: string; readonly data: string; readonly id?: string };

/**
 * Server-sent events, one after another as they are read: nothing is gathered for a slow reader.
 *
 * @param messages is told by `abort` when nobody reads any more
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function streamAnswer(messages: (abort: AbortSignal) => AsyncIterable<Sent>): Response {
  const ended = new AbortController();
  const encoder = new TextEncoder();
  const reading = messages(ended.signal)[Symbol.asyncIterator]();
  let beat: NodeJS.Timeout | null = null;
  const over = (): void => {
    if (beat !== null) clearInterval(beat);
    ended.abort();
  };
  const body = new ReadableStream<Uint8Array>({
    start(stream) {
      stream.enqueue(encoder.encode(": a stream of events\n\n"));
      beat = setInterval(() => stream.enqueue(encoder.encode(": on\n\n")), BEAT_MS).unref();
    },
    async pull(stream) {
      const next = await reading.next();
      if (ended.signal.aborted) return;
      if (next.done === true) {
        over();
        stream.close();
      } else stream.enqueue(encoder.encode(written(next.value)));
    },
    cancel: over,
  });
  const headers = { "content-type": "text/event-stream", "cache-control": "no-store" };
  return new Response(body, { headers });
}

function written({ event, data, id }: Sent): string {
  const lines = data.split("\n").map((line) => `data: ${line}\n`);
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\n${lines.join("")}\n`;
}
