import type { Problem } from "../../core/problem.ts";
import { type Company, zoneIn } from "../../engine/company/index.ts";
import { EXIT } from "../exit.ts";
import { LAST } from "../inbox/last-item.ts";
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
  return await withCompany(context, { perform: true, begin: false }, async (company) => {
    const by = context.surroundings.person;
    const named = item === LAST ? await lastReview(context, company) : item;
    if (typeof named !== "string") return refuse(context, [named]);
    const [, run, key] = /^(.*)\.(\d+)$/.exec(named) ?? [];
    if (run === undefined) return refuse(context, [notAReview(named)]);
    const told = { type: "reviewed", run, key: Number(key), why: reason } as const;
    const problems = await company.govern({ ...told, by });
    if (problems.length > 0) return refuse(context, problems);
    if (!context.terminal.json) context.terminal.side.line("Kept, with who and why.");
    return EXIT.done;
  });
}

/** What was decided alone last, and nobody has looked at yet. */
async function lastReview(context: Context, company: Company): Promise<string | Problem> {
  const { reviews } = await company.governed();
  const newest = reviews.findLast(({ closed }) => closed === null);
  if (newest === undefined)
    return {
      code: "conflict",
      message: "Nothing that was decided alone waits to be looked at, so there is no last.",
      mend: "See what waits: muster inbox list",
    };
  const name = `${newest.run}.${newest.key}`;
  if (!context.terminal.json) context.terminal.side.line(`last is ${name}.`);
  return name;
}

function notAReview(item: string): Problem {
  return {
    code: "bad-input",
    message: `"${plain(item)}" names nothing that was decided alone: it is called RUN.KEY.`,
    mend: "See: muster inbox list",
  };
}
