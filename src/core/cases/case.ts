import type { Labels } from "../governance/index.ts";
import type { Id } from "../id.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Trust } from "../map/index.ts";

/** `cs_…`: a stream of its own. */
export type CaseId = Id<"stream" | "case">;

/** A piece of incoming work, as it came. */
export type Request = {
  /** "rq_…", unique in the company. */
  readonly id: string;
  readonly source: "customer" | "staff" | "system" | "management";
  /** Who: a customer's id, a person's name. */
  readonly requester: string;
  readonly channel: string;
  readonly trust: Trust;
  readonly text: string;
  /** Ids and values that came beside the text: a form's fields. */
  readonly about: JsonObject;
  readonly attachments: readonly {
    readonly name: string;
    readonly digest: string;
    readonly bytes: number;
  }[];
  /** Its type; null: nobody has said. */
  readonly type: string | null;
};

/** The fold of a case's events and nothing else. */
export type Case = {
  readonly id: CaseId;
  readonly seq: number;
  readonly status: "open" | "waiting" | "closed";
  readonly owner: string;
  /** Of the newest request. */
  readonly type: string | null;
  readonly subject: string | null;
  readonly bindings: JsonObject;
  /** What is known of it, each with where it came from. */
  readonly facts: Readonly<
    Record<string, { readonly value: Json; readonly source: string; readonly at: number }>
  >;
  readonly labels: Labels;
  readonly requests: readonly Request[];
  readonly runs: readonly {
    readonly run: string;
    readonly workflow: string;
    readonly status: string;
  }[];
  readonly issues: readonly {
    readonly key: number;
    readonly text: string;
    readonly isOpen: boolean;
    readonly owner: string;
  }[];
  readonly conversation: readonly {
    readonly at: number;
    readonly from: string;
    readonly channel: string;
    readonly text: string;
    readonly isOurs: boolean;
  }[];
};
