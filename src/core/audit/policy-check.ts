import { isObject, type Json, type JsonObject } from "../json.ts";
import type { CheckedEvent, Wrong } from "./log-check.ts";
import { type Askers, askersAfterEdit, askersOf, ownDecision } from "./own-decision.ts";
import {
  type KeptMaps,
  openPermitCheck,
  type Permit,
  type PermitCheck,
  permitsIn,
} from "./permits.ts";
import { openSeven, type SevenTold } from "./seven.ts";
import { violation } from "./violation.ts";

/**
 * Whether what was done was allowed, read off the record alone; what is sealed of it is not needed. P1
 * to P6 are each an answer that a company owes. Streams are heard in any order, each in its own.
 *
 * P1  What reaches customers or money was approved by people, who voted, or permitted by a rule by name
 *     that stands in a published map. What takes back a write is a write.
 * P2  What was done is the very action that was judged and approved.
 * P3  Nobody decided on what they asked for themselves, where the chain says so.
 * P4  Each approval was used once.
 * P5  Each version of the map that something rests on is kept, as it was.
 * P6  Each case answers the seven things that are asked of it, or nothing of the kind happened in it.
 */
export type PolicyCheck = {
  readonly hear: (event: CheckedEvent) => readonly Wrong[];
  readonly last: (maps: KeptMaps) => readonly Wrong[];
  readonly told: () => PolicyTold;
};

export type PolicyTold = SevenTold & {
  /** Decisions of which nothing tells whether those who asked made them. */
  readonly untold: number;
};

type Judged = {
  readonly tool: string;
  readonly level: string;
  readonly action: string;
  readonly map: string;
  readonly permits: readonly Permit[];
};

type Gate = {
  readonly digest: string;
  readonly askers: Askers;
  /** The use of a tool that it asks about. */
  readonly use: number | null;
  /** Of several uses that are asked at once: their actions, by their keys. */
  readonly listed: ReadonlyMap<number, string> | null;
  isAllowed: boolean;
  /** Somebody voted for it, or broke the glass. */
  isVoted: boolean;
  /** Of several, those that were permitted; null: all. */
  permits: readonly string[] | null;
};

/** What a stream was heard to say. */
type Heard = {
  readonly judged: Map<number, Judged>;
  readonly gates: Map<number, Gate>;
  /** Gates that were used up, and the use that they were used for; of several actions, each by itself. */
  readonly consumed: Map<string, number>;
  /** An event's data, with what is sealed opened where that can be done. */
  readonly opened: (event: CheckedEvent) => JsonObject;
  readonly permitted: PermitCheck;
  untold: number;
};

/** @param opened without it what is sealed stays so, and those who ask are known by their marks */
export function openPolicyCheck(
  opened: (event: CheckedEvent) => JsonObject = ({ data }) => data,
): PolicyCheck {
  const streams = new Map<string, Heard>();
  const maps = new Map<string, CheckedEvent>();
  const seven = openSeven();
  const permitted = openPermitCheck();
  return {
    hear: (event) => {
      const { stream, type, data } = event;
      const map = data["map"];
      if (typeof map === "string" && map.startsWith("sha256:") && !maps.has(map))
        maps.set(map, event);
      if (type === "map.published" && typeof data["digest"] === "string") {
        maps.set(data["digest"], event);
        permitted.publish(data["digest"]);
      }
      const unanswered = seven.hear(event);
      const hear = HEARD[type];
      if (hear === undefined) return unanswered;
      const heard = streams.get(stream) ?? newHeard(opened, permitted);
      streams.set(stream, heard);
      const wrong = hear(heard, event);
      return unanswered.length === 0 ? wrong : [...wrong, ...unanswered];
    },
    last: (kept) => [
      ...permitted.last(kept),
      ...[...maps].flatMap(([digest, event]) =>
        kept.isKept(digest)
          ? []
          : [violation(event, `rests on the map ${digest}, which is not kept as it was (P5)`)],
      ),
      ...seven.last(),
    ],
    told: () => ({
      ...seven.told(),
      untold: [...streams.values()].reduce((sum, { untold }) => sum + untold, 0),
    }),
  };
}

const NOTHING: readonly Wrong[] = [];

function newHeard(opened: Heard["opened"], permitted: PermitCheck): Heard {
  const nothing = { judged: new Map(), gates: new Map(), consumed: new Map() };
  return { ...nothing, opened, permitted, untold: 0 };
}

type Hear = (heard: Heard, event: CheckedEvent) => readonly Wrong[];

const HEARD: Readonly<Record<string, Hear>> = {
  "tool.judged": (heard, { seq, data }) => {
    const [tool, level, action, map] = ["tool", "level", "action", "map"].map((name) =>
      textOf(data[name]),
    ) as [string, string, string, string];
    heard.judged.set(seq, { tool, level, action, map, permits: permitsIn(data) });
    return NOTHING;
  },
  "gate.opened": hearGate,
  "step.started": hearGate,
  "gate.edited": hearEdit,
  "gate.voted": hearDecision,
  "gate.overridden": hearDecision,
  "gate.closed": (heard, { data }) => {
    const gate = heard.gates.get(Number(data["key"]));
    if (gate === undefined) return NOTHING;
    gate.isAllowed = data["allowed"] === true;
    if (Array.isArray(data["permits"])) gate.permits = listOf(data["permits"]).map(textOf);
    return NOTHING;
  },
  "gate.consumed": (heard, event) => {
    const key = Number(event.data["key"]);
    const name = grantOf(heard, key, textOf(event.data["action"]));
    if (heard.consumed.has(name))
      return [violation(event, `uses the approval ${key} a second time (P4)`)];
    heard.consumed.set(name, Number(event.data["use"]));
    return NOTHING;
  },
  "writeback.started": mayWrite,
};

function grantOf(heard: Heard, key: number, action: string): string {
  return heard.gates.get(key)?.listed ? `${key} ${action}` : `${key}`;
}

function hearDecision(heard: Heard, event: CheckedEvent): readonly Wrong[] {
  const gate = heard.gates.get(Number(event.data["key"]));
  if (gate === undefined) return NOTHING;
  if (gate.askers.isUntold) heard.untold += 1;
  if (event.type === "gate.overridden" || event.data["allow"] === true) gate.isVoted = true;
  const wrong = ownDecision(gate.askers, event);
  return wrong === null ? NOTHING : [violation(event, wrong)];
}

function hearGate(heard: Heard, event: CheckedEvent): readonly Wrong[] {
  const { seq, data } = event;
  if (isObject(data["gate"])) openGate(heard, seq, { event, before: null });
  return NOTHING;
}

/** The rules have judged what it was changed to: it is that action from then on, and no other. */
function hearEdit(heard: Heard, event: CheckedEvent): readonly Wrong[] {
  const key = Number(event.data["key"]);
  const before = heard.gates.get(key) ?? null;
  const gate = openGate(heard, key, { event, before });
  const uses = before?.listed ? [...before.listed.keys()] : [before?.use ?? null];
  for (const use of uses) {
    const judged = use === null ? undefined : heard.judged.get(use);
    if (use !== null && judged !== undefined)
      heard.judged.set(use, { ...judged, action: askedOf(gate, use) });
  }
  return NOTHING;
}

function openGate(
  heard: Heard,
  key: number,
  { event, before }: { readonly event: CheckedEvent; readonly before: Gate | null },
): Gate {
  const given = event.data["gate"];
  const gate = isObject(given) ? given : {};
  const opened = heard.opened(event);
  const askers =
    before === null ? askersOf(event, opened) : askersAfterEdit(before.askers, event, opened);
  const use = typeof gate["use"] === "number" ? gate["use"] : null;
  const terms = isObject(gate["terms"]) ? gate["terms"] : {};
  const digest = textOf(gate["digest"]);
  const listed = listedIn(terms["actions"]);
  const made: Gate = {
    digest,
    askers,
    use,
    listed,
    isAllowed: false,
    isVoted: false,
    permits: null,
  };
  heard.gates.set(key, made);
  return made;
}

function listedIn(actions: Json | undefined): Gate["listed"] {
  const uses = listOf(actions).flatMap((one): [number, string][] =>
    isObject(one) && typeof one["use"] === "number" ? [[one["use"], textOf(one["digest"])]] : [],
  );
  return uses.length === 0 ? null : new Map(uses);
}

/** The action that a gate asks for this use. */
function askedOf({ listed, digest }: Gate, use: number): string {
  return listed === null ? digest : (listed.get(use) ?? "");
}

function mayWrite(heard: Heard, event: CheckedEvent): readonly Wrong[] {
  const { data } = event;
  const use = Number(data["key"]);
  const judged = heard.judged.get(use);
  if (judged === undefined) return [violation(event, "began a write that was not judged (P1)")];
  const { tool, level, action, map, permits } = judged;
  if (data["action"] !== action)
    return [violation(event, `began another action with ${tool} than was judged (P2)`)];
  if (level !== "external") return NOTHING;
  if (permits.length > 0) {
    heard.permitted.rest({ event, map, tool, permits });
    return NOTHING;
  }
  const key = Number(data["approval"]);
  const gate = heard.gates.get(key);
  const isGranted =
    gate?.isAllowed === true && gate.isVoted && gate.permits?.includes(action) !== false;
  if (gate === undefined || heard.consumed.get(grantOf(heard, key, action)) !== use || !isGranted)
    return [
      violation(
        event,
        `began an external write with ${tool}, which nobody approved and no rule permits (P1)`,
      ),
    ];
  return askedOf(gate, use) === action
    ? NOTHING
    : [violation(event, `began another action with ${tool} than was approved (P2)`)];
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}
