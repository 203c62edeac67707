import { type Steered, type Steering, steer } from "../../../core/company/index.ts";
import type { AgentDefinition } from "../../../core/definition/index.ts";
import { suggestion } from "../../../core/expression/index.ts";
import { ownOf } from "../../../core/own.ts";
import type { Problem } from "../../../core/problem.ts";
import type { InstanceView } from "../../agents/index.ts";
import { LOOKING, type Office, problemIn } from "../office.ts";
import { badInput, wrongNames } from "../runs/check-told.ts";
import { type AgentRecord, agentRecords } from "./agent-record.ts";
import type { Post } from "./posts.ts";
import type { Staff } from "./staff.ts";

/** An agent as people look at it: what it is, what it does now, and what the log says of it. */
export type AgentView = {
  readonly name: string;
  /** "here" was handed in by the process itself; "broken" has a file that is wrong. */
  readonly kind: AgentDefinition["kind"] | "here" | "broken";
  readonly description: string;
  readonly capabilities: readonly string[];
  readonly effects: "pure" | "idempotent" | "ask";
  /** Attempts it takes at once. */
  readonly concurrency: number;
  readonly instances: readonly InstanceView[];
  /** Attempts it has in hand: as the process at work knows, else as they stand open in the log. */
  readonly inFlight: number;
  /** Why it is not well; null: it is, as far as it says. */
  readonly unwell: string | null;
  /** "open": it failed again and again, and is left alone for a while. */
  readonly breaker: "closed" | "open" | "half-open";
  /** Who told it to take nothing new; null: it takes work. */
  readonly steered: Steered | null;
  readonly record: AgentRecord;
};

const NO_RECORD: AgentRecord = {
  attempts: 0,
  well: 0,
  medianMs: null,
  open: 0,
  lastError: null,
};

/** Every agent of the company, by name. */
export async function agentsOf(office: Office): Promise<readonly AgentView[]> {
  const staff = await office.staff();
  const records = agentRecords(office.log);
  const { steered } = office.register.state();
  const views = [...staff.posts.all()].map(async (post) => {
    const { name } = post.agent;
    const record = records.get(name) ?? NO_RECORD;
    return {
      ...aboutOf(staff, post),
      inFlight: office.isLooking ? record.open : post.busy,
      unwell: await staff.ask(name),
      breaker: post.breaker?.state() ?? "closed",
      steered: ownOf(steered, name) ?? null,
      record,
    };
  });
  const broken = Object.keys(staff.known).filter((name) => staff.known[name]?.isBroken === true);
  const all = [...(await Promise.all(views)), ...broken.map(brokenView)];
  return all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

type About = Omit<AgentView, "inFlight" | "unwell" | "breaker" | "steered" | "record">;

function aboutOf({ files }: Staff, { agent }: Post): About {
  const definition = files.definitions.find(({ name }) => name === agent.name);
  const { name, effects, capabilities, concurrency } = agent;
  return {
    name,
    kind: definition?.kind ?? "here",
    description: definition?.description ?? "",
    capabilities,
    effects,
    concurrency,
    instances: agent.instances?.() ?? [],
  };
}

function brokenView(name: string): AgentView {
  return {
    name,
    kind: "broken",
    description: "",
    capabilities: [],
    effects: "ask",
    concurrency: 0,
    instances: [],
    inFlight: 0,
    unwell: `Something is wrong in agents/${name}.yaml: muster check says what.`,
    breaker: "closed",
    steered: null,
    record: NO_RECORD,
  };
}

const HOW: ReadonlySet<string> = new Set(["drain", "stop", "start"]);
const WHY_CHARACTERS_MOST = 10_000;

/** Tells an agent to take nothing new, to stop, or to go on: written down first, then done. */
export async function steerAgent(
  office: Office,
  told: Steering & { readonly by?: string },
): Promise<readonly Problem[]> {
  if (office.isLooking) return [LOOKING];
  const { agent, how, why, by = "library" } = told;
  const wrong = wrongNames({ agent: agent ?? "", by });
  if (wrong !== null) return [wrong];
  if (!HOW.has(how)) return [badInput('An agent is told to "drain", to "stop" or to "start".')];
  if (typeof why !== "string" || why.trim() === "" || why.length > WHY_CHARACTERS_MOST)
    return [badInput(`"why" is to be a text of 1 to ${WHY_CHARACTERS_MOST} characters.`)];
  const staff = await office.staff();
  const post = staff.posts.post(agent);
  if (post === null) return [noSuchAgent(agent, staff)];
  if (post.agent.person !== undefined && how === "stop") return [NOBODY_TO_STOP];
  try {
    await office.register.tell(by, (state) => steer(state, { agent, how, why }));
  } catch (error) {
    return [problemIn(error)];
  }
  staff.posts.steer(agent, steeredWords(ownOf(office.register.state().steered, agent)));
  if (how === "stop") office.runtime.stopAgent(agent, why);
  return [];
}

/** As the end of a sentence; null: it takes work. */
export function steeredWords(steered: Steered | undefined): string | null {
  return steered === undefined ? null : `${steered.by} ${steered.how} it: ${steered.why}`;
}

const NOBODY_TO_STOP: Problem = {
  code: "bad-input",
  message: "Nothing of a person's task is in anybody's hands that could be stopped.",
  mend: "Drain it, so that no new tasks come; open ones stay in the inbox.",
};

function noSuchAgent(name: string, { posts }: Staff): Problem {
  const names = [...posts.all()].map(({ agent }) => agent.name);
  return {
    code: "not-found",
    message: `There is no agent "${name}" in this company.`,
    mend: names.length === 0 ? "It has no agents." : suggestion(name, names, "Agents"),
  };
}
