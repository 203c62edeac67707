import type { Problem, ProblemCode } from "../core/problem.ts";

/**
 * What is wrong, as `application/problem+json`: the sentence is the `detail`, and `mend` stands
 * beside it. Where several things are wrong, `problems` has all of them.
 *
 * @see RFC 9457
 */
export function problemAnswer(
  problems: readonly Problem[],
  headers: Readonly<Record<string, string>> = {},
): Response {
  const first = problems.find(({ severity }) => severity !== "warning") ?? problems[0] ?? NOTHING;
  const status = STATUS[first.code] ?? BAD_REQUEST;
  const { code, message, mend, where } = first;
  const body = {
    type: `urn:muster:problem:${code}`,
    title: code.replaceAll("-", " "),
    status,
    code,
    detail: message,
    ...(mend === undefined ? {} : { mend }),
    ...(where === undefined ? {} : { where }),
    problems,
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}

const BAD_REQUEST = 400;
const NOTHING: Problem = { code: "bug", message: "Something is wrong, and nobody said what." };

/** What is not named here is wrong with what was sent. */
const STATUS: { readonly [Code in ProblemCode]?: number } = {
  "not-found": 404,
  "unknown-workflow": 404,
  "no-folder": 404,
  conflict: 409,
  "already-ended": 409,
  "not-allowed": 403,
  limit: 429,
  "unhealthy-agent": 503,
  locked: 503,
  gone: 503,
  "disk-full": 507,
  "read-only": 500,
  "network-disk": 500,
  corrupt: 500,
  "newer-version": 500,
  io: 500,
  bug: 500,
};
