import type { Command } from "commander";
import { type Choose, examples, withOptions } from "../verb.ts";

export function addInit(root: Command, choose: Choose): void {
  withOptions(
    root
      .command("init")
      .argument("[dir]", "a folder that holds no company yet; made where there is none")
      .description("begin a company: a workflow, an agent, and what to type next"),
  )
    .addHelpText("after", examples("muster init shop"))
    .action((dir?: string) =>
      choose(async (context) => (await import("../company/init.ts")).init(context, dir)),
    );
}

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
