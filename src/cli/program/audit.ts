import type { Command } from "commander";
import type { EraseFlags } from "../record/audit-erase.ts";
import type { ExportFlags } from "../record/audit-export.ts";
import { type Choose, collected, examples, withOptions } from "../verb.ts";

type WhyFlags = { readonly md?: boolean; readonly html?: boolean };

/** The verbs about the record of all that was done. */
export function addAudit(root: Command, choose: Choose): void {
  addWhy(root, choose);
  const audit = root.command("audit").description("the record of all that was done");
  withOptions(
    audit
      .command("verify")
      .option(
        "--checkpoint <file>",
        "checkpoints that were kept elsewhere; as often as needed (default: the map's own folders)",
        collected,
      )
      .description("whether the record is what was written, and what was done was allowed"),
  )
    .addHelpText(
      "after",
      examples(
        "muster audit verify",
        "muster audit verify --checkpoint /mnt/auditor/muster-local-1f6b2c3d-2026-11-20.checkpoints",
      ),
    )
    .action((options: { readonly checkpoint?: readonly string[] }) =>
      choose(async (context) =>
        (await import("../record/audit-verify.ts")).auditVerify(context, options.checkpoint),
      ),
    );
  withOptions(
    audit.command("checkpoint").description("sign what the log holds now, for somebody to keep"),
  ).action(() =>
    choose(async (context) =>
      (await import("../record/audit-checkpoint.ts")).auditCheckpoint(context),
    ),
  );
  addErasure(audit, choose);
  addExport(audit, choose);
  withOptions(
    audit
      .command("rotate-key")
      .requiredOption("--why <why>", "kept in the log")
      .description("make another key that signs from here on"),
  ).action((options: { readonly why: string }) =>
    choose(async (context) =>
      (await import("../record/audit-checkpoint.ts")).auditRotateKey(context, options.why),
    ),
  );
}

function addErasure(audit: Command, choose: Choose): void {
  withOptions(
    audit
      .command("erase")
      .argument("<subject>", "the name a person was given, or their id")
      .requiredOption("--why <why>", "kept in the log")
      .option("--by <person>", "who decided it (default: you)")
      .option("--also <dir>", "a copy of the folder, with keys; as often as needed", collected)
      .description("destroy the key of a person, and with it what is kept of them"),
  )
    .addHelpText(
      "after",
      examples('muster audit erase "customer 4711" --why "asked for it on 20 November"'),
    )
    .action((subject: string, options: EraseFlags) =>
      choose(async (context) =>
        (await import("../record/audit-erase.ts")).auditErase(context, subject, options),
      ),
    );
  withOptions(
    audit
      .command("erase-listed")
      .argument("<list>", "erasures.jsonl of the company, or a list outside")
      .description("erase whom a list names, in a copy from before that"),
  ).action((list: string) =>
    choose(async (context) =>
      (await import("../record/audit-erase.ts")).auditEraseListed(context, list),
    ),
  );
  withOptions(
    audit
      .command("hold")
      .argument("<subject>", "the name a person was given, or their id")
      .option("--why <why>", "what must be kept, and for whom")
      .option("--release", "nothing keeps it any more")
      .description("keep what is kept of a person from being erased"),
  ).action((subject: string, options: { readonly why?: string; readonly release?: boolean }) =>
    choose(async (context) =>
      (await import("../record/audit-erase.ts")).auditHold(context, subject, options),
    ),
  );
}

function addWhy(root: Command, choose: Choose): void {
  withOptions(
    root
      .command("why")
      .argument("<of>", "a case, a run, or the entity of a record: orders")
      .argument("[id]", "the id of the record: 1042")
      .option("--md", "as Markdown")
      .option("--html", "as one HTML page")
      .description("on one page why it is as it is: data, rules, approvals, writes, repairs"),
  )
    .addHelpText(
      "after",
      examples("muster why cs_7q", "muster why orders 1042", "muster why last --html > why.html"),
    )
    .action((of: string, id: string | undefined, options: WhyFlags) =>
      choose(async (context) =>
        (await import("../record/why.ts")).why(context, { of, id, ...options }),
      ),
    );
}

function addExport(audit: Command, choose: Choose): void {
  withOptions(
    audit
      .command("export")
      .requiredOption(
        "-o, --output <dir>",
        "a folder that is not there yet, or one file: FILE.tar.gz",
      )
      .option("--from <date>", "events from then on: 2026-11-01")
      .option("--to <date>", "events before then")
      .option("--case <id>", "a case with its runs, or a run, alone")
      .option("--sealed", "what is sealed for a person stays sealed")
      .description("write what an auditor needs, with a program that verifies it offline"),
  )
    .addHelpText(
      "after",
      examples("muster audit export --from 2026-10-01 --to 2026-11-01 -o october"),
    )
    .action((flags: ExportFlags) =>
      choose(async (context) =>
        (await import("../record/audit-export.ts")).auditExport(context, flags),
      ),
    );
}
