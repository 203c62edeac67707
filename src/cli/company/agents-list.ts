import { suggestion } from "../../core/expression/index.ts";
import { type AgentView, zoneIn } from "../../engine/company/index.ts";
import { EXIT } from "../exit.ts";
import { type Column, dayAndTime, duration, plain, tableLines } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { refuse, withCompany } from "../with-company.ts";

const COLUMNS: readonly Column[] = [
  { title: "AGENT", least: 12 },
  { title: "KIND", goes: 1 },
  { title: "STATE" },
  { title: "IN FLIGHT" },
  { title: "CALLS", goes: 3 },
  { title: "WELL", goes: 2 },
  { title: "MEDIAN", goes: 4 },
  { title: "WHAT" },
];

/** `muster agents list`. */
export async function agentsList(context: Context): Promise<number> {
  return await withCompany(context, { perform: false }, async (company) => {
    const agents = await company.agents();
    const { answer, side, json } = context.terminal;
    if (json) answer.line(JSON.stringify(agents));
    else if (agents.length === 0)
      side.line(`There is no agent in ${company.folder}. Write one: agents/NAME.yaml`);
    else {
      const rows = agents.map((agent) => cellsOf(agent).map((text) => ({ text: plain(text) })));
      for (const line of tableLines(COLUMNS, rows, answer.columns)) answer.line(line);
    }
    return EXIT.done;
  });
}

/** `muster agents show AGENT`. */
export async function agentsShow(context: Context, name: string): Promise<number> {
  return await withCompany(context, { perform: false }, async (company) => {
    const agents = await company.agents();
    const agent = agents.find((one) => one.name === name);
    if (agent === undefined) {
      const names = agents.map((one) => one.name);
      const message = `There is no agent "${name}" in ${company.folder}.`;
      return refuse(context, [
        { code: "not-found", message, mend: suggestion(name, names, "Agents") },
      ]);
    }
    const { answer, json } = context.terminal;
    if (json) answer.line(JSON.stringify(agent));
    else for (const line of linesOf(agent, zoneIn(company.folder))) answer.line(plain(line));
    return EXIT.done;
  });
}

function cellsOf(agent: AgentView): readonly string[] {
  const { record } = agent;
  return [
    agent.name,
    agent.kind,
    stateOf(agent),
    agent.kind === "person"
      ? `${record.open}`
      : `${agent.inFlight}${agent.concurrency > 0 ? `/${agent.concurrency}` : ""}`,
    record.attempts === 0 ? "" : `${record.attempts}`,
    shareOf(agent),
    record.medianMs === null ? "" : duration(record.medianMs),
    whatOf(agent),
  ];
}

/** In one word, the most telling. */
function stateOf({ kind, steered, unwell, breaker }: AgentView): string {
  if (kind === "broken") return "broken";
  if (steered !== null) return steered.how;
  if (unwell !== null) return "unwell";
  return breaker === "closed" ? "ready" : "left alone";
}

function whatOf({ steered, unwell, record }: AgentView): string {
  if (steered !== null) return `${steered.by}: ${steered.why}`;
  return unwell ?? record.lastError?.error.message ?? "";
}

function shareOf({ record }: AgentView): string {
  if (record.attempts === 0) return "";
  return `${Math.floor((100 * record.well) / record.attempts)} %`;
}

function linesOf(agent: AgentView, zone: string): readonly string[] {
  const { name, kind, description, capabilities, effects, instances, record, steered } = agent;
  const share = shareOf(agent);
  const error = record.lastError;
  return [
    `${name}  ${kind}, ${stateOf(agent)}`,
    ...(description === "" ? [] : [`  ${description}`]),
    ...(capabilities.length === 0 ? [] : [`  can do: ${capabilities.join(", ")}`]),
    `  effects: ${effects}`,
    kind === "person"
      ? `  open tasks: ${record.open}`
      : `  in flight: ${agent.inFlight} of ${agent.concurrency} at once`,
    ...instances.map(
      (one) => `  - ${one.name}: ${one.busy}${one.fault === null ? "" : `, ${one.fault}`}`,
    ),
    `  health: ${agent.unwell ?? "well"}${agent.breaker === "closed" ? "" : `; left alone for a while, since it failed (${agent.breaker})`}`,
    ...(steered === null
      ? []
      : [`  ${steered.how} by ${steered.by}, ${dayAndTime(steered.at, zone)}: ${steered.why}`]),
    `  calls: ${record.attempts}${share === "" ? "" : `, ${share} ended well`}${record.medianMs === null ? "" : `, median ${duration(record.medianMs)}`}`,
    ...(error === null
      ? []
      : [`  last error: ${error.error.message} (${error.run}, ${dayAndTime(error.at, zone)})`]),
  ];
}
