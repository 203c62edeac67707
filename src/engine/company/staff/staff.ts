import type { AgentNeed, KnownAgent, ReadPeople } from "../../../core/definition/index.ts";
import {
  type Answer,
  type Call,
  type Failure,
  failure,
  type Ranked,
} from "../../../core/machine/index.ts";
import type { Problem } from "../../../core/problem.ts";
import {
  type Agent,
  type AgentAnswer,
  type AgentTask,
  balanced,
  type Roster,
  type Tools,
} from "../../agents/index.ts";
import type { Performance, Performer, Terms } from "../../runtime/index.ts";
import { type AgentFiles, nameOfFile } from "../files/agent-files.ts";
import type { Learned } from "./learned.ts";
import { type OwnAgents, openOwnAgents } from "./own-agents.ts";
import { fitted, left, openPosts, type Post, type Posts, refusalOf } from "./posts.ts";

/** A line that an agent wrote for people while it was at work. */
export type Line = {
  readonly run: string;
  readonly step: string;
  readonly agent: string;
  readonly text: string;
};

/** The agents of a company: those of its files and those that were handed in. */
export type Staff = Performer & {
  readonly files: AgentFiles;
  /** Who works here; null where there is no list of them. */
  readonly who: ReadPeople;
  /** What a workflow is checked against. */
  readonly known: Readonly<Record<string, KnownAgent>>;
  /** A problem for each need that no healthy agent can do. */
  readonly health: (needs: readonly AgentNeed[]) => Promise<readonly Problem[]>;
  /** Every agent, as it is now. */
  readonly posts: Posts;
  /** Why it was not healthy when it was last asked, and is not now; null: it is. */
  readonly ask: (agent: string) => Promise<string | null>;
  readonly close: () => Promise<void>;
};

/** Of an agent that is not there: it is refused at once. */
const NO_TERMS: Terms = { places: [], timeoutMs: 1_000 };
const LINE_CHARACTERS_MOST = 2_000;
/** One that is not well is not asked again before so long. */
const UNWELL_MS = 30_000;

type Given = {
  readonly roster: Roster;
  readonly files: AgentFiles;
  readonly who: ReadPeople;
  /** Agents of this process, by name; they go before those of the files. */
  readonly extra: ReadonlyMap<string, Agent>;
  readonly tell: (line: Line) => void;
  readonly learned: Learned;
  readonly now: () => number;
};

export function openStaff({ roster, files, who, extra, tell, learned, now }: Given): Staff {
  const terms = new Map<string, Terms>();
  const agent = (name: string): Agent | null => extra.get(name) ?? roster.agent(name);
  const names = [...extra.keys(), ...roster.names];
  const posts = openPosts(
    names.flatMap((name) => agent(name) ?? []),
    now,
  );
  const own = openOwnAgents(extra);
  const ask = async (name: string): Promise<string | null> =>
    await (extra.has(name) ? own.ask(name) : roster.ask(name));
  const rank = (need: AgentNeed): readonly Ranked[] => {
    const able = extra.size === 0 ? roster.rank(need) : [...own.rank(need), ...roster.rank(need)];
    return able.length === 0 ? able : weighed(able, need, posts);
  };
  const { people } = who;
  return {
    files,
    who,
    ...(people === null ? {} : { people: people.meant }),
    posts,
    ask,
    known: knownOf(files, names, agent),
    ranked: rank,
    learned: learned.of,
    health: (needs) => healthOf(needs, { roster, own, files }),
    terms: (name) => {
      const known = terms.get(name);
      if (known !== undefined) return known;
      const made = termsOf(agent(name));
      terms.set(name, made);
      return made;
    },
    perform: (call, task, abort) => {
      const post = posts.post(call.agent);
      if (post === null)
        return { kind: "refused", error: failure("agent_not_found", notThere(call)) };
      const tools = toolsOf(call, task, tell);
      roster.watch(call.agent);
      const attempting = { call, task, abort, tools, learned };
      if (roster.faultOf(call.agent) === null) return attempted(post, attempting);
      return ask(call.agent).then((fault) => ifWell(fault, post, attempting));
    },
    close: async () => {
      await roster.close();
      await Promise.all([...extra.values()].map((one) => one.close()));
    },
  };
}

/** Who takes nothing new now stands last; of several that can, whoever has the least to do comes first. */
function weighed(able: readonly Ranked[], need: AgentNeed, posts: Posts): readonly Ranked[] {
  const seen = able.some((one) => isAside(one, posts))
    ? able.map((one) => asSteered(one, posts))
    : able;
  if (need.kind === "named" || seen.length < 2) return seen;
  const besides = (name: string): number => posts.post(name)?.agent.capabilities.length ?? 0;
  const best = balanced(seen, posts.load, besides);
  if (best[0] !== undefined) posts.choose(best[0].agent);
  return best;
}

function isAside({ agent }: Ranked, posts: Posts): boolean {
  const post = posts.post(agent);
  return post !== null && (post.steered !== null || post.breaker?.state() === "open");
}

function asSteered(one: Ranked, posts: Posts): Ranked {
  const post = posts.post(one.agent);
  if (post === null) return one;
  if (post.steered !== null) return { ...one, healthy: false, why: `${one.why}; ${post.steered}` };
  if (post.breaker !== null && post.breaker.state() === "open")
    return { ...one, healthy: false, why: `${one.why}; left alone for a while, since it failed` };
  return one;
}

async function healthOf(
  needs: readonly AgentNeed[],
  { roster, own, files }: Pick<Given, "roster" | "files"> & { readonly own: OwnAgents },
): Promise<readonly Problem[]> {
  const distinct = [...new Map(needs.map((need) => [JSON.stringify(need), need])).values()];
  const others = distinct.filter((need) => own.rank(need).length === 0);
  const told = await Promise.all(
    distinct.filter((need) => !others.includes(need)).map((need) => notWell(need, own, roster)),
  );
  const broken = others.flatMap((need) => brokenIn(need, files, roster));
  const rest = others.filter((need) => brokenIn(need, files, roster).length === 0);
  return [...told.filter((problem) => problem !== null), ...broken, ...(await roster.health(rest))];
}

/** An agent whose own file is wrong is there, and cannot be used. */
function brokenIn(need: AgentNeed, files: AgentFiles, roster: Roster): readonly Problem[] {
  if (need.kind !== "named" || roster.agent(need.agent) !== null) return [];
  const file = [...files.problems.keys()].find((one) => nameOfFile(one) === need.agent);
  if (file === undefined) return [];
  return [
    {
      code: "unhealthy-agent",
      message: `The agent "${need.agent}" cannot be used: something is wrong in its file.`,
      mend: "See what: muster check.",
      where: { file, line: 1, column: 1 },
    },
  ];
}

type Attempting = {
  readonly call: Call;
  readonly task: Performance;
  readonly abort: AbortSignal;
  readonly tools: Tools;
  readonly learned: Learned;
};

/** What is refused is not even tried; what the agent answers says how it is. */
function attempted(
  post: Post,
  { call, task, abort, tools, learned }: Attempting,
): Promise<Answer> | Answer {
  const against = refusalOf(post);
  if (against !== null) return { kind: "refused", error: against };
  const given = fitted(post, task.inputs);
  if (!given.ok) {
    const why = `The agent "${call.agent}" does not take what "${task.name}" gives it: ${given.why}.`;
    return leaving(post, { kind: "refused", error: failure("invalid_input_data", why) });
  }
  const asked = given.inputs === task.inputs ? task : { ...task, inputs: given.inputs };
  const answer = post.agent.attempt(taskOf(call, asked), tools, abort);
  if (!(answer instanceof Promise)) return leaving(post, heard(answer, call.agent, learned));
  post.busy += 1;
  return answer.then(
    (said) => {
      post.busy -= 1;
      return leaving(post, heard(said, call.agent, learned));
    },
    (thrown: unknown) => {
      post.busy -= 1;
      throw thrown;
    },
  );
}

/** It was not well when it was last asked, and was asked again. */
function ifWell(
  fault: string | null,
  post: Post,
  attempting: Attempting,
): Promise<Answer> | Answer {
  if (fault === null) return attempted(post, attempting);
  return { kind: "refused", error: unwell(attempting.call.agent, fault) };
}

function heard(said: AgentAnswer, agent: string, learned: Learned): Answer {
  learned.heard(agent, said.usage);
  return answerOf(said);
}

function leaving(post: Post, answer: Answer): Answer {
  left(post, answer);
  return answer;
}

function unwell(agent: string, fault: string): Failure {
  const message = `The agent "${agent}" is not well: ${fault}`;
  return { ...failure("agent_unavailable", message), retryAfterMs: UNWELL_MS };
}

function knownOf(
  { definitions, problems }: AgentFiles,
  names: readonly string[],
  agent: (name: string) => Agent | null,
): Readonly<Record<string, KnownAgent>> {
  const known: Record<string, KnownAgent> = {};
  // One whose own file is wrong is told of there, and is not missing besides.
  for (const file of problems.keys())
    known[nameOfFile(file)] = { capabilities: [], isBroken: true };
  for (const name of names) {
    const { inputs = null, outputs = null } = definitions.find((one) => one.name === name) ?? {};
    const { capabilities = [], effects } = agent(name) ?? {};
    known[name] = { capabilities, inputs, outputs, ...(effects === undefined ? {} : { effects }) };
  }
  return known;
}

/** Where all that this process was handed are unwell, one of the folder's may do it. */
async function notWell(need: AgentNeed, own: OwnAgents, roster: Roster): Promise<Problem | null> {
  const problem = await own.problemWith(need);
  if (problem === null || need.kind === "named") return problem;
  return (await roster.health([need])).length === 0 ? null : problem;
}

function termsOf(agent: Agent | null): Terms {
  if (agent === null) return NO_TERMS;
  const place = { place: `agent ${agent.name}`, capacity: agent.concurrency };
  const { timeoutMs, rate } = agent;
  return { places: [place], timeoutMs, ...(rate === undefined ? {} : { rate }) };
}

function notThere(call: Call): string {
  return `There is no agent "${call.agent}" any more. Write agents/${call.agent}.yaml, or choose another.`;
}

function taskOf(call: Call, task: Performance): AgentTask {
  return {
    run: task.run,
    step: call.path,
    attempt: call.attempt,
    key: `${task.run}.${call.call}`,
    name: task.name,
    instructions: task.instructions,
    inputs: task.inputs,
    outputs: task.outputs,
    context: task.context,
    deadline: instantOf(task.deadline),
  };
}

/** Of the last one asked for: what begins in one turn is mostly due in the same millisecond. */
let known = { at: Number.NaN, text: "" };

function instantOf(at: number): string {
  if (known.at !== at) known = { at, text: new Date(at).toISOString() };
  return known.text;
}

function toolsOf(call: Call, task: Performance, tell: (line: Line) => void): Tools {
  const { memoryBytesMost, coresMost, use, useAll, offered } = task;
  return {
    log: (line) =>
      tell({
        run: task.run,
        step: call.path,
        agent: call.agent,
        text: String(line).slice(0, LINE_CHARACTERS_MOST),
      }),
    use,
    useAll,
    ...(offered === undefined ? {} : { offered }),
    ...(memoryBytesMost === undefined ? {} : { memoryBytesMost }),
    ...(coresMost === undefined ? {} : { coresMost }),
  };
}

/** The protocol's answer as the machine hears it. Where the agent does not say whether something was done, the machine's table does. */
function answerOf(given: AgentAnswer): Answer {
  const usage = given.usage === undefined ? {} : { usage: given.usage };
  if ("outputs" in given) {
    const warnings = given.warnings === undefined ? {} : { warnings: given.warnings };
    return { kind: "ok", output: { value: given.outputs }, ...usage, ...warnings };
  }
  const { certain, ...error } = given.error;
  return { kind: "failed", error, ...(certain === undefined ? {} : { certain }), ...usage };
}
