import type { Command } from "commander";
import { aboutRun, type Choose, examples, withOptions } from "../verb.ts";

/** The verbs that say what a run may use. */
export function addBudgets(runs: Command, choose: Choose): void {
  withOptions(
    aboutRun(runs, "raise")
      .argument("<amounts...>", 'tokens=20000, calls=50, money="USD 2.00", time=10m')
      .requiredOption("--why <why>", "kept in the log")
      .option("--step <path>", "the step's own budget, not that of the run")
      .option("--no-wait", "record it and end; the run goes on later")
      .description("add to a run's budget, and go on with what waits for it"),
  )
    .addHelpText(
      "after",
      examples(
        "muster runs raise last tokens=20000 --why 'the report is worth it'",
        "muster runs raise wf_7q time=10m --step collect/2 --why 'the source is slow'",
      ),
    )
    .action((run: string, amounts: readonly string[], options: RaiseFlags) =>
      choose(async (context) =>
        (await import("../steering/raise.ts")).runsRaise(context, run, { amounts, ...options }),
      ),
    );
  withOptions(
    aboutRun(runs, "deny")
      .requiredOption("--step <path>", "the step that asks for a budget")
      .requiredOption("--why <why>", "kept in the log")
      .option("--no-wait", "record it and end; the run goes on later")
      .description("do not raise a budget: the step that asks for it fails"),
  ).action((run: string, options: DenyFlags) =>
    choose(async (context) =>
      (await import("../steering/raise.ts")).runsDeny(context, run, options),
    ),
  );
}

type RaiseFlags = { readonly why: string; readonly step?: string; readonly wait: boolean };
type DenyFlags = { readonly why: string; readonly step: string; readonly wait: boolean };
