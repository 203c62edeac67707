import { EXIT } from "../exit.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

export type AgentSteering = {
  readonly agent: string;
  readonly how: "drain" | "stop" | "start";
  readonly reason: string;
  readonly by?: string;
};

const DONE = {
  drain: "takes nothing new; what it has in hand is finished.",
  stop: "takes nothing new, and what it had in hand is told to stop.",
  start: "takes work.",
} as const;

/** `muster agents drain|stop|start AGENT`: kept in the company's log, with who and why. */
export async function agentsSteer(
  context: Context,
  { agent, how, reason, by = context.surroundings.person }: AgentSteering,
): Promise<number> {
  return await withCompany(context, { perform: true, begin: false }, async (company) => {
    const problems = await company.steer({ agent, how, why: reason, by });
    if (problems.length > 0) return refuse(context, problems);
    const { side, json } = context.terminal;
    if (!json) side.line(`"${agent}" ${DONE[how]}`);
    return EXIT.done;
  });
}
