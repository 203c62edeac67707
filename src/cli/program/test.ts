import type { Command } from "commander";
import { type Choose, examples, withOptions } from "../verb.ts";

export function addTest(root: Command, choose: Choose): void {
  withOptions(
    root
      .command("test")
      .description("play the company's scenarios, each in a copy of the folder")
      .argument("[name]", "only those with this in their names")
      .addHelpText("after", examples("muster test", "muster test refund")),
  ).action((name?: string) =>
    choose(async (context) => (await import("../company/test.ts")).test(context, name)),
  );
}
