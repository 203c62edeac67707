import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type PolicyTold, SEVEN, type SevenItem } from "../../core/audit/index.ts";
import type { Problem } from "../../core/problem.ts";
import type { AuditVerdict } from "../../engine/audit/index.ts";
import type { OutsideCheckpoints } from "../../engine/company/index.ts";
import { EXIT } from "../exit.ts";
import { count, plain } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

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
    tell(context, audited.verdict, audited.policy);
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

function tell({ terminal }: Context, verdict: AuditVerdict, policy: PolicyTold): void {
  const { answer, json } = terminal;
  if (json) {
    answer.line(JSON.stringify(documentOf(verdict, policy)));
    return;
  }
  for (const { kind, position, message } of verdict.wrong)
    answer.line(`${answer.paint("red", "✗")} ${kind} at position ${position}: ${plain(message)}`);
  if (verdict.isMore) answer.line("… and more.");
  if (verdict.wrong.length > 0) answer.line("");
  for (const line of [...sentences(verdict), ...policySentences(policy)]) answer.line(line);
}

/** What a case answers, as people name it. */
const ASKED: Readonly<Record<SevenItem, string>> = {
  source: "where it came from",
  data: "what was read",
  agents: "who did what",
  rules: "which rules spoke",
  approval: "who approved",
  writes: "what was written",
  exceptions: "what failed and who mended it",
};

function policySentences({ closed, cases, nothing, untold }: PolicyTold): readonly string[] {
  const none = SEVEN.filter((item) => nothing[item] > 0).map(
    (item) => `${ASKED[item]} ${nothing[item]}`,
  );
  const said = none.length === 0 ? "" : `; nothing of the kind happened in: ${none.join(", ")}`;
  const open = cases === closed ? "" : ` of ${cases}`;
  return [
    ...(cases === 0
      ? []
      : [`${count(closed, "closed case")}${open}, asked the seven things${said}.`]),
    ...(untold === 0
      ? []
      : [
          `${count(untold, "decision")} from before names had marks: whether those who asked decided, nobody can tell.`,
        ]),
  ];
}

function sentences(verdict: AuditVerdict): readonly string[] {
  const { ok, events, streams, size, root, checkpoints, outside, outsideTo } = verdict;
  const rate = Math.round((events / Math.max(1, verdict.tookMs)) * 1000);
  const left = archivedIn(verdict);
  return [
    `${ok ? "Verified" : "Not verified"}: ${count(size, "event")}${left} of ${count(streams, "stream")}, ${rate} a second.`,
    `Root ${root || "of nothing"} at size ${size}; ${count(checkpoints, "checkpoint")} beside the log hold.`,
    outside === 0
      ? "It was compared with no checkpoint kept elsewhere: an end that was cut off, or a record replaced as a whole, would not be seen. Give one: --checkpoint FILE."
      : `Verified up to size ${outsideTo} against ${count(outside, "outside checkpoint")}; what came behind could be cut off or replaced unseen.`,
  ];
}

function archivedIn({ archived, opened }: AuditVerdict): string {
  if (archived === 0) return "";
  const gone = archived - opened;
  return gone <= 0
    ? `, ${archived} of them in archives,`
    : `, ${opened} of them in archives and ${gone} let go of,`;
}

function documentOf(verdict: AuditVerdict, { cases, closed, nothing, untold }: PolicyTold): object {
  const { ok, events, archived, streams, size, root, checkpoints, wrong } = verdict;
  return {
    ok,
    events,
    archived,
    archived_read: verdict.opened,
    streams,
    size,
    root,
    checkpoints,
    cases: { all: cases, closed, nothing },
    decisions_untold: untold,
    outside_checkpoints: verdict.outside,
    verified_outside_to: verdict.outsideTo,
    first: wrong[0] ?? null,
    wrong,
    more: verdict.isMore,
    took_ms: Math.round(verdict.tookMs),
  };
}
