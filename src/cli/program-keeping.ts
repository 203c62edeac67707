import type { Command } from "commander";
import { type Choose, examples, withOptions } from "./verb.ts";

/** The verbs that look after a company as a whole. */
export function addKeeping(root: Command, choose: Choose): void {
  withOptions(
    root
      .command("doctor")
      .option("--company", "what the company's files show of security, reliability and cost")
      .description("look at the folder, disk, versions, agents, queues and this process"),
  )
    .addHelpText("after", examples("muster doctor", "muster doctor --company --json"))
    .action((options: { readonly company?: boolean }) =>
      choose(async (context) => {
        const verbs = await import("./doctor.ts");
        return await (options.company === true ? verbs.doctorCompany : verbs.doctor)(context);
      }),
    );
}
