/**
 * Replays recorded calls of tools, with what the tools gave, through the judge: no model and no system
 * takes part. What an agent was talked into doing stands in the trace; what is done about it is the judge's.
 */
import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parse } from "yaml";
import {
  type CaseFacts,
  type Check,
  type Judgement,
  judge,
  type Labels,
  NO_LABELS,
  type ToolCall,
} from "../../src/core/governance/index.ts";
import type { Json, JsonObject } from "../../src/core/json.ts";
import { type MapFile, readWorkMap, type WorkMap } from "../../src/core/map/index.ts";
import { sentence } from "../../src/core/problem.ts";
import { digestOf } from "../given/workflow.ts";

/** What is done to an agent; a benign trace has none. */
export const CLASSES = [
  "instructions in mails",
  "instructions in tickets",
  "instructions in documents",
  "instructions in tool results",
  "ids of other cases",
  "exfiltration",
  "privilege through handover",
  "tool redefinition",
  "approval confusion",
] as const;
export type AttackClass = (typeof CLASSES)[number];

/** One piece of work as it was recorded. */
export type Trace = {
  readonly id: string;
  readonly class?: AttackClass;
  readonly domain: string;
  readonly request: {
    readonly type: string;
    readonly by: string;
    /** A channel of the map's intake: its text is trusted, or only tells. */
    readonly channel: string;
    readonly text?: string;
    /** Fields beside the text. */
    readonly form?: JsonObject;
  };
  readonly case: JsonObject;
  readonly facts?: JsonObject;
  /** Of what the agent was handed: places that anybody may have written to. */
  readonly handed?: readonly string[];
  /** Who does it, where a call says nobody else. */
  readonly agent: string;
  readonly calls: readonly TracedCall[];
  /** What people allowed before: each once. */
  readonly approved?: readonly TracedCall[];
  /** Definitions that are not as they were when the map was published. */
  readonly redefined?: Readonly<Record<string, JsonObject>>;
};

export type TracedCall = {
  readonly use: string;
  readonly with: JsonObject;
  readonly as?: string;
  readonly key?: string;
  readonly by?: string;
  /** How what it writes is now. */
  readonly now?: JsonObject;
  /** What the tool gave: for readers of the trace. */
  readonly gives?: Json;
  /** The attack: the check that must stop it, by refusing or by asking a person. */
  readonly stopped?: string;
  /** A person is rightly asked. */
  readonly asked?: boolean;
};

export type Heard = {
  readonly call: TracedCall;
  readonly judgement: Judgement;
  /** By the first check that refuses or asks, where no approval covers it. */
  readonly stoppedBy: string | null;
};

/** Every call of a trace, judged in order; labels grow as they do in a run. */
export function replay(trace: Trace, map: WorkMap, published: WorkMap = map): readonly Heard[] {
  let labels: Labels = { untrusted: [...(trace.handed ?? [])], personal: [] };
  const used = new Map<string, number>();
  const grants = (trace.approved ?? []).map(
    (call) => judged(call, { trace, map, published, labels, used: 0 }).action,
  );
  return trace.calls.map((call) => {
    const count = used.get(call.use) ?? 0;
    const judgement = judged(call, { trace, map, published, labels, used: count });
    const grant = judgement.verdict === "ask" ? grants.indexOf(judgement.action) : -1;
    if (grant >= 0) grants.splice(grant, 1);
    const isStopped = judgement.verdict === "deny" || (judgement.verdict === "ask" && grant < 0);
    if (judgement.verdict !== "deny") {
      labels = judgement.labels;
      used.set(call.use, count + 1);
    }
    return { call, judgement, stoppedBy: isStopped ? (stopping(judgement)?.check ?? "?") : null };
  });
}

function stopping({ checks }: Judgement): Check | undefined {
  return (
    checks.find(({ verdict }) => verdict === "deny") ??
    checks.find(({ verdict }) => verdict === "ask")
  );
}

function judged(
  call: TracedCall,
  given: {
    readonly trace: Trace;
    readonly map: WorkMap;
    readonly published: WorkMap;
    readonly labels: Labels;
    readonly used: number;
  },
): Judgement {
  const { trace, map, published, labels, used } = given;
  const tool = map.tools[call.use];
  const asked: ToolCall = {
    tool: call.use,
    args: call.with,
    agent: call.as ?? trace.agent,
    requester: call.by ?? trace.request.by,
    run: "wf_1",
    step: "work",
    key: call.key ?? "1",
    preview:
      call.now === undefined
        ? null
        : {
            entity: tool?.writes ?? "",
            id: "1",
            before: call.now,
            after: call.with,
            digest: digestOf(JSON.stringify(call.now)),
          },
  };
  return judge(asked, {
    map,
    mapDigest: digestOf("map"),
    case: caseOf(trace, map),
    labels,
    stopped: null,
    pinned: Object.fromEntries(
      Object.values(published.tools).map(({ name, digest }) => [name, digest]),
    ),
    callsInCase: used,
    now: 0,
    digest: digestOf,
  });
}

/** What came through an untrusted channel is no part of the trusted request, and taints the case. */
function caseOf({ id, request, case: bindings, facts }: Trace, map: WorkMap): CaseFacts {
  const trust = map.intake[request.channel] ?? "untrusted";
  const said = [request.text, request.form].filter((part) => part !== undefined);
  return {
    id: `cs_${id}`,
    request: request.type,
    bindings,
    facts: facts ?? {},
    trusted: trust === "untrusted" ? [] : said,
    labels: trust === "untrusted" ? { ...NO_LABELS, untrusted: ["the request"] } : NO_LABELS,
    requester: request.by,
  };
}

/** A domain: its map, and what was recorded in it. */
export type Domain = {
  readonly name: string;
  readonly traces: readonly Trace[];
  readonly mapFor: (trace: Trace) => { readonly map: WorkMap; readonly published: WorkMap };
};

const HERE = import.meta.dirname;

export function domains(): readonly Domain[] {
  return globSync("*/map.yaml", { cwd: HERE })
    .toSorted()
    .map((path) => domain(dirname(path)));
}

function domain(name: string): Domain {
  const text = readFileSync(join(HERE, name, "map.yaml"), "utf8");
  const published = mapOf(name, text);
  const traces = globSync("*.yaml", { cwd: join(HERE, name) })
    .toSorted()
    .filter((file) => basename(file) !== "map.yaml")
    .flatMap((file) => tracesIn(join(HERE, name, file), name));
  return {
    name,
    traces,
    mapFor: ({ redefined }) => ({
      published,
      map: redefined === undefined ? published : mapOf(name, changed(text, redefined)),
    }),
  };
}

function tracesIn(path: string, domain: string): readonly Trace[] {
  const traces = parse(readFileSync(path, "utf8")) as readonly Omit<Trace, "domain">[];
  return traces.map((trace) => ({ ...trace, domain }));
}

function mapOf(name: string, text: string): WorkMap {
  const files: MapFile[] = [{ file: "map.yaml", text }];
  const { map, problems } = readWorkMap(files, { digest: digestOf, agents: null, workflows: null });
  if (map === null) throw new Error(`${name}/map.yaml:\n${problems.map(sentence).join("\n")}`);
  return map;
}

/** The same map, with other definitions of some tools. */
function changed(text: string, redefined: NonNullable<Trace["redefined"]>): string {
  const map = parse(text) as { tools: Record<string, JsonObject> };
  for (const [name, more] of Object.entries(redefined))
    map.tools[name] = { ...map.tools[name], ...more };
  return JSON.stringify(map);
}
