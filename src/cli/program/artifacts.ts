import type { Command } from "commander";
import { type Choose, examples, withOptions } from "../verb.ts";

const DIGEST = "its digest (sha256:…), or RUN/STEP, or RUN/STEP.output";

/** The verbs about what is kept by its content. */
export function addArtifacts(root: Command, choose: Choose): void {
  const artifacts = root
    .command("artifacts")
    .description("look at what is kept by its content, take it out and put it in");
  withOptions(
    artifacts
      .command("list")
      .argument("[run]", "of this run alone: its id, the beginning of it, or: last")
      .description("list large outputs of steps, and what was put, newest first"),
  )
    .addHelpText("after", examples("muster artifacts list last"))
    .action((run: string | undefined) =>
      choose(async (context) =>
        (await import("../artifacts/list.ts")).artifactsList(context, run ?? null),
      ),
    );
  withOptions(
    artifacts
      .command("get")
      .argument("<artifact>", DIGEST)
      .option("-o, --output <file>", "into this file, which is not there yet")
      .description("print what a step gave, or what was put; its digest is checked"),
  )
    .addHelpText("after", examples("muster artifacts get last/step2.report -o report.md"))
    .action((name: string, options: { readonly output?: string }) =>
      choose(async (context) =>
        (await import("../artifacts/get.ts")).artifactsGet(context, name, options.output ?? null),
      ),
    );
  withOptions(
    artifacts
      .command("put")
      .argument("<file>", "a text, or JSON or YAML by its ending, up to 1 MB; all else as it is")
      .option("--file", "as it is, bytes and all, whatever it holds")
      .option("--name <name>", "as it is listed (default: the file's name)")
      .description("keep a file's content for thirty days, and print its digest"),
  )
    .addHelpText("after", examples("muster artifacts put pricing.json --name pricing"))
    .action((file: string, options: { readonly name?: string; readonly file?: boolean }) =>
      choose(async (context) =>
        (await import("../artifacts/put.ts")).artifactsPut(context, file, {
          ...(options.name === undefined ? {} : { name: options.name }),
          asFile: options.file === true,
        }),
      ),
    );
}
