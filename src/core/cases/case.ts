import type { Labels } from "../governance/index.ts";
import type { CaseId, RunId, SubjectId } from "../id.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Trust } from "../map/index.ts";
import type { RequestSource } from "../request-source.ts";

/** A piece of incoming work, as it came. */
export type Request = {
  /** "rq_…", unique in the company. */
  readonly id: string;
  readonly source: RequestSource;
  /** Who: a customer's id, a person's name. */
  readonly requester: string;
  readonly channel: string;
  readonly trust: Trust;
  readonly text: string;
  /** Ids and values that came beside the text: a form's fields. */
  readonly about: JsonObject;
  readonly attachments: readonly Attachment[];
  /** Its type; null: nobody has said. */
  readonly type: string | null;
};

export type Attachment = { readonly name: string; readonly digest: string; readonly bytes: number };

/** What a case is about, each id by its name: `{ order_id: "7" }`. Always text, so that 7 and "7" are one. */
export type Bindings = Readonly<Record<string, string>>;

/** A request as its case knows it. */
export type CaseRequest = Request & {
  /** The event that brought it. */
  readonly key: number;
  readonly at: number;
  /** `waits`: for its type, for ids, or for a person who says where it belongs. */
  readonly state: "waits" | "bound" | "moved";
  /** Ids that its type needs and it does not name. */
  readonly missing: readonly string[];
  /** Why nobody but a person can say where it belongs; null: there is nothing of the kind. */
  readonly unclear: string | null;
  /** Where it goes on; null: here. */
  readonly movedTo: CaseId | null;
};

export type CaseFact = { readonly value: Json; readonly source: string; readonly at: number };

export type CaseRun = {
  readonly run: RunId;
  readonly workflow: string;
  /** What it was begun for. */
  readonly request: string;
  /** "begun" until it is accepted, then "started"; then how it ended, or "refused". */
  readonly status: string;
  /** Its events were read up to here. */
  readonly heard: number;
  /** null: of the case; else the run above it. */
  readonly parent: RunId | null;
};

export type Issue = {
  readonly key: number;
  readonly text: string;
  readonly isOpen: boolean;
  readonly owner: string;
  readonly at: number;
  /** The exception of a run that it is about; null: it is the case's own. */
  readonly exception: { readonly run: RunId; readonly key: number } | null;
  /** A run that could not be started, or did not complete; null: it is about something else. */
  readonly run: RunId | null;
};

export type Message = {
  readonly key: number;
  /** Names it, so that it counts once; "" for ours. */
  readonly id: string;
  readonly at: number;
  readonly from: string;
  readonly channel: string;
  readonly text: string;
  readonly trust: Trust;
  readonly isOurs: boolean;
  readonly attachments: readonly Attachment[];
};

/** Something that came from outside and that the runs of the case have not been told of. */
export type Unpassed = {
  readonly key: number;
  readonly id: string;
  readonly from: string;
  readonly channel: string;
  readonly text: string;
};

/** A run of the case waits for its requester: at this step, under this key. */
export type CaseWait = { readonly run: RunId; readonly key: number; readonly path: string };

/** The fold of a case's events and nothing else. */
export type Case = {
  readonly id: CaseId;
  /** 0: there is none. */
  readonly seq: number;
  readonly status: "open" | "waiting" | "closed";
  readonly owner: string;
  /** Somebody gave it to them: what the map says of its types no longer changes its owner. */
  readonly isHanded: boolean;
  readonly openedAt: number;
  readonly closedAt: number | null;
  /** How it was closed: "completed", "closed", "moved"; null: it is not. */
  readonly outcome: string | null;
  /** Of the newest request that has one. */
  readonly type: string | null;
  /** Whose data are in it, as its stream is sealed; null: nobody's. */
  readonly subject: SubjectId | null;
  readonly bindings: Bindings;
  /** Bindings by which it is found. */
  readonly found: Bindings;
  /** What is known of it, each with where it came from. */
  readonly facts: Readonly<Record<string, CaseFact>>;
  readonly labels: Labels;
  readonly requests: readonly CaseRequest[];
  readonly runs: readonly CaseRun[];
  readonly issues: readonly Issue[];
  readonly conversation: readonly Message[];
  readonly unpassed: readonly Unpassed[];
  /** What came for runs that go on and that none of them has taken so far. */
  readonly unread: readonly (Unpassed & { readonly position: number | null })[];
  /** Positions of what runs took lately, among all that was published. */
  readonly taken: readonly number[];
  readonly notes: readonly { readonly at: number; readonly by: string; readonly text: string }[];
  readonly waits: readonly CaseWait[];
  /** Requests that go on elsewhere and that the other case has not got yet. */
  readonly moving: readonly { readonly request: string; readonly to: CaseId }[];
};

/** A case before its first event. */
export function noCase(id: CaseId): Case {
  return {
    id,
    seq: 0,
    status: "open",
    owner: "",
    isHanded: false,
    openedAt: 0,
    closedAt: null,
    outcome: null,
    type: null,
    subject: null,
    bindings: {},
    found: {},
    facts: {},
    labels: { untrusted: [], personal: [] },
    requests: [],
    runs: [],
    issues: [],
    conversation: [],
    unpassed: [],
    unread: [],
    taken: [],
    notes: [],
    waits: [],
    moving: [],
  };
}

/** Runs that have not ended. */
export function liveRuns({ runs }: Case): readonly CaseRun[] {
  return runs.filter(({ status }) => status === "begun" || status === "started");
}

/** M7: what one case holds at most. */
export const CASE_LIMITS = {
  requests: 100,
  messages: 2_000,
  facts: 500,
  issues: 500,
  notes: 500,
  runs: 500,
} as const;
