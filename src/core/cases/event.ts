import { type Actor, atOf, type Envelope } from "../audit/index.ts";
import type { Labels } from "../governance/index.ts";
import type { CaseId, RunId, SubjectId } from "../id.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Trust } from "../map/index.ts";
import type { Attachment, Bindings, Request } from "./case.ts";

/** What happened in a case, in the past tense, never changed. */
export type CaseBody =
  /** `subject`: whose data are in it; the stream is sealed with their key. */
  | { readonly type: "case.opened"; readonly owner: string; readonly subject?: SubjectId }
  /** `from`: the case in which it stood before. */
  | ({
      readonly type: "request.received";
      readonly request: string;
      readonly from?: CaseId;
    } & Words)
  /** `how`: it came with its type, or somebody chose it. `owner`: of requests of this type. */
  | {
      readonly type: "request.typed";
      readonly request: string;
      readonly as: string;
      readonly how: "given" | "chosen";
      readonly owner: string;
    }
  /** Somebody gave what it did not name. */
  | { readonly type: "request.completed"; readonly request: string; readonly about: JsonObject }
  /** It waits: for ids, or, with `why`, for a person who says where it belongs. */
  | {
      readonly type: "request.unbound";
      readonly request: string;
      readonly missing: readonly string[];
      readonly why?: string;
    }
  /** `found`: those by which the case is found; `person`: the name of the one that names whom it is about. */
  | {
      readonly type: "request.bound";
      readonly request: string;
      readonly bindings: Bindings;
      readonly found: Bindings;
      readonly person: string | null;
    }
  /** Nothing is begun for it: this run is told of it. */
  | { readonly type: "request.continued"; readonly request: string; readonly run: RunId }
  /** It goes on in another case. */
  | { readonly type: "request.moved"; readonly request: string; readonly to: CaseId }
  | {
      readonly type: "fact.recorded";
      readonly name: string;
      readonly value: Json;
      readonly source: string;
    }
  /** `exception`: of a run, that waits for a person. `run`: one that could not be started, or did not complete. */
  | {
      readonly type: "issue.opened";
      readonly text: string;
      readonly owner: string;
      readonly run?: RunId;
      readonly exception?: { readonly run: RunId; readonly key: number };
    }
  | { readonly type: "issue.closed"; readonly key: number; readonly why: string }
  | {
      readonly type: "message.received";
      readonly id: string;
      readonly requester: string;
      readonly channel: string;
      readonly trust: Trust;
      readonly text: string;
      readonly attachments: readonly Attachment[];
    }
  /** What came under this key was published, at this position; `to`: the runs that took it at once. */
  | {
      readonly type: "message.passed";
      readonly key: number;
      readonly to: readonly string[];
      readonly position: number;
    }
  | {
      readonly type: "message.sent";
      readonly recipient: string;
      readonly channel: string;
      readonly text: string;
      /** The step that sent it, or the person. */
      readonly source: string;
    }
  | { readonly type: "case.labelled"; readonly labels: Labels; readonly source: string }
  /** A run of this id is to be started; `parent`: another run of the case has begun it. */
  | {
      readonly type: "run.begun";
      readonly run: RunId;
      readonly workflow: string;
      readonly request: string;
      readonly parent?: RunId;
    }
  | { readonly type: "run.started"; readonly run: RunId }
  | { readonly type: "run.refused"; readonly run: RunId; readonly why: string }
  | {
      readonly type: "run.ended";
      readonly run: RunId;
      readonly outcome: string;
      readonly why?: string;
    }
  | {
      readonly type: "case.waiting";
      readonly run: RunId;
      readonly key: number;
      readonly path: string;
    }
  /** `position`: of the message that it has taken. */
  | {
      readonly type: "case.continued";
      readonly run: RunId;
      readonly key: number;
      readonly position?: number;
    }
  | { readonly type: "case.closed"; readonly outcome: string; readonly why: string }
  | { readonly type: "case.reopened"; readonly why: string }
  | { readonly type: "case.handed"; readonly to: string; readonly why: string }
  | { readonly type: "case.noted"; readonly text: string };

type Words = Omit<Request, "id" | "type">;

export type CaseEvent = CaseBody & {
  readonly seq: number;
  readonly at: number;
  readonly by: string;
  /** A run said it: its events were read up to this one. */
  readonly heard?: { readonly run: RunId; readonly seq: number };
};

export type CaseEventType = CaseBody["type"];

const TYPES: Readonly<Record<CaseEventType, true>> = {
  "case.opened": true,
  "request.received": true,
  "request.typed": true,
  "request.completed": true,
  "request.unbound": true,
  "request.bound": true,
  "request.continued": true,
  "request.moved": true,
  "fact.recorded": true,
  "issue.opened": true,
  "issue.closed": true,
  "message.received": true,
  "message.passed": true,
  "message.sent": true,
  "case.labelled": true,
  "run.begun": true,
  "run.started": true,
  "run.refused": true,
  "run.ended": true,
  "case.waiting": true,
  "case.continued": true,
  "case.closed": true,
  "case.reopened": true,
  "case.handed": true,
  "case.noted": true,
};

/** How an event is written: what every event has goes into the envelope, the rest is its data. */
export function caseDraftOf({ seq, at, by, type, ...data }: CaseEvent): {
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly step: string;
  readonly actor: Actor;
  readonly data: JsonObject;
} {
  const isOurs = by === "muster" || by.startsWith("wf_");
  const actor: Actor = { kind: isOurs ? "system" : "human", id: by };
  return { seq, at, type, step: "", actor, data: data as JsonObject };
}

/**
 * The event that an envelope holds: the other way of `caseDraftOf`.
 *
 * @throws MusterError "newer-version" for a type this version does not know, "corrupt" for a time that is none
 */
export function caseEventOf(envelope: Envelope): CaseEvent {
  const { seq, type, actor, data } = envelope;
  const at = atOf(envelope, Object.hasOwn(TYPES, type));
  return { ...data, seq, at, by: actor.id, type } as CaseEvent;
}
