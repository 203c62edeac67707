import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

/** What was agreed that tests show, by the name that each was given. */
const AGREED: Readonly<Record<string, readonly string[]>> = {
  approvals: [
    "no-execute-without-allowed",
    "digest-mismatch-denied",
    "argument/target/schema/rule/chain change invalidates",
    "stale-precondition returns to approver",
    "consume-once under 4 processes",
    "restart while pending",
    "timeout rejects/escalates, never approves",
    "requester-cannot-vote (web, Slack, e-mail, API, via delegate)",
    "editor-cannot-approve-increase",
    "one-human-one-vote as delegate too",
    "deny-wins",
    "role revoked between vote and consume",
    "GET/HEAD on link changes nothing",
    "token reuse/expiry/other voter refused",
    "Slack bad signature/old timestamp/duplicate",
    "bulk refuses mixed/tainted",
    "break-glass leaves review task",
    "model advice never counts",
    "kill switch stops allowed approvals",
  ],
  rules: [
    "typo, type, enum, duration, currency errors carry file:line:col",
    "null/missing → undetermined → stricter route",
    "engine fault fails closed",
    "ReDoS and nested-loop expressions rejected at load",
    "30 000-expression differential test = 0",
    "table gap/shadow/overlap found",
    "money exact, mixed currency refused",
    "explain leaves equal evaluation",
    "replay diff stable",
  ],
  audit: [
    "modify",
    "delete middle",
    "delete tail",
    "insert",
    "reorder",
    "swap two tenants",
    "replace chain",
    "wrong key",
    "clock back",
    "truncation only with outside checkpoint, and said so",
    "INSERT OR REPLACE blocked",
    "write fails ⇒ action not run",
    "crash between started and committed ⇒ `unknown` + exception",
    "erase subject ⇒ verify green, fields gone in export, reports unchanged",
    "bundle verifies offline with `node verify.mjs`",
    "1 M events verify < 30 s",
  ],
  gateway: [
    "cross-case id denied",
    "list filter forced",
    "unannotated tool = L4",
    "changed tool definition disabled",
    "label survives handoff and memory",
    "PII to unlisted sink denied",
    "budget reservation under concurrency",
    "secrets never in agent context",
    "our own attack traces all stopped",
    "benign set ≥ agreed automatic share",
  ],
};

const ROOT = join(import.meta.dirname, "..");
/** `test("…", …)` as it stands in a file, or the name of a row of `test.each`; what is skipped is no test. */
const TITLE = /^\s*(?:test(?:\.each\([^)]*\))?\(\s*|\[?\s*)(["'`])((?:\\.|(?!\1).)*)\1,/gm;

/** Numbers of promises stand before some names. */
const PROMISES = /^(?:[A-Z]\d+ )+/;

const titles: readonly string[] = ["src", "test"].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(test|contract)\.ts$/.test(name) && !name.startsWith("agreed-names"))
    .flatMap((name) =>
      [...readFileSync(join(ROOT, folder, name), "utf8").matchAll(TITLE)].map(([, , title = ""]) =>
        title.replaceAll("\\`", "`").replace(PROMISES, ""),
      ),
    ),
);

describe("what was agreed to be shown is shown by a test of that name", () => {
  test.each(Object.keys(AGREED))("of %s", (group) => {
    const missing = AGREED[group]?.filter((name) => !titles.some((one) => one.startsWith(name)));
    expect(missing).toEqual([]);
  });
});
