import type { Command } from "commander";
import { aboutRun, type Choose, examples, withOptions } from "../verb.ts";

/** The verbs that judge runs. */
export function addReviewing(runs: Command, choose: Choose): void {
  withOptions(aboutRun(runs, "verify").description("answer the completion checklist from the log"))
    .addHelpText("after", examples("muster runs verify last", "muster runs verify wf_7q --json"))
    .action((run: string) =>
      choose(async (context) => (await import("../runs/verify.ts")).runsVerify(context, run)),
    );
  withOptions(aboutRun(runs, "notices").description("list who was told of what in a run"))
    .addHelpText("after", examples("muster runs notices last"))
    .action((run: string) =>
      choose(async (context) => (await import("../runs/notices.ts")).runsNotices(context, run)),
    );
  withOptions(
    runs
      .command("archive")
      .argument("[run]", "its id, the beginning of it, or: last")
      .option("--older-than <duration>", "all runs that ended so long ago: 30d")
      .description("take ended runs out of the log, each into a compressed file"),
  )
    .addHelpText(
      "after",
      examples("muster runs archive last", "muster runs archive --older-than 90d --json"),
    )
    .action((run: string | undefined, options: { readonly olderThan?: string }) =>
      choose(async (context) =>
        (await import("../runs/archive.ts")).runsArchive(context, run ?? null, options),
      ),
    );
  withOptions(
    runs
      .command("diff")
      .argument("<a>", "a run's id, the beginning of it, or an archive's file")
      .argument("<b>", "another one")
      .description("compare two runs: params, definition, steps, outputs, choices, durations"),
  )
    .addHelpText("after", examples("muster runs diff wf_7q2m4x last"))
    .action((a: string, b: string) =>
      choose(async (context) => (await import("../runs/diff.ts")).runsDiff(context, a, b)),
    );
}
