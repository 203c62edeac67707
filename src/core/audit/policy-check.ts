import { isObject, type Json } from "../json.ts";
import type { CheckedEvent, Wrong } from "./log-check.ts";

/**
 * Whether what was done was allowed, read off the record alone; what is sealed of it is not needed. P1
 * to P6 are each an answer that a company owes.
 *
 * P1  What reaches customers or money was approved by people, or permitted by a rule by name.
 * P2  What was done is the very action that was judged and approved.
 * P3  Nobody decided on what they asked for themselves, where the chain says so.
 * P4  Each approval was used once.
 * P5  Each version of the map that something rests on is kept, as it was.
 * P6  Each case that was closed says what came, and how each write that was begun in its runs ended.
 */
export type PolicyCheck = {
  readonly hear: (event: CheckedEvent) => readonly Wrong[];
  /** @param isKept whether a version of the map is in the store, as its digest says */
  readonly last: (isKept: (digest: string) => boolean) => readonly Wrong[];
};

type Judged = {
  readonly tool: string;
  readonly level: string;
  readonly action: string;
  readonly isPermitted: boolean;
};

type Gate = {
  readonly digest: string;
  readonly requesters: readonly string[];
  /** The use of a tool that it asks about. */
  readonly use: number | null;
  isAllowed: boolean;
};

/** What a stream was heard to say. */
type Heard = {
  case: string;
  readonly judged: Map<number, Judged>;
  readonly gates: Map<number, Gate>;
  /** Gates that were used up, and the use that they were used for. */
  readonly consumed: Map<number, number>;
  /** Writes that were begun and have not ended. */
  readonly writing: Map<number, CheckedEvent>;
};

export function openPolicyCheck(): PolicyCheck {
  const streams = new Map<string, Heard>();
  const maps = new Map<string, CheckedEvent>();
  const cases = new Map<
    string,
    { hasRequest: boolean; readonly unended: Map<string, CheckedEvent> }
  >();
  return {
    hear: (event) => {
      const { stream, type, data } = event;
      const map = data["map"];
      if (typeof map === "string" && map.startsWith("sha256:") && !maps.has(map))
        maps.set(map, event);
      if (type === "map.published" && typeof data["digest"] === "string")
        maps.set(data["digest"], event);
      if (stream.startsWith("cs_")) return hearCase(cases, event);
      const hear = HEARD[type];
      if (hear === undefined) return NOTHING;
      const heard = streams.get(stream) ?? newHeard();
      streams.set(stream, heard);
      const wrong = hear(heard, event);
      noteWrites(cases, heard, event);
      return wrong;
    },
    last: (isKept) =>
      [...maps].flatMap(([digest, event]) =>
        isKept(digest)
          ? []
          : [violation(event, `rests on the map ${digest}, which is not kept as it was (P5)`)],
      ),
  };
}

const NOTHING: readonly Wrong[] = [];

function newHeard(): Heard {
  return {
    case: "",
    judged: new Map(),
    gates: new Map(),
    consumed: new Map(),
    writing: new Map(),
  };
}

type Hear = (heard: Heard, event: CheckedEvent) => readonly Wrong[];

const HEARD: Readonly<Record<string, Hear>> = {
  "run.accepted": (heard, { data }) => {
    heard.case = textOf(data["case"]);
    return NOTHING;
  },
  "tool.judged": (heard, { seq, data }) => {
    const isAllowed = data["verdict"] === "allow" || data["verdict"] === "limit";
    const isPermitted = isAllowed && listOf(data["rules"]).some(permits);
    const { tool, level, action } = data;
    const judged = { tool: textOf(tool), level: textOf(level), action: textOf(action) };
    heard.judged.set(seq, { ...judged, isPermitted });
    return NOTHING;
  },
  "gate.opened": hearGate,
  "step.started": hearGate,
  "gate.edited": hearEdit,
  "gate.voted": (heard, event) => {
    const gate = heard.gates.get(Number(event.data["key"]));
    const voter = textOf(event.data["voter"]);
    return gate?.requesters.includes(voter) === true
      ? [violation(event, `is a vote of ${voter}, who asked for it (P3)`)]
      : NOTHING;
  },
  "gate.closed": (heard, { data }) => {
    const gate = heard.gates.get(Number(data["key"]));
    if (gate !== undefined) gate.isAllowed = data["allowed"] === true;
    return NOTHING;
  },
  "gate.consumed": (heard, event) => {
    const key = Number(event.data["key"]);
    if (heard.consumed.has(key))
      return [violation(event, `uses the approval ${key} a second time (P4)`)];
    heard.consumed.set(key, Number(event.data["use"]));
    return NOTHING;
  },
  "writeback.started": (heard, event) => {
    heard.writing.set(Number(event.data["key"]), event);
    return mayWrite(heard, event);
  },
  "writeback.committed": ended,
  "writeback.failed": ended,
  "writeback.unknown": ended,
};

function ended(heard: Heard, { data }: CheckedEvent): readonly Wrong[] {
  heard.writing.delete(Number(data["key"]));
  return NOTHING;
}

function permits(rule: Json): boolean {
  if (!isObject(rule)) return false;
  return rule["follows"] === "permit" && rule["holds"] === "true" && rule["isShadow"] !== true;
}

function hearGate(heard: Heard, { seq, data }: CheckedEvent): readonly Wrong[] {
  openGate(heard, seq, data["gate"]);
  return NOTHING;
}

/** The rules have judged what it was changed to: it is that action from then on, and no other. */
function hearEdit(heard: Heard, { data }: CheckedEvent): readonly Wrong[] {
  const key = Number(data["key"]);
  const use = heard.gates.get(key)?.use ?? null;
  openGate(heard, key, data["gate"]);
  const gate = heard.gates.get(key);
  const judged = use === null ? undefined : heard.judged.get(use);
  if (use !== null && gate !== undefined && judged !== undefined)
    heard.judged.set(use, { ...judged, action: gate.digest });
  return NOTHING;
}

function openGate(heard: Heard, key: number, gate: Json | undefined): void {
  if (!isObject(gate)) return;
  const terms = isObject(gate["terms"]) ? gate["terms"] : {};
  const chain = isObject(terms["chain"]) ? terms["chain"] : {};
  const parties = isObject(terms["parties"]) ? terms["parties"] : {};
  const isExcluded = listOf(chain["not"]).includes("requester");
  const requesters = isExcluded ? listOf(parties["requesters"]).map(textOf) : [];
  const use = typeof gate["use"] === "number" ? gate["use"] : null;
  heard.gates.set(key, { digest: textOf(gate["digest"]), requesters, use, isAllowed: false });
}

/** What takes back a write that was allowed needs no other leave. */
const UNDO = "!undo";

function mayWrite(heard: Heard, event: CheckedEvent): readonly Wrong[] {
  const { data } = event;
  const use = Number(data["key"]);
  const judged = heard.judged.get(use);
  if (judged === undefined) return [violation(event, "began a write that was not judged (P1)")];
  const { tool, level, action, isPermitted } = judged;
  if (data["action"] !== action)
    return [violation(event, `began another action with ${tool} than was judged (P2)`)];
  if (level !== "external" || isPermitted || event.step.includes(UNDO)) return NOTHING;
  const key = Number(data["approval"]);
  const gate = heard.gates.get(key);
  if (gate === undefined || heard.consumed.get(key) !== use || !gate.isAllowed)
    return [
      violation(
        event,
        `began an external write with ${tool}, which nobody approved and no rule permits (P1)`,
      ),
    ];
  return gate.digest === action
    ? NOTHING
    : [violation(event, `began another action with ${tool} than was approved (P2)`)];
}

type Cases = Map<string, { hasRequest: boolean; readonly unended: Map<string, CheckedEvent> }>;

/** Writes of a case's runs that have not ended yet. */
function noteWrites(cases: Cases, heard: Heard, { stream, type }: CheckedEvent): void {
  if (heard.case === "" || !type.startsWith("writeback.")) return;
  const of = cases.get(heard.case) ?? { hasRequest: false, unended: new Map() };
  cases.set(heard.case, of);
  const [open] = heard.writing.values();
  if (open === undefined) of.unended.delete(stream);
  else of.unended.set(stream, open);
}

function hearCase(cases: Cases, event: CheckedEvent): readonly Wrong[] {
  const { stream, type } = event;
  const of = cases.get(stream) ?? { hasRequest: false, unended: new Map() };
  cases.set(stream, of);
  if (type === "request.received") of.hasRequest = true;
  if (type !== "case.closed") return NOTHING;
  if (!of.hasRequest) return [violation(event, "closes a case to which nothing came (P6)")];
  return [...of.unended.values()].map(({ stream: run, seq }) =>
    violation(event, `closes a case while the write begun at ${run}.${seq} has not ended (P6)`),
  );
}

function violation({ stream, seq, position }: CheckedEvent, what: string): Wrong {
  const event = `${stream}.${seq}`;
  return { kind: "policy-violation", position, event, message: `Event ${event} ${what}.` };
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}
