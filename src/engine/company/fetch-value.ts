import type { Json } from "../../core/json.ts";
import type { Problem } from "../../core/problem.ts";
import { badInput } from "./check-told.ts";

/** A value, and where it came from. */
export type Fetched = { readonly value: Json; readonly from: string };

/** Of one value that is bound to an input. */
export const VALUE_BYTES_MOST = 1_000_000;
const FETCH_MS_MOST = 30_000;

/**
 * What an address answers: JSON where it says so, else a text. It is asked before the run is started, so
 * that the run is of what was answered then.
 */
export async function fetchValue(url: string): Promise<Fetched | Problem> {
  const address = URL.canParse(url) ? new URL(url) : null;
  if (address === null || !isAllowed(address))
    return badInput(
      `"${url}" is no address that is fetched.`,
      "Write one that begins with https://, or http:// on this machine.",
    );
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(FETCH_MS_MOST) });
    if (!response.ok)
      return badInput(`${url} answered ${response.status}.`, "Check the address, and try again.");
    const text = await textOf(response);
    if (text === null)
      return badInput(
        `${url} answered more than ${VALUE_BYTES_MOST} bytes.`,
        "Let a step read it, and bind the address.",
      );
    const isJson = /\bjson\b/.test(response.headers.get("content-type") ?? "");
    return { value: isJson ? (JSON.parse(text) as Json) : text, from: url };
  } catch (error) {
    return badInput(
      `${url} could not be read: ${whyOf(error)}.`,
      "Check the address, and try again.",
    );
  }
}

/** Anybody on the way could read and change what is not encrypted. */
function isAllowed({ protocol, hostname }: URL): boolean {
  if (protocol === "https:") return true;
  return protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}

async function textOf({ body }: Response): Promise<string | null> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body ?? []) {
    bytes += part.byteLength;
    if (bytes > VALUE_BYTES_MOST) return null;
    parts.push(part);
  }
  return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(parts));
}

function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return "it failed";
  const cause = error.cause instanceof Error ? error.cause.message : null;
  if (error.name === "TimeoutError") return `it took longer than ${FETCH_MS_MOST / 1000} s`;
  return cause ?? error.message;
}
