import type { Command } from "commander";
import { aboutRun, type Choose, examples, withOptions } from "../verb.ts";

const FROM = "a checkpoint (cp_5), or the number of an event that ends a decision";
export const PARAMS = "key=value: params that are to be others";

/** The verbs about checkpoints, and the one that begins a run from one. */
export function addCheckpoints(root: Command, choose: Choose): void {
  const checkpoints = root.command("checkpoints").description("look at checkpoints and carry them");
  withOptions(
    aboutRun(checkpoints, "list").description("list the checkpoints of a run, oldest first"),
  ).action((run: string) =>
    choose(async (context) =>
      (await import("../runs/checkpoints-list.ts")).checkpointsList(context, run),
    ),
  );
  withOptions(
    aboutRun(checkpoints, "export")
      .argument("<checkpoint>", "cp_3")
      .description("print a checkpoint as one JSON document"),
  )
    .addHelpText("after", examples("muster checkpoints export last cp_3 > cp_3.json"))
    .action((run: string, id: string) =>
      choose(async (context) =>
        (await import("../runs/checkpoints-export.ts")).checkpointsExport(context, run, id),
      ),
    );
  withOptions(
    checkpoints
      .command("import")
      .argument("<file>", "what checkpoints export has written")
      .description("make a run of an exported checkpoint, which waits until it is resumed"),
  )
    .addHelpText("after", examples("muster checkpoints import cp_3.json"))
    .action((file: string) =>
      choose(async (context) =>
        (await import("../runs/checkpoints-import.ts")).checkpointsImport(context, file),
      ),
    );
}

type ForkFlags = {
  readonly from?: string;
  readonly retryFailed: boolean;
  readonly wait: boolean;
  readonly by?: string;
};

export function addFork(runs: Command, choose: Choose): void {
  withOptions(
    fromCheckpoint(aboutRun(runs, "fork").argument("[params...]", PARAMS))
      .option("--by <person>", "who forks it (default: $MUSTER_PERSON, or the account's name)")
      .option("--no-wait", "write it down and end; the new run goes on later")
      .description("begin a new run with what a run had at a checkpoint, or at its end"),
  )
    .addHelpText(
      "after",
      examples(
        "muster runs fork last --from cp_2 batch_size=50",
        "muster runs fork wf_7q --from 31",
      ),
    )
    .action((run: string, pairs: readonly string[], options: ForkFlags) =>
      choose(async (context) =>
        (await import("../steering/fork.ts")).runsFork(context, run, { pairs, options }),
      ),
    );
}

export function fromCheckpoint(command: Command): Command {
  return command
    .option("--from <position>", FROM)
    .option("--retry-failed", "try again what was degraded, or tolerated as failed", false);
}
