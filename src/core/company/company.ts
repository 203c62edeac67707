import { atOf, type Envelope } from "../audit/index.ts";
import type { Digest } from "../id.ts";
import type { JsonObject } from "../json.ts";
import {
  AUDIT_TYPES,
  type AuditBody,
  evolveErased,
  evolveKeys,
  isAuditEvent,
  type SigningKeys,
} from "./audit-event.ts";
import { evolveGoverned, type Governed, type GovernedBody, NOTHING_GOVERNED } from "./governed.ts";
import { evolveProposed, type MapProposed } from "./publish-map.ts";

/**
 * What happened to the company itself, in a stream of its own: who told an agent to take nothing new,
 * to stop, or to go on, when one was found not to be well, and which map is in force. Sealed like a
 * run's events.
 */
export type CompanyBody =
  | AuditBody
  /** It finishes what it has in hand and takes nothing new. */
  | { readonly type: "agent.drained"; readonly agent: string; readonly why: string }
  /** The same, and what it had in hand was told to stop. */
  | { readonly type: "agent.stopped"; readonly agent: string; readonly why: string }
  /** It takes work again. */
  | { readonly type: "agent.started"; readonly agent: string; readonly why: string }
  | { readonly type: "agent.unwell"; readonly agent: string; readonly why: string }
  | { readonly type: "agent.recovered"; readonly agent: string }
  /** How many attempts may be in flight in the process at work. */
  | {
      readonly type: "governor.limited";
      readonly from: number;
      readonly to: number;
      readonly why: string;
    }
  /** The files of the map as they were then, under their digest; runs that begin later go by them. */
  | {
      readonly type: "map.published";
      readonly digest: Digest;
      readonly version: number;
      readonly why: string;
      /** Who published the same files before, where more than one is wanted. */
      readonly with?: readonly string[];
      /** Who worked here then, and in which roles. */
      readonly people?: Digest;
    }
  /** Somebody has published them who may, and others are waited for. */
  | { readonly type: "map.proposed"; readonly digest: Digest; readonly why: string }
  /** Who works here from now on and in which roles, under its digest: the process goes by it that said so. */
  | { readonly type: "people.changed"; readonly digest: Digest; readonly version: number }
  | GovernedBody;

export type CompanyEvent = CompanyBody & {
  readonly seq: number;
  readonly at: number;
  readonly by: string;
};

/** The fold of its events and nothing else. */
export type CompanyState = {
  readonly seq: number;
  /** Agents that take nothing new; all others do. */
  readonly steered: Readonly<Record<string, Steered>>;
  /** Agents that were not well when they were last heard of, and why. */
  readonly unwell: Readonly<Record<string, { readonly why: string; readonly at: number }>>;
  /** How many attempts may be in flight, where that was changed; absent: it never was. */
  readonly limited?: { readonly to: number; readonly why: string; readonly at: number };
  /** Versions of the map, oldest first; the last is in force. */
  readonly maps: readonly MapVersion[];
  /** What waits for others to publish it too; absent: nothing. */
  readonly proposed?: MapProposed;
  /** Who works here; absent: nobody ever said. */
  readonly people?: { readonly version: number; readonly digest: Digest };
  /** What signs its checkpoints; absent: nothing was signed yet. */
  readonly signing?: SigningKeys;
  /** Subjects whose data are erased; absent: nobody's. */
  readonly erased?: readonly string[];
} & Governed;

export type MapVersion = {
  /** 1, 2, 3, … */
  readonly version: number;
  readonly digest: Digest;
  readonly at: number;
  readonly by: string;
  readonly why: string;
  /** Who published the same files before: with them it is in force. */
  readonly with?: readonly string[];
};

export type Steered = {
  readonly how: "drained" | "stopped";
  readonly by: string;
  readonly why: string;
  readonly at: number;
};

export const NEW_COMPANY: CompanyState = {
  seq: 0,
  steered: {},
  unwell: {},
  maps: [],
  ...NOTHING_GOVERNED,
};

export function evolveCompany(state: CompanyState, event: CompanyEvent): CompanyState {
  const { seq, at, by } = event;
  if (isAuditEvent(event)) return ofRecord(state, event);
  if (event.type === "governor.limited")
    return { ...state, seq, limited: { to: event.to, why: event.why, at } };
  if (event.type === "map.published" || event.type === "map.proposed") return ofMap(state, event);
  if (event.type === "people.changed") {
    const { version, digest } = event;
    return { ...state, seq, people: { version, digest } };
  }
  if (isGoverned(event)) return { ...state, ...evolveGoverned(state, event), seq };
  const { agent } = event;
  switch (event.type) {
    case "agent.drained":
    case "agent.stopped": {
      const how = event.type === "agent.drained" ? "drained" : "stopped";
      const steered = { ...state.steered, [agent]: { how, by, why: event.why, at } as const };
      return { ...state, seq, steered };
    }
    case "agent.started":
      return { ...state, seq, steered: without(state.steered, agent) };
    case "agent.unwell":
      return { ...state, seq, unwell: { ...state.unwell, [agent]: { why: event.why, at } } };
    case "agent.recovered":
      return { ...state, seq, unwell: without(state.unwell, agent) };
  }
}

function ofRecord(state: CompanyState, event: CompanyEvent & AuditBody): CompanyState {
  const signing = evolveKeys(state.signing, event);
  const erased = evolveErased(state.erased, event);
  return {
    ...state,
    seq: event.seq,
    ...(signing === undefined ? {} : { signing }),
    ...(erased === undefined ? {} : { erased }),
  };
}

function ofMap(
  state: CompanyState,
  event: Extract<CompanyEvent, { readonly type: "map.published" | "map.proposed" }>,
): CompanyState {
  const { seq, at, by, digest, why } = event;
  if (event.type === "map.proposed")
    return { ...state, seq, proposed: evolveProposed(state.proposed, event) };
  const others = event.with === undefined ? {} : { with: event.with };
  const { proposed: _over, ...rest } = state;
  const version = { version: event.version, digest, at, by, why, ...others };
  return { ...rest, seq, maps: [...state.maps, version] };
}

function without<V>(all: Readonly<Record<string, V>>, name: string): Readonly<Record<string, V>> {
  const { [name]: _gone, ...rest } = all;
  return rest;
}

const TYPES: Readonly<Record<CompanyBody["type"], true>> = {
  ...AUDIT_TYPES,
  "agent.drained": true,
  "agent.stopped": true,
  "agent.started": true,
  "agent.unwell": true,
  "agent.recovered": true,
  "governor.limited": true,
  "map.published": true,
  "map.proposed": true,
  "people.changed": true,
  "kill.on": true,
  "kill.off": true,
  "delegation.given": true,
  "delegation.ended": true,
  "review.opened": true,
  "review.closed": true,
};

function isGoverned(event: CompanyEvent): event is Extract<CompanyEvent, GovernedBody> {
  return /^(kill|delegation|review)\./.test(event.type);
}

/** How an event is written: what every event has goes into the envelope, the rest is its data. */
export function companyDraftOf({ seq, at, by, type, ...data }: CompanyEvent): {
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly step: string;
  readonly actor: Envelope["actor"];
  readonly data: JsonObject;
} {
  const kind = by === "muster" ? "system" : "human";
  return { seq, at, type, step: "", actor: { kind, id: by }, data };
}

/**
 * The event that an envelope holds: the other way of `companyDraftOf`.
 *
 * @throws MusterError "newer-version" for a type this version does not know, "corrupt" for a time that is none
 */
export function companyEventOf(envelope: Envelope): CompanyEvent {
  const { seq, type, actor, data } = envelope;
  const at = atOf(envelope, Object.hasOwn(TYPES, type));
  return { ...data, seq, at, by: actor.id, type } as CompanyEvent;
}
