import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Problem } from "../core/problem.ts";
import type { AuditVerdict } from "../engine/audit/index.ts";
import type { OutsideCheckpoints } from "../engine/company/index.ts";
import { EXIT } from "./exit.ts";
import { count, plain } from "./output/index.ts";
import type { Context } from "./surroundings.ts";
import { refuse, withCompany } from "./with-company.ts";

/** `muster audit verify`: goes through the whole record, and says what is wrong with it first. */
export async function auditVerify(
  context: Context,
  files: readonly string[] | undefined,
): Promise<number> {
  const given = files && read(files, context.surroundings.cwd);
  if (given !== undefined && "code" in given) return refuse(context, [given]);
  return await withCompany(context, { perform: false }, async (company) => {
    const audited = await company.audit(given === undefined ? {} : { checkpoints: given });
    if (audited.problems !== undefined) return refuse(context, audited.problems);
    tell(context, audited.verdict);
    return audited.verdict.ok ? EXIT.done : EXIT.failed;
  });
}

function read(files: readonly string[], cwd: string): OutsideCheckpoints | Problem {
  const found: { readonly file: string; readonly text: string }[] = [];
  for (const file of files) {
    try {
      found.push({ file, text: readFileSync(resolve(cwd, file), "utf8") });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return {
        code: "not-found",
        message: `The checkpoints ${file} cannot be read: ${why}`,
        mend: "Give the path of a file with signed checkpoints.",
      };
    }
  }
  return found;
}

function tell({ terminal }: Context, verdict: AuditVerdict): void {
  const { answer, json } = terminal;
  if (json) {
    answer.line(JSON.stringify(documentOf(verdict)));
    return;
  }
  for (const { kind, position, message } of verdict.wrong)
    answer.line(`${answer.paint("red", "✗")} ${kind} at position ${position}: ${plain(message)}`);
  if (verdict.isMore) answer.line("… and more.");
  if (verdict.wrong.length > 0) answer.line("");
  for (const line of sentences(verdict)) answer.line(line);
}

function sentences(verdict: AuditVerdict): readonly string[] {
  const { ok, events, archived, streams, size, root, checkpoints, outside, outsideTo } = verdict;
  const rate = Math.round((events / Math.max(1, verdict.tookMs)) * 1000);
  const left = archived === 0 ? "" : `, ${archived} of them in archives,`;
  return [
    `${ok ? "Verified" : "Not verified"}: ${count(size, "event")}${left} of ${count(streams, "stream")}, ${rate} a second.`,
    `Root ${root || "of nothing"} at size ${size}; ${count(checkpoints, "checkpoint")} beside the log hold.`,
    outside === 0
      ? "It was compared with no checkpoint kept elsewhere: an end that was cut off, or a record replaced as a whole, would not be seen. Give one: --checkpoint FILE."
      : `Verified up to size ${outsideTo} against ${count(outside, "outside checkpoint")}; what came behind could be cut off or replaced unseen.`,
  ];
}

function documentOf(verdict: AuditVerdict): object {
  const { ok, events, archived, streams, size, root, checkpoints, wrong } = verdict;
  return {
    ok,
    events,
    archived,
    streams,
    size,
    root,
    checkpoints,
    outside_checkpoints: verdict.outside,
    verified_outside_to: verdict.outsideTo,
    first: wrong[0] ?? null,
    wrong,
    more: verdict.isMore,
    took_ms: Math.round(verdict.tookMs),
  };
}
