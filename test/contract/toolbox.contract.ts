import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Preview } from "../../src/core/governance/index.ts";
import type { Json, JsonObject } from "../../src/core/json.ts";
import type { SystemKind } from "../../src/core/map/index.ts";
import {
  isToolFailed,
  openToolbox,
  type Performing,
  type Toolbox,
} from "../../src/engine/tools/index.ts";
import { mapOf, type ToolGiven } from "../given/work-map.ts";

/** Stands in the environment of every system, and in what the far side says; in nothing that is given. */
export const SECRET = "hunter2-is-no-secret";

/**
 * A far side with two records, `{id: "1", owner: "ann", status: "pending", note}` and the same of "2"
 * and "ben". `note` holds the secret.
 */
export type FarSide = AsyncDisposable & {
  readonly folder: string;
  readonly kind: SystemKind;
  readonly settings: JsonObject;
  /** Settings of one that is not there. */
  readonly lost: JsonObject;
  readonly environment: Readonly<Record<string, string>>;
  readonly tools: {
    /** By `id`. */
    readonly look: ToolGiven["operation"] & object;
    readonly all: ToolGiven["operation"] & object;
    /** By `id` and `status`; refuses a status "broken", unless it refuses nothing. */
    readonly change: ToolGiven["operation"] & object;
  };
  readonly refusesNothing?: true;
  readonly statusOf: (id: string) => Promise<Json>;
  /** Somebody else changes it. */
  readonly alter: (id: string, status: string) => Promise<void>;
};

const TEXT = { type: "string" };
const never = new AbortController().signal;
const GIVEN = { key: "wf_a:12", redact: [], bindings: null, preview: null };

export function toolboxContract(name: string, start: () => Promise<FarSide>): void {
  describe(`a tool of ${name}`, () => {
    let far: FarSide;
    const open: Toolbox[] = [];
    beforeAll(async () => {
      far = await start();
    });
    afterEach(async () => {
      await Promise.all(open.splice(0).map((toolbox) => toolbox.close()));
      await far.alter("1", "pending");
    });
    afterAll(async () => {
      await far[Symbol.asyncDispose]();
    });

    const toolbox = (settings = far.settings, more: Partial<ToolGiven> = {}): Toolbox => {
      const { look, all, change } = far.tools;
      const reads = { entity: "orders", fields: null };
      const opened = openToolbox({
        folder: far.folder,
        environment: far.environment,
        map: mapOf({
          kind: far.kind,
          settings,
          tools: {
            look: { operation: look, takes: { id: TEXT }, reads, ...more },
            all: { operation: all, reads, ...more },
            change: {
              operation: change,
              takes: { id: TEXT, status: TEXT },
              writes: "orders",
              preview: look,
              undo: { tool: "change", args: { id: "$args.id", status: "$before.status" } },
              ...more,
            },
          },
        }),
      });
      open.push(opened);
      return opened;
    };
    const perform = (
      tools: Toolbox,
      tool: string,
      args: JsonObject,
      more: Partial<Performing> = {},
    ) => tools.perform({ ...GIVEN, tool, args, ...more }, never);
    const previewOf = async (tools: Toolbox, args: JsonObject): Promise<Preview> => {
      const seen = await tools.preview({ tool: "change", args }, never);
      if (seen === null || isToolFailed(seen)) throw new Error(JSON.stringify(seen));
      return seen;
    };

    test("gives what it reads, and says what it read", async () => {
      const tools = toolbox();
      expect(await perform(tools, "all", {})).toMatchObject({
        outcome: "ok",
        result: [
          { id: "1", owner: "ann", status: "pending" },
          { id: "2", owner: "ben", status: "pending" },
        ],
        read: { system: "far", entity: "orders", ids: ["1", "2"], rows: 2, dropped: 0 },
        written: null,
      });
      expect(await perform(tools, "look", { id: "2" })).toMatchObject({
        outcome: "ok",
        read: { ids: ["2"], rows: 1 },
      });
    });

    test("shows before and after, and leaves nothing behind", async () => {
      const seen = await previewOf(toolbox(), { id: "1", status: "cancelled" });
      expect(seen).toMatchObject({
        entity: "orders",
        id: "1",
        before: { id: "1", status: "pending" },
        after: { id: "1", status: "cancelled" },
      });
      expect(await far.statusOf("1")).toBe("pending");
    });

    test("writes what was judged, says what it was and is, and what takes it back", async () => {
      const tools = toolbox();
      const args = { id: "1", status: "cancelled" };
      const preview = await previewOf(tools, args);
      const answer = await perform(tools, "change", args, { preview });
      expect(answer).toMatchObject({
        outcome: "ok",
        read: null,
        written: {
          entity: "orders",
          id: "1",
          before: { status: "pending" },
          after: { status: "cancelled" },
          undo: { tool: "change", args: { id: "1", status: "pending" } },
        },
      });
      expect(await far.statusOf("1")).toBe("cancelled");
      expect(await far.statusOf("2")).toBe("pending");
      const { after } = preview;
      const verify = { ...GIVEN, tool: "change", args, after };
      expect(await tools.verify(verify, never)).toMatchObject({ ok: true, why: null });
      await far.alter("1", "lost");
      expect(await tools.verify(verify, never)).toMatchObject({ ok: false });
    });

    test("does nothing where the record has changed since it was judged", async () => {
      const tools = toolbox();
      const args = { id: "1", status: "cancelled" };
      const preview = await previewOf(tools, args);
      await far.alter("1", "shipped");
      expect(await perform(tools, "change", args, { preview })).toMatchObject({
        outcome: "failed",
        certain: true,
        error: { kind: "stale" },
      });
      expect(await far.statusOf("1")).toBe("shipped");
    });

    test("a repetition under the same key finds what was done before", async () => {
      const tools = toolbox(far.settings, { effects: "idempotent" });
      const args = { id: "1", status: "cancelled" };
      const preview = await previewOf(tools, args);
      await perform(tools, "change", args, { preview });
      expect(await perform(tools, "change", args, { preview, isRepeat: true })).toMatchObject({
        outcome: "ok",
        written: { after: { status: "cancelled" } },
      });
      expect(await far.statusOf("1")).toBe("cancelled");
    });

    test("rows outside of the case are left out and counted; no case is outside of all", async () => {
      const scope = { args: {}, rows: { owner: "owner_id" } };
      const tools = toolbox(far.settings, { scope });
      const bindings = { owner_id: "ben" };
      expect(await perform(tools, "all", {}, { bindings })).toMatchObject({
        result: [{ id: "2" }],
        read: { rows: 1, dropped: 1 },
      });
      expect(await perform(tools, "look", { id: "1" }, { bindings })).toMatchObject({
        read: { rows: 0, dropped: 1 },
      });
      expect(await perform(tools, "all", {})).toMatchObject({ result: [], read: { dropped: 2 } });
      expect(
        await tools.preview({ tool: "change", args: { id: "1", status: "x" }, bindings }, never),
      ).toMatchObject({ before: null, after: null });
    });

    test("fields that are not on the list, or were judged away, are left out", async () => {
      const reads = { entity: "orders", fields: ["id", "status"] };
      const answer = await perform(
        toolbox(far.settings, { reads }),
        "all",
        {},
        { redact: ["status"] },
      );
      expect(answer).toMatchObject({
        result: [{ id: "1" }, { id: "2" }],
        read: { fields: ["id"] },
      });
    });

    test("gives no more rows and bytes than its limits, and says so", async () => {
      const limits = { rowsMost: 1 };
      const answer = await perform(toolbox(far.settings, { limits }), "all", {});
      expect(answer).toMatchObject({ outcome: "ok", read: { rows: 1 } });
      expect(answer.outcome === "ok" && answer.warnings.join(" ")).toMatch(/left out/);
    });

    test("what its variables hold stands in nothing that it gives", async () => {
      const tools = toolbox();
      const lost = toolbox(far.lost);
      const args = { id: "1", status: "cancelled" };
      const preview = await previewOf(tools, args);
      const all = [
        await perform(tools, "all", {}),
        await perform(tools, "look", { id: "1" }),
        preview,
        await perform(tools, "change", { id: "1", status: "broken" }),
        await perform(tools, "change", args, { preview }),
        await tools.verify({ ...GIVEN, tool: "change", args, after: null }, never),
        await tools.health(),
        tools.describe(),
        await perform(lost, "look", { id: "1" }),
        await perform(lost, "change", args),
        await lost.health(),
      ];
      const text = JSON.stringify(all);
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain(Buffer.from(SECRET).toString("base64").slice(0, 20));
      expect(text).toContain("[FAR_SECRET]");
    });

    test("what the far side refuses is a failure with a sentence, and nothing was done", async () => {
      if (far.refusesNothing === true) return;
      const answer = await perform(toolbox(), "change", { id: "1", status: "broken" });
      expect(answer).toMatchObject({ outcome: "failed", certain: true });
      expect(await far.statusOf("1")).toBe("pending");
    });

    test("a far side that is not there is a failure, and its health says so", async () => {
      const lost = toolbox(far.lost);
      const failed = { outcome: "failed", certain: true, error: { kind: "tool_unavailable" } };
      expect(await perform(lost, "look", { id: "1" })).toMatchObject(failed);
      expect(await perform(lost, "change", { id: "1", status: "x" })).toMatchObject(failed);
      expect((await lost.health())[0]?.fault).toEqual(expect.any(String));
      expect((await toolbox().health())[0]?.fault).toBeNull();
    });

    test("what is stopped before it begins is not begun", async () => {
      const answer = await toolbox().perform(
        { ...GIVEN, tool: "change", args: { id: "1", status: "cancelled" } },
        AbortSignal.abort(),
      );
      expect(answer).toMatchObject({
        outcome: "failed",
        certain: true,
        error: { kind: "stopped" },
      });
      expect(await far.statusOf("1")).toBe("pending");
    });

    test("words of an agent are never more than values", async () => {
      const cruel = [
        "'; drop table orders; --",
        "../../etc/passwd",
        "$(reboot)",
        "{{x}}\r\nX: y",
        "\0",
      ];
      const tools = toolbox();
      for (const id of cruel) {
        const looked = await perform(tools, "look", { id });
        const rows = looked.outcome === "ok" ? looked.read?.rows : 0;
        expect(rows).toBe(0);
        expect((await perform(tools, "change", { id, status: "gone" })).outcome).toBe("failed");
      }
      expect(await far.statusOf("1")).toBe("pending");
    });

    test("a tool that is not in the map does nothing", async () => {
      expect(await perform(toolbox(), "nothing", {})).toMatchObject({
        outcome: "failed",
        certain: true,
        error: { kind: "tool_not_found" },
      });
    });
  });
}
