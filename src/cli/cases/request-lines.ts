import { readFileSync } from "node:fs";
import { suggestion } from "../../core/expression/index.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { Problem } from "../../core/problem.ts";
import type { RequestGiven } from "../../engine/company/index.ts";

/** Of a file of requests. */
const LINES_MOST = 100_000;
const FILE_BYTES_MOST = 256 * 1024 * 1024;

type Line = { readonly line: number; readonly text: string };

/** The lines of a file of requests, one a line of JSON; 0 is what comes in. */
export function requestLines(file: string | 0): { readonly lines: readonly Line[] } | Problem {
  try {
    const text = readFileSync(file, "utf8");
    const lines = text
      .split("\n")
      .map((one, at): Line => ({ line: at + 1, text: one.trim() }))
      .filter((one) => one.text !== "");
    if (text.length <= FILE_BYTES_MOST && lines.length <= LINES_MOST) return { lines };
    return {
      code: "limit",
      message: `The file has ${lines.length} requests; at most ${LINES_MOST} are taken in at once.`,
      mend: "Split it: a request that was taken in before is not taken in twice, by its requestId.",
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const mend = "Name a file with one request a line, as JSON; - reads what comes in.";
    return { code: "bad-input", message: `${String(file)} cannot be read: ${why}`, mend };
  }
}

/** What a line asks for. */
export function givenIn(text: string): RequestGiven | Problem {
  try {
    const value = JSON.parse(text) as Json;
    if (isObject(value)) return strangeKey(value) ?? (value as unknown as RequestGiven);
  } catch {
    // The same fault as a line that is no object.
  }
  return {
    code: "bad-input",
    message: "This line is no request: an object of JSON.",
    mend: 'Write: {"requester":"4711","channel":"mail","text":"…","about":{"order_id":"7"}}',
  };
}

const KEYS: readonly (keyof RequestGiven)[] = [
  "requester",
  "channel",
  "text",
  "about",
  "source",
  "type",
  "attachments",
  "requestId",
  "by",
];

/** What nobody would read is not taken in as if somebody did: "abuot" is a typo. */
function strangeKey(value: JsonObject): Problem | null {
  const strange = Object.keys(value).find((key) => !KEYS.some((one) => one === key));
  if (strange === undefined) return null;
  return {
    code: "unknown-key",
    message: `A request has no "${strange}".`,
    mend: `Ids and values beside its text stand under "about". ${suggestion(strange, KEYS, "A request has")}`,
  };
}
