import type { Check, Preview, RuleSaid, Verdict } from "../../../core/governance/index.ts";
import { NO_LABELS } from "../../../core/governance/index.ts";
import { type Digest, parseCaseId } from "../../../core/id.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { System, Tool, WorkMap } from "../../../core/map/index.ts";
import { ownOf } from "../../../core/own.ts";
import type { Problem } from "../../../core/problem.ts";
import { isToolFailed } from "../../tools/index.ts";
import type { Company } from "../company.ts";
import type { Office } from "../office.ts";

/** A tool of the map, and who may use it. */
export type ToolListed = {
  readonly name: string;
  readonly description: string;
  readonly system: string;
  readonly kind: System["kind"];
  readonly level: Tool["level"];
  readonly effects: Tool["effects"];
  readonly writes: string | null;
  readonly agents: readonly string[];
  /** Its definition is the one that is in force; where it is not, it is published first. */
  readonly isInForce: boolean;
  /** Why its system is asked nothing for a while, and until when; null: it is asked. */
  readonly leftAlone: string | null;
};

/** All of a tool, with what was found out there. */
export type ToolShown = ToolListed & {
  readonly tool: Tool;
  /** Why it cannot be used now; null: it can. */
  readonly fault: string | null;
  /** How many records it could reach, whoever asks; null: its system cannot say. */
  readonly reach: number | null;
};

export type ToolTrying = {
  readonly tool: string;
  readonly args: JsonObject;
  readonly agent: string;
  /** The case it would be used in. */
  readonly case?: string;
  /** On whose behalf; that of the case unless given. */
  readonly by?: string;
};

/** What would come of a call, and why. Nothing of it was done. */
export type ToolTried =
  | {
      readonly verdict: Verdict;
      readonly checks: readonly Check[];
      /** As they would be used. */
      readonly args: JsonObject;
      readonly rules: readonly RuleSaid[];
      readonly chains: readonly string[];
      readonly say: string;
      readonly why: string;
      readonly preview: Preview | null;
      /** Why there is no preview, where the tool should have one. */
      readonly unseen: string | null;
      /** What its database says of its statements, where it does not take them. */
      readonly unfit: readonly string[];
      readonly undo: Tool["undo"];
      readonly problems: readonly [];
    }
  | { readonly verdict: null; readonly problems: readonly Problem[] };

/** Between the beginning and the end of looking at what is out there. */
const LOOK_MS_MOST = 30_000;

export function toolsOf(office: Office): Pick<Company, "tools" | "tool" | "tryTool"> {
  return {
    tools: () => listed(office),
    tool: (name) => shown(office, name),
    tryTool: (trying) => tried(office, trying),
  };
}

async function listed(office: Office): ReturnType<Company["tools"]> {
  const { map, problems } = await office.maps.now();
  if (map === null) return { tools: [], problems };
  const tools = Object.values(map.tools).map((tool) => lineOf(tool, map, office));
  return { tools, problems };
}

function mapInForce({ maps }: Office): WorkMap | null {
  const last = maps.versions().at(-1);
  return last === undefined ? null : maps.byDigest(last.digest);
}

function toolboxInForce({ maps, desk }: Office): ReturnType<Office["desk"]["toolbox"]> {
  return desk.toolbox(maps.versions().at(-1)?.digest ?? null);
}

function lineOf(tool: Tool, map: WorkMap, office: Office): ToolListed {
  const { name, description, system, level, effects, writes, digest } = tool;
  const agents = Object.values(map.agents).filter(({ tools }) => tools.includes(name));
  return {
    name,
    description,
    system,
    kind: ownOf(map.systems, system)?.kind ?? "function",
    level,
    effects,
    writes,
    agents: agents.map(({ agent }) => agent),
    isInForce: ownOf(mapInForce(office)?.tools, name)?.digest === digest,
    leftAlone: toolboxInForce(office)?.leftAlone(system) ?? null,
  };
}

async function shown(office: Office, name: string): ReturnType<Company["tool"]> {
  const inForce = mapInForce(office);
  const now = (await office.maps.now()).map;
  const map = now !== null && Object.hasOwn(now.tools, name) ? now : inForce;
  if (map === null || !Object.hasOwn(map.tools, name)) return null;
  const tool = ownOf(map.tools, name) as Tool;
  return { ...lineOf(tool, map, office), tool, ...(await howIs(office, tool)) };
}

async function howIs(
  office: Office,
  { name, system }: Tool,
): Promise<Pick<ToolShown, "fault" | "reach">> {
  const toolbox = toolboxInForce(office);
  if (toolbox === null)
    return { fault: "Its map was never published, so nobody uses it yet.", reach: null };
  const health = await toolbox.health();
  const reach = await toolbox.count(name, AbortSignal.timeout(LOOK_MS_MOST));
  return { fault: health.find((one) => one.system === system)?.fault ?? null, reach };
}

const NEVER_PUBLISHED: Problem = {
  code: "not-found",
  message: "This company's map was never published, and nobody is judged by it.",
  mend: "muster map publish --why …",
};

async function tried(office: Office, trying: ToolTrying): Promise<ToolTried> {
  const { maps, desk, clock } = office;
  const digest = maps.versions().at(-1)?.digest;
  const map = digest === undefined ? null : maps.byDigest(digest);
  if (digest === undefined || map === null) return { verdict: null, problems: [NEVER_PUBLISHED] };
  const wrong = whatIsWrong(office, map, trying);
  if (wrong !== null) return { verdict: null, problems: [wrong] };
  const { tool, args, agent } = trying;
  const of = trying.case ?? null;
  const seen = await previewOf(office, digest, trying);
  const found = of === null ? null : caseOf(office, of);
  const judged = desk.judge(
    {
      tool,
      args,
      agent,
      requester: trying.by ?? found?.requests.at(-1)?.requester ?? "nobody",
      run: "",
      step: "",
      key: "tried",
      preview: seen.preview,
    },
    { map: digest, case: of, labels: NO_LABELS, at: clock.now(), calls: 0, isConsuming: false },
  );
  if (judged === null) return { verdict: null, problems: [NEVER_PUBLISHED] };
  const { verdict, checks, rules, chains, say, why } = judged;
  const { undo } = ownOf(map.tools, tool) as Tool;
  return {
    verdict,
    checks,
    rules,
    chains,
    say,
    why,
    args: judged.args,
    ...seen,
    unfit: await unfitIn(office, tool),
    undo,
    problems: [],
  };
}

async function unfitIn(office: Office, tool: string): Promise<readonly string[]> {
  const abort = AbortSignal.timeout(LOOK_MS_MOST);
  const found = await toolboxInForce(office)?.prepare({ tool, onlyHere: false }, abort);
  return (found ?? []).map(({ part, why }) => `${STATEMENTS[part]}: ${why}`);
}

const STATEMENTS = {
  operation: "The statement",
  preview: "The statement of its preview",
  verify: "The statement that looks afterwards",
} as const;

type Seen = { readonly preview: Preview | null; readonly unseen: string | null };

async function previewOf(
  { desk }: Office,
  digest: Digest,
  { tool, args, ...rest }: ToolTrying,
): Promise<Seen> {
  const bindings = desk.bindings(rest.case ?? null);
  const abort = AbortSignal.timeout(LOOK_MS_MOST);
  const looking = { tool, args, ...(bindings === null ? {} : { bindings }) };
  const found = (await desk.toolbox(digest)?.preview(looking, abort)) ?? null;
  return isToolFailed(found)
    ? { preview: null, unseen: found.error.message }
    : { preview: found, unseen: null };
}

function caseOf({ cases }: Office, id: string): ReturnType<Office["cases"]["log"]["get"]> {
  const parsed = parseCaseId(id);
  return parsed === null ? null : cases.log.get(parsed);
}

function whatIsWrong(office: Office, map: WorkMap, { tool, case: of }: ToolTrying): Problem | null {
  if (!Object.hasOwn(map.tools, tool))
    return {
      code: "not-found",
      message: `The map in force has no tool "${tool}".`,
      mend: "See its tools with: muster tools list. What was changed is in force once it is published.",
    };
  if (of === undefined || caseOf(office, of) !== null) return null;
  return {
    code: "not-found",
    message: `There is no case "${of}".`,
    mend: "See the cases with: muster cases list.",
  };
}
