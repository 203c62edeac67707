import type { Command } from "commander";
import { type Choose, examples, positive, withOptions } from "../verb.ts";
import { addRules } from "./rules.ts";
import { addTools } from "./tools.ts";

type DrawFlags = {
  readonly out?: string;
  readonly count: boolean;
};
type PublishFlags = { readonly why: string; readonly by?: string };

/** The verbs about a company's map. */
export function addMap(root: Command, choose: Choose): void {
  addTools(root, choose);
  addRules(root, choose);
  const map = root.command("map");
  withOptions(
    map
      .option("--out <folder>", "write map.md and map.svg there")
      .option("--of <version>", "that version (default: the files as they are now)", positive)
      .option("--count", "ask the systems how many records each tool could reach", false)
      .description("draw the company's map: who may do what, who decides, where it is written"),
  )
    .addHelpText(
      "after",
      examples("muster map", "muster map --out map", "muster map --of 3 --json"),
    )
    .action((options: DrawFlags & { readonly of?: number }) =>
      choose(async (context) => (await import("../map/draw.ts")).mapDraw(context, options)),
    );
  withOptions(
    map.command("check").description("find every problem of the map's files at once"),
  ).action(() => choose(async (context) => (await import("../check.ts")).checkMap(context)));
  withOptions(
    map
      .command("publish")
      .requiredOption("--why <why>", "kept with the version")
      .option("--by <name>", "who you are (default: MUSTER_PERSON, or you)")
      .description("make the files as they are now the map that runs go by"),
  )
    .addHelpText("after", examples('muster map publish --why "refunds over 500 ask a manager"'))
    .action((options: PublishFlags) =>
      choose(async (context) => (await import("../map/versions.ts")).mapPublish(context, options)),
    );
  withOptions(
    map.command("versions").description("list the versions that were published, newest first"),
  ).action(() =>
    choose(async (context) => (await import("../map/versions.ts")).mapVersions(context)),
  );
  withOptions(
    map
      .command("diff")
      .argument("[from]", "a version (default: the one in force)", positive)
      .argument("[to]", "another (default: the files as they are now)", positive)
      .description("say what is another in one version of the map than in another"),
  )
    .addHelpText("after", examples("muster map diff", "muster map diff 3 4"))
    .action((from: number | undefined, to: number | undefined) =>
      choose(async (context) => (await import("../map/versions.ts")).mapDiff(context, from, to)),
    );
  addWhich(root, choose);
}

function addWhich(root: Command, choose: Choose): void {
  withOptions(
    root
      .command("which")
      .argument("<tool...>", "a tool; also: TOOL as AGENT in REQUEST, a type or a case")
      .option("--of <version>", "by that version of the map", positive)
      .description("say who may use a tool, what stands against it, and what asks whom"),
  )
    .addHelpText(
      "after",
      examples("muster which refund.pay", 'muster which "refund.pay as finance in refund"'),
    )
    .action((words: readonly string[], options: { readonly of?: number }) =>
      choose(async (context) => (await import("../map/which.ts")).which(context, words, options)),
    );
}
