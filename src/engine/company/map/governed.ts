import { ALWAYS, addSpan } from "../../../core/calendar/index.ts";
import {
  type Given,
  type Governed,
  type Governing,
  govern,
  type Kill,
  type Review,
  stoppedBy,
} from "../../../core/company/index.ts";
import type { People } from "../../../core/definition/index.ts";
import { suggestion } from "../../../core/expression/index.ts";
import { conditionOf } from "../../../core/governance/index.ts";
import type { RunId } from "../../../core/id.ts";
import { type Facts, get, type Told } from "../../../core/machine/index.ts";
import type { WorkMap } from "../../../core/map/index.ts";
import { ownOf } from "../../../core/own.ts";
import type { Problem } from "../../../core/problem.ts";
import type { CaseLog } from "../../cases/index.ts";
import { caseEvidence } from "../cases/case-evidence.ts";
import type { Company } from "../company.ts";
import { LOOKING, type Office, problemIn } from "../office.ts";
import { badInput, shown, wrongNames, wrongSpeaker } from "../runs/check-told.ts";

/** What is stopped, who decides in whose place, and what is to be looked at after a glass was broken. */
export type GovernedNow = {
  readonly kills: readonly Kill[];
  /** In force now or later. */
  readonly delegations: readonly Given[];
  readonly reviews: readonly Review[];
};

export function governingOf(office: Office): Pick<Company, "govern" | "governed"> {
  return {
    govern: (told) => governCompany(office, told),
    governed: async () => governedNow(office),
  };
}

function governedNow({ register, clock }: Pick<Office, "register" | "clock">): GovernedNow {
  const { kills, delegations, reviews } = register.state();
  const now = clock.now();
  return { kills, delegations: delegations.filter(({ until }) => until > now), reviews };
}

const WHY_CHARACTERS_MOST = 10_000;
const CHAINS_MOST = 100;

/** Somebody stops or starts what was allowed, lets another decide in their place, or has looked at what was. */
async function governCompany(
  office: Office,
  given: Governing & { readonly by?: string },
): Promise<readonly Problem[]> {
  if (office.isLooking) return [LOOKING];
  const { by = "library", ...told } = given;
  const wrong = wrongNames({ by }) ?? wrongSpeaker(by) ?? wrongTold(told);
  if (wrong !== null) return [wrong];
  const stranger =
    told.type === "delegate"
      ? ((await strangerIn(office, told.to)) ?? strangeChain(office, told.chains ?? []))
      : told.type === "stop"
        ? await strangeStop(office, told)
        : null;
  if (stranger !== null) return [stranger];
  return await written(office, told, by);
}

async function written(office: Office, told: Governing, by: string): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  try {
    await office.register.tell(by, (state) => {
      const body = govern(state, told, { at: office.clock.now(), by });
      if (body === null || !("code" in body)) return body;
      problems.push(body);
      return null;
    });
    return problems;
  } catch (error) {
    return [problemIn(error)];
  }
}

const NAMED: Readonly<Record<Governing["type"], (told: never) => Problem | null>> = {
  stop: wrongStop,
  unstop: wrongStop,
  delegate: ({ from, to, since, until, chains }: Extract<Governing, { type: "delegate" }>) => {
    if (!Number.isSafeInteger(since) || !Number.isSafeInteger(until))
      return badInput("From when and until when are to be moments, in milliseconds since 1970.");
    if (chains !== null && (!Array.isArray(chains) || chains.length > CHAINS_MOST))
      return badInput(`Chains are a list of at most ${CHAINS_MOST} names; null is all.`);
    const names = Object.fromEntries((chains ?? []).map((name, at) => [`chain ${at + 1}`, name]));
    return wrongNames({ from, to, ...names });
  },
  undelegate: ({ key }: Extract<Governing, { type: "undelegate" }>) =>
    Number.isSafeInteger(key) ? null : badInput("A delegation is named by its number."),
  reviewed: ({ run, key }: Extract<Governing, { type: "reviewed" }>) =>
    wrongNames({ run }) ??
    (Number.isSafeInteger(key) ? null : badInput("A gate is named by its number.")),
};

function wrongStop({ of, name }: Extract<Governing, { type: "stop" | "unstop" }>): Problem | null {
  if (!["all", "agent", "tool"].includes(of))
    return badInput(`What is stopped is "all", an "agent" or a "tool", and not ${shown(of)}.`);
  return of === "all" && name === "" ? null : wrongNames({ name });
}

function wrongTold(told: Governing): Problem | null {
  if (!Object.hasOwn(NAMED, told.type))
    return badInput(`The company is told no "${String(told.type)}".`);
  const { why } = told;
  if (typeof why !== "string" || why.length > WHY_CHARACTERS_MOST)
    return badInput(`"why" is to be a text of at most ${WHY_CHARACTERS_MOST} characters.`);
  if (why.trim() === "" && told.type !== "undelegate" && told.type !== "delegate")
    return badInput("A reason is needed; it stands in the log.");
  return NAMED[told.type](told as never);
}

/** Where there is a list of people, nobody outside of it decides. */
async function strangerIn(office: Office, to: string): Promise<Problem | null> {
  const { people } = (await office.staff()).who;
  if (people === null || Object.hasOwn(people.people, to)) return null;
  return {
    code: "unknown-person",
    message: `Nobody is called "${to}" in people.yaml.`,
    mend: "Name a person, not a team or a role.",
  };
}

/** Who stops something in an emergency must not believe that it is stopped when its name was mistyped. */
async function strangeStop(
  office: Office,
  { of, name }: Extract<Governing, { type: "stop" }>,
): Promise<Problem | null> {
  if (of === "all") return null;
  const { maps } = office;
  const published = maps.versions().flatMap(({ digest }) => maps.byDigest(digest) ?? []);
  const tools = published.flatMap((map) => Object.keys(map.tools));
  const granted = published.flatMap((map) => Object.keys(map.agents));
  // Runs that go on may go by any version that was ever in force.
  const known = of === "tool" ? tools : [...granted, ...Object.keys((await office.staff()).known)];
  if (known.length === 0 || known.includes(name)) return null;
  return {
    code: "not-found",
    message: `There is no ${of} "${name}" here, so that nothing was halted.`,
    mend: suggestion(name, [...new Set(known)], of === "tool" ? "Tools" : "Agents"),
  };
}

/** A chain that nobody has would let nobody decide anything; where no map was published, any name may come. */
function strangeChain({ maps }: Office, named: readonly string[]): Problem | null {
  const last = maps.versions().at(-1);
  const map = last === undefined ? null : maps.byDigest(last.digest);
  const chains = Object.keys(map?.approvals ?? {});
  const strange = named.find((name) => !chains.includes(name));
  if (map === null || strange === undefined) return null;
  return {
    code: "not-found",
    message: `There is no chain "${strange}" in the map in force.`,
    mend: chains.length === 0 ? "It has none: leave --chain out." : `Chains: ${chains.join(", ")}.`,
  };
}

/** What approvals ask of the company: its map in force, its people, and its own stream. */
export function approvalsOf({
  register,
  maps,
  people,
  ...known
}: Pick<Office, "register" | "maps" | "log"> & {
  readonly people: People | null;
  readonly cases: () => Pick<CaseLog, "get">;
}): NonNullable<Facts["approvals"]> {
  const map = (): WorkMap | null => {
    const last = maps.versions().at(-1);
    return last === undefined ? null : maps.byDigest(last.digest);
  };
  return {
    chain: (name) => {
      const chains = map()?.approvals ?? {};
      return (Object.hasOwn(chains, name) ? chains[name] : undefined) ?? null;
    },
    manager: (person) => ownOf(people?.people, person)?.manager ?? null,
    delegations: () => register.state().delegations,
    after: (at, span) => addSpan(map()?.calendar ?? ALWAYS, at, span),
    evidence: (of) => caseEvidence(known, of),
    condition: (text) => {
      const today = map();
      const made = today === null ? null : conditionOf(text, today);
      if (made === null) return badInput("There is no map whose words a condition could have.");
      return "code" in made ? made : null;
    },
    stopped: (of) => stoppedBy(register.state(), of),
  };
}

/**
 * Before a glass is broken, what is to be looked at afterwards is written down: so no crash leaves a
 * decision that one person made alone without it. Where the run refuses it, the review is closed again.
 */
export async function breakGlass(
  office: Office,
  of: {
    readonly run: RunId;
    readonly told: Extract<Told, { type: "override" }>;
    readonly by: string;
  },
  send: () => Promise<readonly Problem[]>,
): Promise<readonly Problem[]> {
  const { run, told, by } = of;
  const { key, reason: why } = told;
  const folded = office.runtime.run(run);
  const open = folded === null ? undefined : get(folded.open, key);
  const glass = open?.type === "gate" ? open.gate.terms?.chain.breakGlass : undefined;
  if (glass == null) return await send();
  const opened = { type: "review.opened", run, key, why, for: glass.review } as const;
  const isOpen = ({ reviews }: Governed): boolean =>
    reviews.some((one) => one.run === run && one.key === key && one.closed === null);
  const made = await office.register.tell(by, (state) => (isOpen(state) ? null : opened));
  const problems = await send();
  if (problems.length > 0 && made !== null) {
    const refused = problems[0]?.message ?? "";
    const closed = `It was not done: ${refused}`;
    await office.register.tell("muster", () => ({ type: "review.closed", run, key, why: closed }));
  }
  return problems;
}
