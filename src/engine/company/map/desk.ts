import { caseFactsOf } from "../../../core/cases/index.ts";
import { stoppedBy } from "../../../core/company/index.ts";
import { type JudgeFacts, judge, type ToolCall, unmetOf } from "../../../core/governance/index.ts";
import { type Digest, parseCaseId, type RunId } from "../../../core/id.ts";
import type { Judged, Judging } from "../../../core/machine/index.ts";
import {
  deciderOf,
  type Grant,
  mayBeUsed,
  type Tool,
  type WorkMap,
} from "../../../core/map/index.ts";
import { ownOf } from "../../../core/own.ts";
import type { CaseLog } from "../../cases/index.ts";
import { digestOf, type Offering, type Runtime, type ToolDesk } from "../../runtime/index.ts";
import { openToolbox, type Toolbox, type ToolOffered } from "../../tools/index.ts";
import type { Register } from "../register.ts";
import type { Maps } from "./maps.ts";

export type Desk = ToolDesk & { readonly close: () => Promise<void> };

type Given = {
  /** Absolute. */
  readonly folder: string;
  readonly maps: Maps;
  readonly register: Register;
  readonly cases: () => Pick<CaseLog, "get">;
  readonly runtime: () => Pick<Runtime, "run">;
};

/** Versions of the map whose tools are open at once; the oldest is closed for another. */
const OPEN_MOST = 8;

/**
 * Where uses of tools are judged, by the version of the map that a run is pinned to, by its case and by
 * what the company was told; and where they are performed.
 */
export function openDesk(given: Given): Desk {
  const open = new Map<Digest, Toolbox>();
  const toolbox = (digest: Digest | null): Toolbox | null => {
    const known = digest === null ? undefined : open.get(digest);
    const map = digest === null || known !== undefined ? null : given.maps.byDigest(digest);
    if (known !== undefined) return known;
    if (map === null || digest === null) return null;
    const made = openToolbox({ folder: given.folder, map });
    open.set(digest, made);
    for (const [oldest, box] of open) {
      if (open.size <= OPEN_MOST) break;
      open.delete(oldest);
      void box.close();
    }
    return made;
  };
  return {
    judge: (call, of) => judged(given, call, of),
    unmet: (conditions, call, of) => unmetNow(given, conditions, { call, of }),
    toolbox,
    offered: (digest, to) => offered(given, digest, to),
    bindings: (id) => caseOf(given, id)?.bindings ?? null,
    close: async () => {
      await Promise.all([...open.values()].map((box) => box.close()));
    },
  };
}

/** What its grant names for a case of this type, in the order of the map: whether it may, each use is asked. */
function offered(given: Given, digest: Digest | null, to: Offering): readonly ToolOffered[] {
  const map = digest === null ? null : given.maps.byDigest(digest);
  if (map === null || !Object.hasOwn(map.agents, to.agent)) return [];
  const grant = ownOf(map.agents, to.agent) as Grant;
  const request = caseOf(given, to.case)?.type ?? null;
  return Object.values(map.tools)
    .filter(({ name }) => mayBeUsed(map, grant, { tool: name, request }))
    .map(toldOf);
}

function toldOf({ name, description, level, args, returns }: Tool): ToolOffered {
  return { name, description, level, args, ...(returns === null ? {} : { returns }) };
}

/** By the version that the run is pinned to; when a grant is used up, the version of today must agree. */
function judged(given: Given, call: ToolCall, of: Judging): Judged | null {
  const pinned = of.map === null ? null : byMap(given, { call, of, digest: of.map });
  if (pinned === null || !of.isConsuming) return pinned;
  const today = given.maps.versions().at(-1)?.digest;
  const now =
    today === undefined || today === of.map ? null : byMap(given, { call, of, digest: today });
  return now === null || pinned.verdict === "deny" ? pinned : now;
}

/** By the words of the map of today, else of the one that the run is pinned to; without a map none holds. */
function unmetNow(
  given: Given,
  conditions: readonly string[],
  { call, of }: Omit<ByMap, "digest">,
): readonly string[] {
  const digest = given.maps.versions().at(-1)?.digest ?? of.map;
  const map = digest === null ? null : given.maps.byDigest(digest);
  if (map === null || digest === null) return conditions;
  return unmetOf(conditions, call, factsOf(given, { call, of, digest }, map));
}

type ByMap = { readonly call: ToolCall; readonly of: Judging; readonly digest: Digest };

function byMap(given: Given, { call, of, digest }: ByMap): Judged | null {
  const map = given.maps.byDigest(digest);
  if (map === null) return null;
  const tool = ownOf(map.tools, call.tool);
  const facts = factsOf(given, { call, of, digest }, map);
  const judgement = judge(call, facts);
  const effects = tool?.effects ?? "ask";
  const verifies = effects !== "pure" && (tool?.verify ?? tool?.preview ?? null) !== null;
  const { owner } = map.exceptions;
  const unmet = of.conditions === undefined ? [] : unmetOf(of.conditions, call, facts);
  const decider = deciderOf(map, facts.case?.request ?? null);
  return { ...judgement, effects, verifies, owner, decider, ...(unmet.length > 0 && { unmet }) };
}

function factsOf(given: Given, { call, of, digest }: ByMap, map: WorkMap): JudgeFacts {
  const now = caseOf(given, of.case);
  return {
    map,
    mapDigest: digest,
    case: now === null ? null : caseFactsOf(now),
    labels: of.labels,
    stopped: whyStopped(given, call),
    pinned: pinnedIn(map),
    callsInCase: of.calls + callsElsewhere(given, { call, map, runs: now?.runs ?? [] }),
    now: of.at,
    digest: digestOf,
  };
}

type CaseNow = NonNullable<ReturnType<CaseLog["get"]>>;

function caseOf({ cases }: Given, id: string | null): CaseNow | null {
  const parsed = id === null ? null : parseCaseId(id);
  return parsed === null ? null : cases().get(parsed);
}

/** An agent that was told to stop uses nothing; nor does anybody use what is halted. */
function whyStopped({ register }: Given, { agent, tool }: ToolCall): string | null {
  const state = register.state();
  const steered = ownOf(state.steered, agent);
  if (steered?.how === "stopped") return `${steered.by} stopped "${agent}": ${steered.why}`;
  return stoppedBy(state, { agent, tool });
}

const pins = new WeakMap<WorkMap, Readonly<Record<string, string>>>();

/** A version of the map pins the definitions that stand in it. */
function pinnedIn(map: WorkMap): Readonly<Record<string, string>> {
  const known = pins.get(map);
  if (known !== undefined) return known;
  const made = Object.fromEntries(
    Object.values(map.tools).map(({ name, digest }) => [name, digest]),
  );
  pins.set(map, made);
  return made;
}

/** What the other runs of the case have used of a tool whose uses are counted there. */
function callsElsewhere(
  { runtime }: Given,
  {
    call,
    map,
    runs,
  }: {
    readonly call: ToolCall;
    readonly map: WorkMap;
    readonly runs: readonly { readonly run: string }[];
  },
): number {
  if ((ownOf(map.tools, call.tool)?.limits.perCase ?? null) === null) return 0;
  let calls = 0;
  for (const { run } of runs)
    if (run !== call.run) calls += ownOf(runtime().run(run as RunId)?.calls, call.tool) ?? 0;
  return calls;
}
