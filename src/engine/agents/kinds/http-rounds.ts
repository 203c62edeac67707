import type { Usage } from "../../../core/machine/index.ts";
import type { ToolOffered, UseReply } from "../../tools/index.ts";
import type { AgentAnswer, Tools } from "../agent.ts";
import { failed, stopped } from "../failed.ts";
import type { Said, Wanted, Wants } from "./http-uses.ts";

/** Times that an agent is asked in one attempt: once, and again after each time that it used tools. */
export const ROUNDS_MOST = 50;
/** Of all that tools gave in one attempt, as JSON: each round is told all of it. */
export const USED_BYTES_MOST: number = 8 * 1024 * 1024;
const WARNINGS_MOST = 100;

/** What an agent is told beside its task. */
export type Round = {
  /** 1 for the first. */
  readonly round: number;
  /** What it may use; null: its run has no map, and it is told of no tools at all. */
  readonly tools: readonly ToolOffered[] | null;
  readonly used: readonly Used[];
};

/** What an agent asked for, and what became of it. */
export type Used = Wanted & UseReply;

type Asking = {
  readonly agent: string;
  readonly tools: Tools;
  readonly abort: AbortSignal;
  readonly ask: (round: Round) => Promise<Said>;
};

/**
 * One attempt of an agent that cannot call us: it says what it wants to use, that is used in its name as
 * for any agent, and it is asked again with the same task and what came of it, until it answers.
 * Between two rounds nothing of it is held but what is here: where people are asked, the attempt ends and
 * another begins when they have decided; its first round is asked anew, and what it asks for once more is
 * answered from the log. Never throws.
 */
export async function inRounds(asking: Asking): Promise<AgentAnswer> {
  const { agent, tools } = asking;
  const offered = tools.offered?.() ?? null;
  const used: Used[] = [];
  const spent: Wants[] = [];
  let bytes = 0;
  for (let round = 1; ; round += 1) {
    const said = await asking.ask({ round, tools: offered, used });
    if (!("use" in said)) return withSpent(round === 1 ? said : inDoubt(said), spent);
    spent.push(said);
    if (offered === null) return withSpent(noTools(agent), spent);
    if (round === ROUNDS_MOST) return withSpent(tooManyRounds(agent), spent);
    const more = await (said.together === true ? usedAtOnce : usedBy)(asking, said.use);
    if (!Array.isArray(more)) return withSpent(more, spent);
    used.push(...more);
    bytes += more.reduce((sum, one) => sum + JSON.stringify(one).length, 0);
    if (bytes > USED_BYTES_MOST) return withSpent(tooMuch(agent), spent);
  }
}

/** One after another, as they are written. */
async function usedBy(
  { agent, tools, abort }: Asking,
  wanted: readonly Wanted[],
): Promise<Used[] | AgentAnswer> {
  const used: Used[] = [];
  for (const one of wanted) {
    if (abort.aborted) return stopped(agent, abort);
    try {
      used.push({ ...one, ...(await tools.use(one.tool, one.args, one.as)) });
    } catch (thrown) {
      if (abort.aborted) return stopped(agent, abort);
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      return failed("agent_failed", `The agent "${agent}" could not use "${one.tool}": ${why}`);
    }
  }
  return used;
}

async function usedAtOnce(
  { agent, tools, abort }: Asking,
  wanted: readonly Wanted[],
): Promise<Used[] | AgentAnswer> {
  try {
    const replies = await tools.useAll(wanted);
    return wanted.flatMap((one, at) => {
      const reply = replies[at];
      return reply === undefined ? [] : [{ ...one, ...reply }];
    });
  } catch (thrown) {
    if (abort.aborted) return stopped(agent, abort);
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return failed("agent_failed", `The agent "${agent}" could not use its tools: ${why}`);
  }
}

/** After its first round an agent may have done something: only its own word says that it has not. */
function inDoubt(answer: AgentAnswer): AgentAnswer {
  if (!("error" in answer) || answer.error.certain !== undefined) return answer;
  return { ...answer, error: { ...answer.error, certain: false } };
}

/** What all rounds used, together. */
function withSpent(answer: AgentAnswer, spent: readonly Wants[]): AgentAnswer {
  if (spent.length === 0) return answer;
  const usages = [...spent, answer].flatMap(({ usage }) => usage ?? []);
  const currencies = new Set(usages.flatMap(({ currency }) => currency ?? []));
  const usage = usages.length === 0 ? {} : { usage: sumOf(usages, currencies.size < 2) };
  if ("error" in answer) return { ...answer, ...usage };
  const told = [...spent, answer].flatMap(({ warnings = [] }) => warnings);
  const warnings = [...told, ...(currencies.size < 2 ? [] : [MIXED])].slice(0, WARNINGS_MOST);
  return { ...answer, ...usage, ...(warnings.length === 0 ? {} : { warnings }) };
}

const MIXED = "Its rounds name several currencies: what they cost together was left out.";

function sumOf(usages: readonly Usage[], isOneCurrency: boolean): Usage {
  const sum: { -readonly [Key in keyof Usage]: Usage[Key] } = {};
  for (const { tokens, calls, costMicros, currency } of usages) {
    if (tokens !== undefined) sum.tokens = (sum.tokens ?? 0) + tokens;
    if (calls !== undefined) sum.calls = (sum.calls ?? 0) + calls;
    if (!isOneCurrency) continue;
    if (costMicros !== undefined) sum.costMicros = (sum.costMicros ?? 0) + costMicros;
    if (currency !== undefined) sum.currency = currency;
  }
  return sum;
}

function noTools(agent: string): AgentAnswer {
  return failed(
    "invalid_answer",
    `The agent "${agent}" asks for tools, and its run has no map. Write map.yaml, and grant it the tools there.`,
  );
}

function tooManyRounds(agent: string): AgentAnswer {
  return failed(
    "output_limit",
    `The agent "${agent}" was asked ${ROUNDS_MOST} times in one attempt and still asks for tools. Let it ask for several at once, or make two steps of this one.`,
  );
}

function tooMuch(agent: string): AgentAnswer {
  return failed(
    "output_limit",
    `What the agent "${agent}" was given by tools in one attempt is more than ${USED_BYTES_MOST} bytes. Let it ask for less, or make two steps of this one.`,
  );
}
