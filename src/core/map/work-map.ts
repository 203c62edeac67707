import type { Chain } from "../approval/index.ts";
import type { Calendar, Span } from "../calendar/index.ts";
import type { BreakerDefinition } from "../definition/index.ts";
import type { Json, JsonObject } from "../json.ts";
import type { EffectClass } from "../machine/index.ts";
import type { Condition, PolicyRule, Table } from "../rules/index.ts";
import type { Sentence } from "./tool-says.ts";

/**
 * How far an agent may go, from least to most. `reference` reads what everybody may know, `case` what
 * belongs to one case, `draft` prepares, `record` writes inside the company, `external` reaches
 * customers or money, or cannot be taken back.
 */
export const LEVELS = ["reference", "case", "draft", "record", "external"] as const;
export type Level = (typeof LEVELS)[number];

/** A company's work command map as it was read and checked: all its files, one value. Frozen. */
export type WorkMap = {
  readonly company: string;
  readonly systems: Readonly<Record<string, System>>;
  readonly tools: Readonly<Record<string, Tool>>;
  /** What each agent may do; an agent that is not here may use no tool. */
  readonly agents: Readonly<Record<string, Grant>>;
  readonly requests: Readonly<Record<string, RequestType>>;
  /** In the order in which they are written. */
  readonly rules: readonly PolicyRule[];
  readonly tables: Readonly<Record<string, Table>>;
  /** Chains of approval by name. */
  readonly approvals: Readonly<Record<string, Chain>>;
  /** How far what comes in through a channel is believed, by its name. A channel that is not here is untrusted. */
  readonly intake: Readonly<Record<string, Trust>>;
  /** Types of the names that rules, tables and scopes read of a case and of a request: JSON Schema objects. */
  readonly facts: JsonObject;
  readonly exceptions: { readonly owner: string };
  readonly publishing: Publishing;
  readonly calendar: Calendar;
};

/** `staff` speaks for the company, `customer` for themselves: both are the trusted request; what is `untrusted` only tells. */
export const TRUSTS = ["staff", "customer", "untrusted"] as const;
export type Trust = (typeof TRUSTS)[number];

/** Who may put the next version of the map in force: people, teams and roles; none: anybody. */
export type Publishing = {
  readonly roles: readonly string[];
  /** So many people, each of whom may: the last of them puts it in force. */
  readonly approvals: number;
};

export type SystemKind =
  | "sql"
  | "http"
  | "openapi"
  | "file"
  | "mail"
  | "function"
  | "command"
  /** The company's own decision tables, asked like any other system. */
  | "table";

export type System = {
  readonly name: string;
  readonly kind: SystemKind;
  /** What its kind needs, as written: `$env` stays a name here and becomes a value in the gateway alone. */
  readonly settings: JsonObject;
  /** When it is left alone for a while; absent: as usual, null: never. */
  readonly breaker?: BreakerDefinition | null;
  /** What is read there may have been written by anybody. */
  readonly isUntrusted: boolean;
  /**
   * Files of the company that say what its tools do, with their digests: its module, its document, its
   * program. As they were read: one that is another by now is not used.
   */
  readonly files: Readonly<Record<string, string>>;
};

export type Tool = {
  readonly name: string;
  readonly system: string;
  readonly description: string;
  /** What a call of it does, in one sentence for who decides; null: nobody has written one. */
  readonly says: Sentence | null;
  readonly level: Level;
  readonly effects: EffectClass;
  /** What its kind does: `sql`, `method` and `path`, `operation`, `file`, `run`, … as written. */
  readonly operation: JsonObject;
  /** JSON Schema of the arguments, closed: one it does not name is refused. */
  readonly args: JsonObject;
  /** JSON Schema of what it gives, or null. */
  readonly returns: JsonObject | null;
  /**
   * Case scope: an argument, or a field of each row it gives, must be what the case is bound to:
   * `{ order_id: "order_id" }` is args.order_id = case.order_id.
   */
  readonly scope: {
    readonly args: Readonly<Record<string, string>>;
    readonly rows: Readonly<Record<string, string>>;
  };
  /** The entity it writes: "orders"; null where it only reads. */
  readonly writes: string | null;
  /** The entity it reads, and the fields it may give; null fields is all. */
  readonly reads: { readonly entity: string; readonly fields: readonly string[] | null } | null;
  /** Looked up before the call is judged: how what it writes is now. As `operation`. */
  readonly preview: JsonObject | null;
  /** What must hold of args and preview when it is done. */
  readonly precondition: Condition | null;
  /** Looked up after the call: what it wrote is as it should be. As `operation`; null: the preview serves. */
  readonly verify: JsonObject | null;
  /** What takes it back: another tool and its arguments, templates over `args` and `before`. */
  readonly undo: { readonly tool: string; readonly args: JsonObject } | null;
  /** Arguments that decide: those must stand in the trusted request, or people are asked. */
  readonly deciding: readonly string[];
  /** What it gives is written by others. */
  readonly isUntrusted: boolean;
  /** Fields of what it gives, or of its arguments, that are about a person. */
  readonly personal: readonly string[];
  /** Where data about persons may flow: it takes it; else it is refused. */
  readonly takesPersonal: boolean;
  /** Somebody outside will read it: the checks stand before it. */
  readonly audience: "customer" | null;
  /** Patterns of what an argument may name: `{ to: ["*@harbour.example"] }`. */
  readonly destinations: Readonly<Record<string, readonly string[]>>;
  readonly limits: ToolLimits;
  /** Of its definition; a call is judged by the one that is pinned. */
  readonly digest: string;
};

export type ToolLimits = {
  readonly rowsMost: number;
  readonly bytesMost: number;
  readonly timeoutMs: number;
  /** Calls in one case; null: any number. */
  readonly perCase: number | null;
};

export type Grant = {
  readonly agent: string;
  readonly level: Level;
  readonly tools: readonly string[];
  /** Only for these types of request; null: for all. */
  readonly requests: readonly string[] | null;
  /** What must hold of a call besides, by the name of the tool. */
  readonly only: Readonly<Record<string, Condition>>;
  /** What a command or http agent can do beside the gateway, as its author says; shown in the map. */
  readonly ungoverned: readonly string[];
};

export type RequestType = {
  readonly name: string;
  readonly description: string;
  readonly examples: readonly string[];
  /** What ids a request must name, and what of a case they are: `{ order_id: "request.order_id" }`. */
  readonly case: Readonly<Record<string, string>>;
  readonly workflow: string;
  /** A person, a team or a role. */
  readonly owner: string;
  /** The binding that names the person it is about: their data can be erased. */
  readonly subject: string | null;
  readonly sla: { readonly respond: Span | null; readonly resolve: Span | null };
  /** Tools that may be used for it; null: those its agents have. */
  readonly tools: readonly string[] | null;
};

/** Names and their values as a rule reads them. */
export type Readable = { readonly [name: string]: Json };
