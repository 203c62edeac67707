import { type Command, Option } from "commander";
import { type Choose, examples, withOptions } from "../verb.ts";

/** Looks at the rules of the map, runs their examples, and judges what was done by them again. */
export function addRules(root: Command, choose: Choose): void {
  const rules = root.command("rules").description("look at the map's rules, and try them");
  withOptions(
    rules.command("list").description("list rules and tables: what follows, and for which tools"),
  ).action(() =>
    choose(async (context) => (await import("../map/rules-list.ts")).rulesList(context)),
  );
  withOptions(
    rules.command("show").argument("<rule>", "its name").description("show all of one rule"),
  ).action((name: string) =>
    choose(async (context) => (await import("../map/rules-list.ts")).rulesShow(context, name)),
  );
  withOptions(
    rules
      .command("test")
      .argument("[rule]", "only this one")
      .description("run the examples beside each rule"),
  ).action((name?: string) =>
    choose(async (context) =>
      (await import("../map/rules-test.ts")).rulesTest(context, name ?? null),
    ),
  );
  withOptions(
    rules
      .command("replay")
      .option("--since <time>", "how far back: 30d, 12h", "30d")
      .description("say which calls of the log the map's files would decide otherwise"),
  )
    .addHelpText("after", examples("muster rules replay --since 7d"))
    .action((options: { readonly since: string }) =>
      choose(async (context) =>
        (await import("../map/rules-replay.ts")).rulesReplay(context, options),
      ),
    );
  addSheets(rules, choose);
}

/** Decision tables for people who work with spreadsheets. */
function addSheets(rules: Command, choose: Choose): void {
  withOptions(
    rules
      .command("export")
      .argument("<table>", "its name")
      .addOption(
        new Option("--as <form>", "for a spreadsheet, or a document")
          .choices(["csv", "markdown"])
          .default("csv"),
      )
      .description("write a decision table as a sheet"),
  ).action((name: string, { as }: { readonly as: "csv" | "markdown" }) =>
    choose(async (context) =>
      (await import("../map/rules-sheet.ts")).rulesExport(context, { name, as }),
    ),
  );
  withOptions(
    rules
      .command("import")
      .argument("<file>", "a .csv, or a .md with a table in it")
      .description("write a sheet as a decision table"),
  )
    .addHelpText("after", examples("muster rules import route.csv > tables/route.yaml"))
    .action((file: string) =>
      choose(async (context) => (await import("../map/rules-sheet.ts")).rulesImport(context, file)),
    );
}
