import type { Preview } from "../../src/core/governance/index.ts";
import type { Json, JsonObject } from "../../src/core/json.ts";
import { failure } from "../../src/core/machine/index.ts";
import type { ToolDesk } from "../../src/engine/runtime/index.ts";
import type { Performed, Performing, Toolbox } from "../../src/engine/tools/index.ts";
import { type GivenTool, judging } from "./tools.ts";
import { digestOf } from "./workflow.ts";

/** What the tools of a test wrote, by idempotency key, and how often each was asked to. */
export type Far = {
  readonly rows: Map<string, JsonObject>;
  readonly asked: string[];
  /** How it is now, for whoever looks before it writes. */
  state: Json;
};

export type GivenDesk = ToolDesk & { readonly far: Far };

/**
 * Tools in memory that are as good as real ones: what writes is idempotent under its key where it says
 * so, and a test may say that it hangs, fails, or leaves everybody in doubt.
 */
export function deskOf(
  tools: Readonly<Record<string, GivenTool>>,
  answer: (
    call: Performing,
    abort: AbortSignal,
  ) => Promise<Performed | null> | Performed | null = () => null,
  far: Far = { rows: new Map(), asked: [], state: 1 },
): GivenDesk {
  const { judge } = judging(tools);
  const box: Toolbox = {
    preview: async ({ tool }) => (tools[tool]?.effects === "pure" ? null : previewOf(far.state)),
    perform: async (call, abort) => {
      far.asked.push(`${call.tool} ${call.key}`);
      const made = await answer(call, abort);
      return made ?? plain(tools[call.tool], call, far);
    },
    verify: async ({ key }) => ({ ok: far.rows.has(key), found: null, why: null }),
    count: async () => null,
    prepare: async () => [],
    leftAlone: () => null,
    describe: () => [],
    health: async () => [],
    close: async () => {},
  };
  return {
    far,
    judge: (call, of) => judge?.(call, of) ?? null,
    toolbox: () => box,
    offered: () => [],
    bindings: () => null,
  };
}

function previewOf(before: Json): Preview {
  const digest = digestOf(JSON.stringify(before));
  return { entity: "orders", id: "7", before, after: "written", digest };
}

function plain(tool: GivenTool | undefined, call: Performing, far: Far): Performed {
  if (tool === undefined)
    return { outcome: "failed", error: failure("tool_not_found", "None."), certain: true };
  const nothing = { read: null, written: null, reference: null, warnings: [] };
  const digest = digestOf("row");
  const read = { system: "shop", entity: "orders", ids: ["7"], fields: [], rows: 1, dropped: 0 };
  if (tool.effects === "pure")
    return { outcome: "ok", ...nothing, result: { total: 12 }, read: { ...read, digest, at: 0 } };
  far.rows.set(call.key, call.args);
  const undo = call.tool === "refund.create" ? { tool: "refund.cancel", args: {} } : null;
  const written = { system: "shop", entity: "orders", id: "7", affected: 1, before: 1, after: 2 };
  return { outcome: "ok", ...nothing, result: { id: "re_1" }, written: { ...written, undo } };
}

export function doubt(): Performed {
  return { outcome: "unknown", error: failure("network_timeout", "No answer came.") };
}
