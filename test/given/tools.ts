import type { Chain } from "../../src/core/approval/index.ts";
import { canonical } from "../../src/core/audit/index.ts";
import {
  CHECKS,
  type Labels,
  type Preview,
  type Verdict,
} from "../../src/core/governance/index.ts";
import type { Digest } from "../../src/core/id.ts";
import type { Json, JsonObject } from "../../src/core/json.ts";
import type {
  EffectClass,
  Facts,
  Judged,
  Key,
  Told,
  UseOutcome,
} from "../../src/core/machine/index.ts";
import { digestOf } from "./workflow.ts";

/** A tool as a test's map has it. What is said of it may change while the test goes on. */
export type GivenTool = {
  readonly effects: EffectClass;
  verdict?: Verdict;
  /** Somebody stopped it: why. It is denied, whatever its verdict is. */
  stopped?: string | null;
  readonly verifies?: boolean;
  readonly labels?: Labels;
  readonly owner?: string;
  /** Asks by the chain of another tool; absent: by its own. */
  readonly asks?: string;
  /** What of conditions on which it was allowed does not hold yet. */
  unmet?: readonly string[];
  readonly chain?: GivenChain;
};

/** Whom a test's chain asks, how many of them, and for how long. */
export type GivenChain = {
  readonly from: readonly string[];
  readonly need: number;
  readonly dueMs: number | null;
  readonly edit?: Chain["edit"];
};

export function chainOf(name: string, { from, need, dueMs, edit = {} }: GivenChain): Chain {
  const due = dueMs === null ? null : { ms: dueMs, isWorking: false };
  return {
    name,
    digest: `of ${name}`,
    stages: [{ from: from.length === 0 ? {} : { people: from }, need, due, isDistinct: false }],
    not: [],
    edit,
    remind: [],
    onTimeout: [],
    bulk: null,
    breakGlass: null,
  };
}

/** Facts about uses, of tools that a test describes; one that it does not know is denied. */
export function judging(tools: Readonly<Record<string, GivenTool>>): Pick<Facts, "judge"> & object {
  return {
    judge: (call) => {
      const tool = tools[call.tool];
      const of = tool?.verdict ?? (tool === undefined ? "deny" : "allow");
      const verdict = typeof tool?.stopped === "string" ? "deny" : of;
      const precondition = call.preview?.digest ?? null;
      const action = digestOf(
        canonical([call.tool, call.args, call.agent, precondition, call.key]),
      );
      return judged(tool, { verdict, args: call.args, action, chain: tool?.asks ?? call.tool });
    },
  };
}

function judged(
  tool: GivenTool | undefined,
  given: {
    readonly verdict: Verdict;
    readonly args: JsonObject;
    readonly action: Digest;
    readonly chain: string;
  },
): Judged {
  const { chain, ...of } = given;
  const { verdict } = of;
  return {
    ...of,
    checks: CHECKS.map((check) => {
      if (check === "stopped" && typeof tool?.stopped === "string")
        return { check, verdict: "deny", why: tool.stopped };
      return { check, verdict: check === "level" && verdict !== "allow" ? verdict : "pass" };
    }),
    map: digestOf("map"),
    level: tool?.effects === "pure" ? "case" : "external",
    rules: [],
    chains:
      verdict === "ask" ? [tool?.chain === undefined && tool?.asks === undefined ? "" : chain] : [],
    say: verdict === "deny" ? "This may not be used here." : "",
    why: `The test says ${verdict}.`,
    labels: tool?.labels ?? { untrusted: [], personal: [] },
    redact: [],
    effects: tool?.effects ?? "ask",
    verifies: tool?.verifies === true,
    owner: tool?.owner ?? "",
    ...(tool?.unmet === undefined ? {} : { unmet: tool.unmet }),
  };
}

/** How what a tool writes is now, and would be. */
export function previewOf(before: Json, after: Json): Preview {
  return { entity: "orders", id: "7", before, after, digest: digestOf(canonical(before)) };
}

export function read(value: Json, dropped = 0): UseOutcome {
  const digest = digestOf(canonical(value));
  const record = { system: "shop", entity: "orders", ids: ["7"], fields: ["total"], rows: 1 };
  return { kind: "ok", result: { value }, read: { ...record, dropped, digest, at: 0 } };
}

export function wrote(
  value: Json,
  undo?: { readonly tool: string; readonly args: JsonObject },
): UseOutcome {
  const written = { system: "shop", entity: "orders", id: "7", affected: 1 };
  return {
    kind: "ok",
    result: { value },
    written: undo === undefined ? written : { ...written, undo },
  };
}

export type Using = {
  readonly args?: JsonObject;
  readonly name?: string;
  readonly preview?: Preview | null;
};

export function useTold(
  key: Key,
  tool: string,
  { args = {}, name = `${tool}#1`, preview = null }: Using,
): Extract<Told, { type: "use" }> {
  return { type: "use", key, name, tool, args, preview } as const;
}

export type UsingOne = readonly [tool: string, more?: Using];

/** Several at once. */
export function usesTold(key: Key, all: readonly UsingOne[]): Extract<Told, { type: "uses" }> {
  const told = all.map(([tool, more]) => {
    const { name, args, preview } = useTold(key, tool, more ?? {});
    return { name, tool, args, preview };
  });
  return { type: "uses", key, all: told };
}
