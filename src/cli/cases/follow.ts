import { needsOf } from "../../core/cases/index.ts";
import type { CaseId } from "../../core/id.ts";
import { type Company, caseAtRest } from "../../engine/company/index.ts";
import { commandIn } from "../command.ts";
import { EXIT } from "../exit.ts";
import { needWords } from "../following/waiting-lines.ts";
import type { Context } from "../surroundings.ts";

/** Until nothing of the case moves by itself, or the person interrupts; then says how it stands. */
export async function followCase(context: Context, company: Company, id: CaseId): Promise<number> {
  const { surroundings, terminal } = context;
  const abort = new AbortController();
  const release = surroundings.onInterrupt(() => abort.abort());
  const now = await caseAtRest(company, id, abort.signal);
  release();
  if (terminal.json) terminal.answer.line(JSON.stringify({ case: id, ...standingOf(now) }));
  else if (now !== null) {
    // What a person closed is closed, and nothing more is to be said of it.
    const how = now.outcome === null || now.outcome === now.status ? "" : ` (${now.outcome})`;
    terminal.answer.line(`${id} is ${now.status}${how}.`);
    for (const need of needsOf(now)) terminal.side.line(`  ${await needWords(company, need)}`);
    terminal.side.line(`  ${commandIn(context, company.folder)(`cases show ${id}`)}`);
  }
  return abort.signal.aborted ? EXIT.interrupted : EXIT.done;
}

function standingOf(now: Awaited<ReturnType<typeof caseAtRest>>): object {
  if (now === null) return {};
  const { status, outcome, type, owner, runs } = now;
  return { status, outcome, type, owner, runs: runs.map(({ run }) => run), needs: needsOf(now) };
}
