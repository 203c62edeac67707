import type { AgentDefinition, AgentNeed, KnownAgent } from "../../core/definition/index.ts";
import { type Answer, type Call, failure, type Ranked } from "../../core/machine/index.ts";
import type { Problem } from "../../core/problem.ts";
import type { Agent, AgentAnswer, AgentTask, Roster, Tools } from "../agents/index.ts";
import type { Performance, Performer, Terms } from "../runtime/index.ts";
import type { AgentFiles } from "./agent-files.ts";

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
  /** What a workflow is checked against. */
  readonly known: Readonly<Record<string, KnownAgent>>;
  /** A problem for each need that no healthy agent can do. */
  readonly health: (needs: readonly AgentNeed[]) => Promise<readonly Problem[]>;
  readonly close: () => Promise<void>;
};

/** Of an agent that is not there: it is refused at once. */
const NO_TERMS: Terms = { places: [], timeoutMs: 1_000 };
const LINE_CHARACTERS_MOST = 2_000;

type Given = {
  readonly roster: Roster;
  readonly files: AgentFiles;
  /** Agents of this process, by name; they go before those of the files. */
  readonly extra: ReadonlyMap<string, Agent>;
  readonly tell: (line: Line) => void;
};

export function openStaff({ roster, files, extra, tell }: Given): Staff {
  const terms = new Map<string, Terms>();
  const agent = (name: string): Agent | null => extra.get(name) ?? roster.agent(name);
  return {
    files,
    known: knownOf(files.definitions, [...extra.keys(), ...roster.names], agent),
    ranked: (need) =>
      extra.size === 0 ? roster.rank(need) : [...ranked(need, extra), ...roster.rank(need)],
    health: async (needs) => {
      const others = needs.filter((need) => ranked(need, extra).length === 0);
      const own = new Set(needs.flatMap((need) => ranked(need, extra).map((one) => one.agent)));
      const told = await Promise.all([...own].map((name) => faultOf(extra.get(name))));
      return [...told.filter((problem) => problem !== null), ...(await roster.health(others))];
    },
    terms: (name) => {
      const known = terms.get(name);
      if (known !== undefined) return known;
      const made = termsOf(agent(name));
      terms.set(name, made);
      return made;
    },
    perform: (call, task, abort) => {
      const found = agent(call.agent);
      if (found === null)
        return { kind: "refused", error: failure("agent_not_found", notThere(call)) };
      const given = found.attempt(taskOf(call, task), toolsOf(call, task, tell), abort);
      return given instanceof Promise ? given.then(answerOf) : answerOf(given);
    },
    close: async () => {
      await roster.close();
      await Promise.all([...extra.values()].map((one) => one.close()));
    },
  };
}

function knownOf(
  definitions: readonly AgentDefinition[],
  names: readonly string[],
  agent: (name: string) => Agent | null,
): Readonly<Record<string, KnownAgent>> {
  const known: Record<string, KnownAgent> = {};
  for (const name of names) {
    const { inputs = null, outputs = null } = definitions.find((one) => one.name === name) ?? {};
    known[name] = { capabilities: agent(name)?.capabilities ?? [], inputs, outputs };
  }
  return known;
}

async function faultOf(agent: Agent | undefined): Promise<Problem | null> {
  const fault = (await agent?.health()) ?? null;
  if (agent === undefined || fault === null) return null;
  return { code: "unhealthy-agent", message: `The agent "${agent.name}" is not ready: ${fault}` };
}

function ranked(need: AgentNeed, agents: ReadonlyMap<string, Agent>): readonly Ranked[] {
  const able = [...agents.values()].filter((agent) =>
    need.kind === "named"
      ? agent.name === need.agent
      : need.needs.every((one) => agent.capabilities.includes(one)),
  );
  return able.map(({ name, digest, effects, estimate }) => ({
    agent: name,
    digest,
    effects,
    healthy: true,
    why: need.kind === "named" ? "named by the step" : `can do ${need.needs.join(", ")}`,
    ...(estimate === undefined ? {} : { estimate }),
  }));
}

function termsOf(agent: Agent | null): Terms {
  if (agent === null) return NO_TERMS;
  const place = { place: `agent ${agent.name}`, capacity: agent.concurrency };
  return { places: [place], timeoutMs: agent.timeoutMs };
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
    context: {},
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
  return {
    log: (line) =>
      tell({
        run: task.run,
        step: call.path,
        agent: call.agent,
        text: String(line).slice(0, LINE_CHARACTERS_MOST),
      }),
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
