import type { Json, JsonObject } from "../../json.ts";
import type { EffectClass } from "../../machine/index.ts";
import type { Level, SystemKind, Trust } from "../work-map.ts";

/** What a company's `map.yaml` says of its work, as an author writes it. What each key means stands in the schema. */
export type WorkSource = {
  readonly systems?: Named<SystemSource>;
  readonly tools?: Named<ToolSource>;
  readonly agents?: Named<GrantSource>;
  readonly requests?: Named<RequestSource>;
  /** Read by core/rules. */
  readonly rules?: Named<JsonObject>;
  readonly approvals?: Named<ChainSource>;
  readonly intake?: Named<Trust>;
  readonly facts?: FactsSource;
  readonly exceptions?: { readonly owner: string };
  readonly publishing?: PublishingSource;
};

export type PublishingSource = {
  readonly roles: Some;
  readonly approvals?: number;
};

export type Named<Value> = { readonly [name: string]: Value };
type Some = string | readonly string[];
type TypeSource = string | JsonObject;
export type SpanSource = string | number;

/** With what its kind needs beside it. */
export type SystemSource = {
  readonly kind: SystemKind;
  readonly description?: string;
  readonly untrusted?: boolean;
} & JsonObject;

export type ToolSource = {
  readonly system: string;
  readonly description?: string;
  readonly level?: Level;
  readonly effects?: EffectClass;
  readonly args?: Named<TypeSource>;
  readonly returns?: TypeSource;
  readonly scope?: Named<string>;
  readonly writes?: string;
  readonly reads?: string | { readonly entity: string; readonly fields?: readonly string[] };
  readonly says?: string;
  readonly preview?: string | JsonObject;
  readonly precondition?: string | JsonObject;
  readonly verify?: string | JsonObject;
  readonly undo?: { readonly tool: string; readonly args?: JsonObject };
  readonly deciding?: Some;
  readonly untrusted?: boolean;
  readonly personal?: Some;
  readonly takes_personal?: boolean;
  readonly audience?: "customer";
  readonly destinations?: Named<Some>;
  readonly limits?: {
    readonly rows?: number;
    readonly bytes?: string | number;
    readonly timeout?: SpanSource;
    readonly per_case?: number;
  };
} & OperationSource;

/** What its kind does: which of them stand together is told by the kind of its system. */
export type OperationSource = {
  readonly sql?: string;
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path?: string;
  readonly query?: JsonObject;
  readonly headers?: Named<string>;
  readonly body?: Json;
  readonly operation?: string;
  readonly file?: string;
  readonly action?: "read" | "list" | "search" | "write" | "append";
  readonly content?: Json;
  readonly to?: Some;
  readonly subject?: string;
  readonly text?: string;
  readonly template?: string;
  readonly run?: Some;
  readonly table?: string;
  readonly input?: Json;
  readonly id?: string;
  readonly rows?: string;
  readonly reference?: string;
};

export type GrantSource = {
  readonly may?: {
    readonly level: Level;
    readonly tools: readonly string[];
    readonly requests?: readonly string[];
    readonly only?: Named<string | JsonObject>;
  };
  readonly ungoverned?: Some;
};

export type RequestSource = {
  readonly description?: string;
  readonly examples?: readonly string[];
  readonly case?: Named<string>;
  readonly workflow?: string;
  readonly owner?: string;
  readonly subject?: string;
  readonly sla?: { readonly respond?: SpanSource; readonly resolve?: SpanSource };
  readonly tools?: readonly string[];
};

export type DecidersSource =
  | Some
  | {
      readonly role?: string;
      readonly team?: string;
      readonly people?: Some;
      readonly manager_of?: "requester" | "owner";
    };

export type StageSource = {
  readonly from: DecidersSource;
  readonly need?: number;
  readonly due?: SpanSource;
  readonly distinct_stages?: boolean;
};

export type ChainSource = {
  readonly description?: string;
  readonly from?: DecidersSource;
  readonly need?: number;
  readonly due?: SpanSource;
  readonly stages?: readonly StageSource[];
  readonly not?: readonly ("requester" | "editor" | "owner")[];
  readonly edit?: Named<"any" | "decrease" | "increase">;
  readonly remind?: readonly (string | number)[];
  readonly on_timeout?: readonly (
    | "reject"
    | { readonly escalate: DecidersSource; readonly after?: SpanSource }
  )[];
  readonly bulk?: { readonly most: number; readonly only_if?: string | JsonObject };
  readonly break_glass?: { readonly role: string; readonly review: string };
};

export type FactsSource = {
  readonly case?: Named<TypeSource>;
  readonly request?: Named<TypeSource>;
};
