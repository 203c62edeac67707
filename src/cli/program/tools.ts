import type { Command } from "commander";
import { type Choose, examples, withOptions } from "../verb.ts";

type TrySaid = { readonly as: string; readonly case?: string; readonly by?: string };

/** What people ask about the tools of the map. */
export function addTools(root: Command, choose: Choose): void {
  const tools = root.command("tools").description("what agents may do out there, and why not");
  withOptions(tools.command("list").description("list the tools of the map, and who may use them"))
    .option("--agent <name>", "only those that this agent may use")
    .addHelpText("after", examples("muster tools list --agent support"))
    .action((options) =>
      choose(async (context) => (await import("../map/tools-list.ts")).toolsList(context, options)),
    );
  withOptions(tools.command("show").argument("<tool>", "its name"))
    .description("all of one tool: what it does, what holds it, how its system is")
    .addHelpText("after", examples("muster tools show refund.pay"))
    .action((name: string) =>
      choose(async (context) => (await import("../map/tools-show.ts")).toolsShow(context, name)),
    );
  const whole = withOptions(
    tools.command("try").argument("<tool>", "its name").argument("[args...]", "name=value"),
  )
    .description("say what would come of a call, and why; nothing is done")
    .requiredOption("--as <agent>", "the agent that would use it")
    .option("--case <case>", "the case it would be used in: its id, or: last")
    .option("--by <name>", "on whose behalf; unsaid, that of the case");
  whole
    .addHelpText(
      "after",
      examples("muster tools try refund.pay order_id=HK-1007 amount=300 --as support --case last"),
    )
    .action((name: string, pairs: readonly string[]) =>
      choose(async (context) =>
        (await import("../map/tools-try.ts")).toolsTry(context, {
          ...whole.opts<TrySaid>(),
          name,
          pairs,
        }),
      ),
    );
  addUse(tools, choose);
}

function addUse(tools: Command, choose: Choose): void {
  withOptions(
    tools
      .command("use")
      .argument("<tool>", "its name")
      .argument("[args...]", "name=value: texts as they are, lists and objects as JSON")
      .option("--name <name>", "names this use within the attempt")
      .description("use a tool, inside a command agent, and print what it gives as JSON"),
  )
    .addHelpText("after", examples("muster tools use order.read order_id=7"))
    .action((tool: string, pairs: readonly string[], { name }: { readonly name?: string }) =>
      choose(async (context) =>
        (await import("../map/tools-use.ts")).toolsUse(context, tool, { pairs, as: name ?? null }),
      ),
    );
}
