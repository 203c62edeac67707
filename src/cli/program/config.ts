import type { Command } from "commander";
import { type Choose, examples, withOptions } from "../verb.ts";

/** The verbs about settings. */
export function addConfig(root: Command, choose: Choose): void {
  const config = root.command("config").description("look at settings");
  withOptions(
    config
      .command("show")
      .argument("[workflow]", "a workflow's file or name; without it, the company's defaults")
      .option("--origin", "also whose each is, and where it stands", false)
      .description("show the settings that hold"),
  )
    .addHelpText("after", examples("muster config show onboarding --origin"))
    .action((workflow: string | undefined, options: { readonly origin: boolean }) =>
      choose(async (context) =>
        (await import("../company/config-show.ts")).configShow(context, workflow ?? null, options),
      ),
    );
}
