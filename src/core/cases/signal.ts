import type { Labels } from "../governance/index.ts";
import type { CaseId, RunId, SubjectId } from "../id.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Trust } from "../map/index.ts";
import type { Place } from "./binding.ts";
import type { Attachment, Request } from "./case.ts";

/** What is told to a case. */
export type CaseSignal = { readonly at: number; readonly by: string } & CaseTold;

export type CaseTold =
  /** Twice is once: by its id. `unclear`: why a person must say where it belongs. */
  | {
      readonly type: "request";
      readonly request: Request;
      readonly unclear: string | null;
      /** Whose data a case is about that it opens; null: nobody's. */
      readonly subject: SubjectId | null;
      /** The case in which it stood before. */
      readonly from?: CaseId;
    }
  /** A person says what a request is that waits. `place`: where that leads. */
  | {
      readonly type: "type";
      readonly request: string;
      readonly as: string;
      readonly place: Place;
    }
  /** Somebody gives what a request did not name. */
  | {
      readonly type: "complete";
      readonly request: string;
      readonly about: JsonObject;
      readonly place: Place;
    }
  /** A person says in which case a request goes on. */
  | { readonly type: "move"; readonly request: string; readonly to: CaseId }
  /** The other case has it; or it cannot go on there. */
  | { readonly type: "moved"; readonly request: string }
  | { readonly type: "kept"; readonly request: string; readonly why: string }
  /** A run is begun once more for a request whose run could not be started, or has ended. */
  | { readonly type: "again"; readonly request: string }
  /** Twice is once: by its id. */
  | {
      readonly type: "message";
      readonly id: string;
      readonly requester: string;
      readonly channel: string;
      readonly trust: Trust;
      readonly text: string;
      readonly attachments: readonly Attachment[];
    }
  /** What was owed to runs was published. */
  | {
      readonly type: "passed";
      readonly key: number;
      readonly to: readonly string[];
      readonly position: number;
    }
  | { readonly type: "started"; readonly run: RunId }
  | { readonly type: "refused"; readonly run: RunId; readonly why: string }
  /** What a run said in its events up to `seq`. */
  | {
      readonly type: "heard";
      readonly run: RunId;
      readonly seq: number;
      readonly said: readonly RunSaid[];
    }
  | { readonly type: "fact"; readonly name: string; readonly value: Json; readonly why: string }
  | { readonly type: "close"; readonly why: string }
  | { readonly type: "reopen"; readonly why: string }
  | { readonly type: "hand"; readonly to: string; readonly why: string }
  | { readonly type: "note"; readonly text: string }
  | { readonly type: "resolve"; readonly issue: number; readonly why: string };

/** What one event of a run says to its case. */
export type RunSaid =
  | {
      readonly kind: "fact";
      readonly name: string;
      readonly value: Json;
      readonly source: string;
    }
  /** Something failed or is in doubt, and waits for a person; and waits no longer. */
  | { readonly kind: "issue"; readonly key: number; readonly text: string; readonly owner: string }
  | { readonly kind: "settled"; readonly key: number; readonly why: string }
  | {
      readonly kind: "sent";
      readonly recipient: string;
      readonly channel: string;
      readonly text: string;
      readonly source: string;
    }
  | { readonly kind: "labels"; readonly labels: Labels; readonly source: string }
  | { readonly kind: "waits"; readonly key: number; readonly path: string }
  /** It waits no longer under this key, or at this step. */
  | {
      readonly kind: "goes on";
      readonly key?: number;
      readonly path?: string;
      /** Of the message that it has taken. */
      readonly position?: number;
    }
  /** It has begun a sub-run. */
  | { readonly kind: "sub-run"; readonly run: RunId; readonly workflow: string }
  | { readonly kind: "ended"; readonly outcome: string; readonly why: string };
