import { veiledText } from "../../../core/definition/index.ts";
import type { Json } from "../../../core/json.ts";
import type { Problem } from "../../../core/problem.ts";
import { badInput } from "../runs/check-told.ts";

/** A value, and where it came from. */
export type Fetched = { readonly value: Json; readonly from: string };

/** Of one value that is bound to an input. */
export const VALUE_BYTES_MOST = 1_000_000;
const FETCH_MS_MOST = 30_000;
const REDIRECTIONS_MOST = 5;

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
  // Who may look at the run need not know what opens the address.
  const shown = veiledText(url);
  try {
    const response = await followed(address);
    if (!response.ok)
      return badInput(`${shown} answered ${response.status}.`, "Check the address, and try again.");
    const text = await textOf(response);
    if (text === null)
      return badInput(
        `${shown} answered more than ${VALUE_BYTES_MOST} bytes.`,
        "Let a step read it, and bind the address.",
      );
    const isJson = /\bjson\b/.test(response.headers.get("content-type") ?? "");
    return { value: isJson ? (JSON.parse(text) as Json) : text, from: shown };
  } catch (error) {
    return badInput(
      `${shown} could not be read: ${whyOf(error)}.`,
      "Check the address, and try again.",
    );
  }
}

/** Through redirections, each looked at before it is followed. @throws Error with one sentence */
async function followed(address: URL): Promise<Response> {
  const signal = AbortSignal.timeout(FETCH_MS_MOST);
  let at = address;
  for (let hops = 0; hops <= REDIRECTIONS_MOST; hops += 1) {
    const response = await fetch(at, { signal, redirect: "manual" });
    const location = response.headers.get("location");
    if (response.status < 300 || response.status > 399 || location === null) return response;
    at = new URL(location, at);
    if (!isAllowed(at)) throw new Error(`it leads to ${at.host}, which is not encrypted`);
  }
  throw new Error(`it leads elsewhere more than ${REDIRECTIONS_MOST} times`);
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
