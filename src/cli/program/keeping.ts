import type { Command } from "commander";
import { type Choose, examples, withOptions } from "../verb.ts";
import { addAudit } from "./audit.ts";

/** The verbs that look after a company as a whole. */
export function addKeeping(root: Command, choose: Choose): void {
  addAudit(root, choose);
  withOptions(
    root
      .command("doctor")
      .option("--company", "what the company's files show of security, reliability and cost")
      .description("look at the folder, disk, versions, agents, queues and this process"),
  )
    .addHelpText("after", examples("muster doctor", "muster doctor --company --json"))
    .action((options: { readonly company?: boolean }) =>
      choose(async (context) => {
        const verbs = await import("../company/doctor.ts");
        return await (options.company === true ? verbs.doctorCompany : verbs.doctor)(context);
      }),
    );
  withOptions(
    root
      .command("backup")
      .argument("<target>", "a file that is not there yet")
      .description("copy the company's state into one verified file, while its runs go on"),
  )
    .addHelpText("after", examples("muster backup ~/monday.muster"))
    .action((file: string) =>
      choose(async (context) => (await import("../record/backup.ts")).backup(context, file)),
    );
  withOptions(
    root
      .command("restore")
      .argument("<backup>", "a file that backup made")
      .argument("<dir>", "a company's folder without a log")
      .option(
        "--erasures <file>",
        "who was erased since: .muster/erasures.jsonl, or a list outside",
      )
      .description("put a backup into a company's folder"),
  )
    .addHelpText("after", examples("muster restore ~/monday.muster ~/company"))
    .action((file: string, folder: string, { erasures }: { readonly erasures?: string }) =>
      choose(async (context) =>
        (await import("../record/backup.ts")).restore(context, {
          file,
          folder,
          ...(erasures === undefined ? {} : { erasures }),
        }),
      ),
    );
}

export function addCompletion(root: Command, choose: Choose): void {
  root
    .command("completion")
    .argument("<shell>", "bash, zsh or fish")
    .description("print the script that completes words in your shell")
    .addHelpText(
      "after",
      examples('eval "$(muster completion bash)"', "muster completion fish | source"),
    )
    .action((shell: string) =>
      choose(async (context) =>
        (await import("../completion/completion.ts")).completion(context, shell),
      ),
    );
  root
    .command("complete", { hidden: true })
    .argument("[words...]")
    .allowUnknownOption()
    .action((words: readonly string[]) =>
      choose(async (context) =>
        (await import("../completion/complete.ts")).complete(context, root, words),
      ),
    );
}
