import { MusterError } from "../core/problem.ts";

/** Of a request's body. What a run is told is at most 16 MiB; the rest is its wrapping. */
export const BODY_BYTES_MOST = 17_825_792;

/**
 * The text of a request's body. What says that it is too long is not read; what does not say how long it
 * is (`transfer-encoding: chunked`) is read no further than the limit.
 *
 * @throws MusterError "limit"
 */
export async function bodyText(request: Request): Promise<string> {
  const said = request.headers.get("content-length");
  if (said !== null) {
    if (Number(said) > BODY_BYTES_MOST) throw tooLong();
    return await request.text();
  }
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const part of request.body ?? []) {
    bytes += part.byteLength;
    if (bytes > BODY_BYTES_MOST) throw tooLong();
    text += decoder.decode(part, { stream: true });
  }
  return text + decoder.decode();
}

function tooLong(): MusterError {
  return new MusterError({
    code: "limit",
    message: `The body is longer than ${BODY_BYTES_MOST} bytes.`,
    mend: "Put what is large where the run can read it, and send where that is.",
  });
}
