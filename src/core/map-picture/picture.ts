import { sayDeciders } from "../approval/index.ts";
import type { Span } from "../calendar/index.ts";
import { sayDuration, type Task, type Workflow } from "../definition/index.ts";
import { stepsOf } from "../machine/index.ts";
import {
  deciderOf,
  LEVELS,
  type Level,
  type RequestType,
  type Tool,
  type WorkMap,
} from "../map/index.ts";
import { ownOf } from "../own.ts";

/** The columns of the picture, from what comes in to who owns what goes wrong. */
export const COLUMNS = [
  "Requests",
  "Workflows",
  "Agents",
  "Tools",
  "Who decides",
  "Write-backs",
  "Exceptions",
] as const;

/** A map as a drawing: boxes in columns, and lines between them. */
export type Picture = {
  readonly company: string;
  readonly nodes: readonly PictureNode[];
  readonly edges: readonly PictureEdge[];
};

export type PictureNode = {
  readonly id: string;
  /** Of `COLUMNS`. */
  readonly column: number;
  readonly title: string;
  readonly lines: readonly string[];
  /** Of a tool, and of what an agent may go to. */
  readonly level: Level | null;
  /** Nothing here holds it, or nobody is named for it. */
  readonly warning: string | null;
};

export type PictureEdge = {
  readonly from: string;
  readonly to: string;
  /** `asked`: a person decides first; `free`: by a rule nobody is asked. */
  readonly kind: "plain" | "asked" | "free";
};

/** @param workflows those of the company by name; one that is not there is drawn all the same */
export function pictureOf(map: WorkMap, workflows: Readonly<Record<string, Workflow>>): Picture {
  const drawing: Drawing = { map, workflows, nodes: new Map(), edges: new Map() };
  for (const request of Object.values(map.requests)) drawRequest(request, drawing);
  for (const agent of Object.keys(map.agents)) drawAgent(agent, drawing);
  for (const level of LEVELS)
    for (const tool of Object.values(map.tools)) if (tool.level === level) drawTool(tool, drawing);
  return {
    company: map.company,
    nodes: [...drawing.nodes.values()],
    edges: [...drawing.edges.values()],
  };
}

type Drawing = {
  readonly map: WorkMap;
  readonly workflows: Readonly<Record<string, Workflow>>;
  readonly nodes: Map<string, PictureNode>;
  readonly edges: Map<string, PictureEdge>;
};

type Bare = Pick<PictureNode, "id" | "column" | "title"> & Partial<PictureNode>;

function put({ nodes }: Drawing, node: Bare): string {
  if (!nodes.has(node.id)) nodes.set(node.id, { lines: [], level: null, warning: null, ...node });
  return node.id;
}

function join(
  { edges }: Drawing,
  [from, to]: readonly [string, string],
  kind: PictureEdge["kind"] = "plain",
): void {
  edges.set(`${from} ${to}`, { from, to, kind });
}

function drawRequest(request: RequestType, drawing: Drawing): void {
  const { name, owner, sla } = request;
  const from = put(drawing, {
    id: `request:${name}`,
    column: 0,
    title: name,
    lines: [
      ...(owner === "" ? [] : [`owner: ${owner}`]),
      ...(sla.respond === null ? [] : [`answer in ${saySpan(sla.respond)}`]),
      ...(sla.resolve === null ? [] : [`done in ${saySpan(sla.resolve)}`]),
    ],
  });
  const workflow = ownOf(drawing.workflows, request.workflow);
  const to = put(drawing, {
    id: `workflow:${request.workflow}`,
    column: 1,
    title: request.workflow || "nothing",
    lines: workflow === undefined ? [] : [stepsIn(workflow)],
    warning: workflow === undefined ? "is not there" : null,
  });
  join(drawing, [from, to]);
  for (const agent of agentsIn(workflow)) {
    put(drawing, agentNode(agent, drawing));
    join(drawing, [to, `agent:${agent}`]);
  }
}

function stepsIn({ root }: Workflow): string {
  const count = [...stepsOf(root)].filter(({ kind }) => kind !== "block").length;
  return count === 1 ? "1 step" : `${count} steps`;
}

/** Who acts in a workflow: agents that are asked, and grants that its own steps use. */
export function agentsIn(workflow: Workflow | undefined): readonly string[] {
  if (workflow === undefined) return [];
  const tasks = [...stepsOf(workflow.root)].filter((step): step is Task => step.kind === "task");
  return [...new Set(tasks.flatMap(({ agent }) => (agent.kind === "named" ? [agent.agent] : [])))];
}

function drawAgent(agent: string, drawing: Drawing): void {
  const from = put(drawing, agentNode(agent, drawing));
  for (const tool of ownOf(drawing.map.agents, agent)?.tools ?? [])
    if (Object.hasOwn(drawing.map.tools, tool)) join(drawing, [from, `tool:${tool}`]);
}

function agentNode(agent: string, { map }: Drawing): Bare {
  const grant = ownOf(map.agents, agent);
  const { ungoverned = [], requests = null } = grant ?? {};
  return {
    id: `agent:${agent}`,
    column: 2,
    title: agent,
    level: grant?.level ?? null,
    lines: [
      grant === undefined ? "uses no tools" : `up to ${grant.level}`,
      ...(requests === null ? [] : [`only for ${requests.join(", ")}`]),
    ],
    warning: ungoverned.length === 0 ? null : `ungoverned: ${ungoverned.join(", ")}`,
  };
}

function drawTool(tool: Tool, drawing: Drawing): void {
  const { map } = drawing;
  const { name, level, system, writes } = tool;
  const from = put(drawing, {
    id: `tool:${name}`,
    column: 3,
    title: name,
    level,
    lines: linesOf(tool, map),
  });
  const isGranted = Object.values(map.agents).some(({ tools }) => tools.includes(name));
  if (level === "reference" || level === "case" || !isGranted) return;
  const written = put(drawing, {
    id: `written:${system}.${writes ?? ""}`,
    column: 5,
    title: writes ?? "something",
    lines: [`in ${system}`],
  });
  for (const { id, kind } of gatesOf(tool, drawing)) {
    join(drawing, [from, id], kind);
    join(drawing, [id, written], kind);
  }
  const { owner } = map.exceptions;
  const owns = put(drawing, {
    id: `owner:${owner}`,
    column: 6,
    title: owner === "" ? "nobody" : owner,
    lines: ["owns what fails or is in doubt"],
    warning: owner === "" ? "nobody is named" : null,
  });
  join(drawing, [written, owns]);
}

function linesOf({ name, system, reads, writes, scope }: Tool, map: WorkMap): readonly string[] {
  const bound = [...new Set([...Object.values(scope.args), ...Object.values(scope.rows)])];
  const denying = rulesAbout(map, name).filter(({ follows }) => follows.kind === "deny").length;
  const undoing = Object.values(map.tools).flatMap((other) =>
    other.undo?.tool === name && other.name !== name ? [other.name] : [],
  );
  const what = writes === null ? `reads ${reads?.entity ?? system}` : `writes ${writes}`;
  return [
    bound.length === 0 ? what : `${what} of one ${bound.join(", ")}`,
    ...(undoing.length === 0 ? [] : [`undoes ${undoing.join(", ")}`]),
    ...(denying === 0
      ? []
      : [denying === 1 ? "a rule refuses some" : `${denying} rules refuse some`]),
  ];
}

/** Rules that can mean a tool, and that are in force. */
export function rulesAbout(map: WorkMap, tool: string): WorkMap["rules"] {
  return map.rules.filter(
    ({ tools, isShadow }) => !isShadow && (tools === null || tools.includes(tool)),
  );
}

type Gate = Pick<PictureEdge, "kind"> & { readonly id: string };

/** What a tool passes before it writes. */
function gatesOf({ name, level }: Tool, drawing: Drawing): readonly Gate[] {
  const rules = rulesAbout(drawing.map, name);
  const chains = rules.flatMap(({ follows }) =>
    follows.kind === "approve" ? [follows.chain] : [],
  );
  const gates: Gate[] = [...new Set(chains)].map((chain) => chainGate(chain, drawing));
  if (level !== "external") return [...gates, { kind: "plain", id: put(drawing, AT_ONCE) }];
  const permitting = rules.filter(({ follows }) => follows.kind === "permit");
  if (permitting.length > 0)
    gates.push({
      kind: "free",
      id: put(drawing, {
        id: "gate:permit",
        column: 4,
        title: "nobody, by a rule",
        lines: ["which permits it by name"],
      }),
    });
  if (gates.length > 0) return gates;
  const id = put(drawing, {
    id: "gate:owner",
    column: 4,
    title: "the request's owner",
    lines: [`else ${deciderOf(drawing.map, null) || "the run's"}`, "each time"],
    warning: "no rule says who",
  });
  return [{ kind: "asked", id }];
}

const AT_ONCE: Bare = {
  id: "gate:at-once",
  column: 4,
  title: "nobody, at once",
  lines: ["it stays inside the company"],
};

function chainGate(name: string, drawing: Drawing): Gate {
  const chain = ownOf(drawing.map.approvals, name);
  const stages = chain?.stages ?? [];
  const id = put(drawing, {
    id: `gate:chain ${name}`,
    column: 4,
    title: name,
    lines: stages.map(({ from, need, due }) =>
      [
        `${need > 1 ? `${need} of ` : ""}${sayDeciders(from)}`,
        ...(due === null ? [] : [saySpan(due)]),
      ].join(", "),
    ),
  });
  return { id, kind: "asked" };
}

export function saySpan({ ms, isWorking }: Span): string {
  return isWorking ? `${sayDuration(ms)} working time` : sayDuration(ms);
}
