import type { Command } from "commander";
import { type Choose, examples, withOptions } from "../verb.ts";

const STEERING = {
  drain: "let an agent finish what it has in hand, and give it nothing new",
  stop: "the same, and stop what it has in hand",
  start: "give an agent work again",
} as const;

/** Looks at agents, and tells them what to do. */
export function addAgents(root: Command, choose: Choose): void {
  const agents = root.command("agents").description("look at agents and steer them");
  withOptions(
    agents.command("list").description("list agents: what they have in hand, and how they are"),
  ).action(() =>
    choose(async (context) => (await import("../company/agents-list.ts")).agentsList(context)),
  );
  withOptions(
    agents.command("show").argument("<agent>", "its name").description("show all of one agent"),
  ).action((name: string) =>
    choose(async (context) =>
      (await import("../company/agents-list.ts")).agentsShow(context, name),
    ),
  );
  for (const how of ["drain", "stop", "start"] as const) {
    const verb = agents
      .command(how)
      .argument("<agent>", "its name")
      .option("--by <name>", "who you are (default: MUSTER_PERSON, or you)")
      .description(STEERING[how]);
    if (how === "start") verb.option("--why <why>", "kept in the log", "It may work again.");
    else verb.requiredOption("--why <why>", "kept in the log");
    withOptions(verb)
      .addHelpText("after", examples(`muster agents ${how} biller --why "its bank is down"`))
      .action((agent: string, options: { readonly why: string; readonly by?: string }) =>
        choose(async (context) =>
          (await import("../company/agents-steer.ts")).agentsSteer(context, {
            agent,
            how,
            reason: options.why,
            ...(options.by === undefined ? {} : { by: options.by }),
          }),
        ),
      );
  }
}
