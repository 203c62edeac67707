import { millisecondsOf } from "../../core/instant.ts";
import type { Problem } from "../../core/problem.ts";
import { zoneIn } from "../../engine/company/index.ts";
import { EXIT } from "../exit.ts";
import { dayAndTime, plain } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

export type Delegating = {
  readonly to: string;
  /** "2d", or a date or an instant: 2026-11-30, 2026-11-30T18:00:00Z. */
  readonly until: string;
  readonly since?: string;
  readonly chains?: readonly string[];
  readonly reason: string;
};

const UNITS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** `muster inbox delegate to PERSON --until 2w`: lets another decide in one's place, for a time. */
export async function inboxDelegate(context: Context, told: Delegating): Promise<number> {
  const { person: from, now } = context.surroundings;
  const at = now();
  const until = momentOf(told.until, at);
  const since = told.since === undefined ? at : momentOf(told.since, at);
  if (typeof until !== "number") return refuse(context, [until]);
  if (typeof since !== "number") return refuse(context, [since]);
  return await withCompany(context, { perform: true, begin: false }, async (company) => {
    const { to, reason: why } = told;
    const chains = told.chains === undefined || told.chains.length === 0 ? null : told.chains;
    const given = { type: "delegate", from, to, since, until, chains, why } as const;
    const problems = await company.govern({ ...given, by: from });
    if (problems.length > 0) return refuse(context, problems);
    const { side, json } = context.terminal;
    const what = chains === null ? "" : ` at ${chains.map(plain).join(", ")}`;
    if (!json)
      side.line(
        `${plain(to)} decides in the place of ${plain(from)}${what} until ${dayAndTime(until, zoneIn(company.folder))}.`,
      );
    return EXIT.done;
  });
}

/** `muster inbox delegate list`: who decides in whose place. */
export async function inboxDelegations(context: Context): Promise<number> {
  return await withCompany(context, { perform: false }, async (company) => {
    const { delegations } = await company.governed();
    const { answer, side, json } = context.terminal;
    if (json) answer.line(JSON.stringify(delegations));
    else if (delegations.length === 0) side.line("Nobody decides in another's place.");
    else
      for (const { key, from, to, since, until, chains } of delegations) {
        const what = chains === null ? "" : ` at ${chains.map(plain).join(", ")}`;
        const zone = zoneIn(company.folder);
        const when = `from ${dayAndTime(since, zone)} until ${dayAndTime(until, zone)}`;
        answer.line(`${key}  ${plain(to)} for ${plain(from)}${what}, ${when}`);
      }
    return EXIT.done;
  });
}

/** `muster inbox delegate end KEY`. */
export async function inboxUndelegate(
  context: Context,
  key: number,
  reason: string,
): Promise<number> {
  return await withCompany(context, { perform: true, begin: false }, async (company) => {
    const by = context.surroundings.person;
    const problems = await company.govern({ type: "undelegate", key, why: reason, by });
    if (problems.length > 0) return refuse(context, problems);
    if (!context.terminal.json) context.terminal.side.line("It is ended.");
    return EXIT.done;
  });
}

function momentOf(text: string, now: number): number | Problem {
  const [, count, unit = ""] = /^(\d{1,6})\s*([mhdw])$/.exec(text) ?? [];
  if (count !== undefined) return now + Number(count) * (UNITS[unit] ?? 0);
  const whole = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00.000Z` : text;
  return (
    millisecondsOf(whole) ?? {
      code: "bad-input",
      message: `"${plain(text)}" is no time.`,
      mend: "Write how long (3d, 2w) or when: 2026-11-30, 2026-11-30T18:00:00.000Z.",
    }
  );
}
