import { zoneIn } from "../../engine/company/index.ts";
import { EXIT } from "../exit.ts";
import { dayAndTime, plain } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

export type Halting = {
  readonly how: "on" | "off";
  readonly agent?: string;
  readonly tool?: string;
  readonly reason: string;
};

/**
 * `muster halt on|off`: nothing that was allowed is begun any more, of all, of an agent or of a tool; what
 * is allowed stays allowed, and goes on afterwards.
 */
export async function halt(context: Context, told: Halting): Promise<number> {
  const { how, agent, tool, reason: why } = told;
  if (agent !== undefined && tool !== undefined)
    return refuse(context, [
      {
        code: "bad-input",
        message: "An agent or a tool is halted, and not both by one word.",
        mend: "Say it twice, once for each.",
      },
    ]);
  const by = context.surroundings.person;
  const what =
    agent !== undefined
      ? ({ of: "agent", name: agent } as const)
      : tool !== undefined
        ? ({ of: "tool", name: tool } as const)
        : ({ of: "all", name: "" } as const);
  return await withCompany(context, { perform: true, begin: false }, async (company) => {
    const type = how === "on" ? "stop" : "unstop";
    const isHalted = (await company.governed()).kills.some(
      (one) => one.of === what.of && one.name === what.name,
    );
    const problems = await company.govern({ type, ...what, why, by });
    if (problems.length > 0) return refuse(context, problems);
    const { side, json } = context.terminal;
    const which = what.of === "all" ? "Nothing" : `Nothing of ${what.of} "${plain(what.name)}"`;
    if (!json)
      side.line(
        how === "on"
          ? `${which} that was allowed is begun now.`
          : isHalted
            ? "What is allowed may be begun again. What was held back waits for a person: muster inbox list"
            : `${which} was halted: muster halt list`,
      );
    return EXIT.done;
  });
}

/** `muster halt list`: what is halted, by whom and why. */
export async function haltList(context: Context): Promise<number> {
  return await withCompany(context, { perform: false }, async (company) => {
    const { kills } = await company.governed();
    const { answer, side, json } = context.terminal;
    if (json) answer.line(JSON.stringify(kills));
    else if (kills.length === 0) side.line("Nothing is halted.");
    else
      for (const { of, name, by, why, at } of kills)
        answer.line(
          `${of}${name === "" ? "" : ` ${plain(name)}`}  ${plain(by)}, ${dayAndTime(at, zoneIn(company.folder))}: ${plain(why)}`,
        );
    return EXIT.done;
  });
}

/** `muster inbox reviewed RUN.KEY --why WHY`: somebody has looked at what was decided by a broken glass. */
export async function inboxReviewed(
  context: Context,
  item: string,
  reason: string,
): Promise<number> {
  const [, run = item, key = ""] = /^(.*)\.(\d+)$/.exec(item) ?? [];
  return await withCompany(context, { perform: true, begin: false }, async (company) => {
    const by = context.surroundings.person;
    const told = { type: "reviewed", run, key: Number(key), why: reason } as const;
    const problems = await company.govern({ ...told, by });
    if (problems.length > 0) return refuse(context, problems);
    if (!context.terminal.json) context.terminal.side.line("Kept, with who and why.");
    return EXIT.done;
  });
}
