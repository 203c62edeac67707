import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { FOLDER, type Page, validate } from "./parts/end-to-end.ts";
import type { Answer, Task, Tools } from "./parts/protocol.ts";

/** An HTML checker that the company installs: it is given files, and exits with 0 where all are well. */
const CHECKER = join(FOLDER, "bin", "page-check");
const CHECK_MOST_MS = 30_000;
const PAGES_AT_ONCE = 10;

/**
 * Validates the onboarding end to end and has each page checked by bin/page-check. Without that
 * program it cannot do its work: it says so at once, and somebody else may.
 */
export async function attempt(task: Task, tools: Tools, abort: AbortSignal): Promise<Answer> {
  try {
    await access(CHECKER, constants.X_OK);
  } catch {
    return missing();
  }
  tools.log("pages are checked with bin/page-check");
  return validate(task, "testing-specialist", (pages) => checkAll(pages, abort));
}

/** What the checker says about pages, by path. */
async function checkAll(
  pages: readonly Page[],
  abort: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const wrong = new Map<string, string>();
  for (let from = 0; from < pages.length; from += PAGES_AT_ONCE) {
    const some = pages.slice(from, from + PAGES_AT_ONCE);
    await Promise.all(
      some.map(async ({ path }) => {
        const complaint = await checkOne(path, abort);
        if (complaint !== "") wrong.set(path, complaint);
      }),
    );
  }
  return wrong;
}

/** @returns "" where the page is well */
async function checkOne(path: string, signal: AbortSignal): Promise<string> {
  try {
    await promisify(execFile)(CHECKER, [path], { signal, timeout: CHECK_MOST_MS });
    return "";
  } catch (error) {
    signal.throwIfAborted();
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
    return `bin/page-check refuses ${path}: ${said.slice(0, 300) || "it does not say why"}`;
  }
}

function missing(): Answer {
  return {
    error: {
      class: "permanent",
      kind: "agent_unavailable",
      message:
        "testing-specialist has no HTML checker: bin/page-check is not an executable of this folder. Put one there; README.md says how.",
      certain: true,
    },
  };
}
