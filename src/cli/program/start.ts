import type { Command } from "commander";
import type { Choose } from "../verb.ts";

/** Only in a clone is there something to show. */
export function addStart(root: Command, choose: Choose): void {
  root
    .command("start", { hidden: true })
    .description("show one of the packs at work")
    .argument("[pack]", "the name of a pack")
    .action((pack?: string) =>
      choose(async (context) => (await import("../company/start.ts")).start(context, pack)),
    );
}
