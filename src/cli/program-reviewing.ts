import type { Command } from "commander";
import { aboutRun, type Choose, examples, withOptions } from "./verb.ts";

/** The verbs that judge runs. */
export function addReviewing(runs: Command, choose: Choose): void {
  withOptions(aboutRun(runs, "verify").description("answer the completion checklist from the log"))
    .addHelpText("after", examples("muster runs verify last", "muster runs verify wf_7q --json"))
    .action((run: string) =>
      choose(async (context) => (await import("./runs-verify.ts")).runsVerify(context, run)),
    );
  withOptions(aboutRun(runs, "notices").description("list who was told of what in a run"))
    .addHelpText("after", examples("muster runs notices last"))
    .action((run: string) =>
      choose(async (context) => (await import("./runs-notices.ts")).runsNotices(context, run)),
    );
}
