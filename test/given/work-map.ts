import type { JsonObject } from "../../src/core/json.ts";
import type { SystemKind, Tool, WorkMap } from "../../src/core/map/index.ts";

/** A tool that only says what is its own. */
export type ToolGiven = Partial<Omit<Tool, "name" | "args" | "limits">> & {
  /** Names of arguments with their JSON Schemas. */
  readonly takes?: JsonObject;
  readonly limits?: Partial<Tool["limits"]>;
};

type Given = {
  readonly kind: SystemKind;
  readonly settings: JsonObject;
  readonly tools: Readonly<Record<string, ToolGiven>>;
  readonly files?: Readonly<Record<string, string>>;
};

/** A map with one system, "far", and its tools. */
export function mapOf({ kind, settings, tools, files = {} }: Given): WorkMap {
  return {
    company: "Harbour Retail",
    systems: { far: { name: "far", kind, settings, isUntrusted: false, files } },
    tools: Object.fromEntries(
      Object.entries(tools).map(([name, given]) => [name, toolOf(name, given)]),
    ),
    agents: {},
    requests: {},
    rules: [],
    tables: {},
    approvals: {},
    intake: {},
    facts: {},
    exceptions: { owner: "operations" },
    publishing: { roles: [], approvals: 1 },
    calendar: NO_CALENDAR,
  };
}

const NO_CALENDAR = { zone: "UTC" } as WorkMap["calendar"];

export function toolOf(name: string, { takes = {}, limits, ...given }: ToolGiven): Tool {
  const writes = given.writes ?? null;
  return {
    name,
    system: "far",
    description: "",
    says: null,
    level: writes === null ? "case" : "external",
    effects: writes === null ? "pure" : "ask",
    operation: {},
    args: { type: "object", properties: takes, additionalProperties: false },
    returns: null,
    scope: { args: {}, rows: {} },
    writes,
    reads: null,
    preview: null,
    precondition: null,
    verify: null,
    undo: null,
    deciding: [],
    isUntrusted: false,
    personal: [],
    takesPersonal: false,
    audience: null,
    destinations: {},
    digest: `sha256:${"0".repeat(64)}`,
    ...given,
    limits: { rowsMost: 100, bytesMost: 65_536, timeoutMs: 20_000, perCase: null, ...limits },
  };
}
