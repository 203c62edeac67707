import { canonical } from "../../src/core/audit/index.ts";
import type { Preview } from "../../src/core/governance/index.ts";
import type { Digest, RunId } from "../../src/core/id.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { EffectClass } from "../../src/core/machine/index.ts";
import { digestOf } from "../../src/engine/runtime/index.ts";
import { outputsOf } from "./agents.ts";

/** What was written at the shop, or still may be, whether or not anybody heard of it. */
export type FarWrite = {
  readonly run: RunId;
  readonly path: string;
  /** Of the use, within its run; 0: a person did it by hand. */
  readonly key: number;
  readonly tool: string;
  readonly effects: EffectClass;
  readonly args: JsonObject;
  /** How what it writes was when it was written. */
  found: Digest | null;
  isPending: boolean;
  isDone: boolean;
};

/** Somebody looked at what a use would write, and was told at that moment how it is. */
export type Look = { readonly ask: string; readonly digest: Digest; readonly at: number };

/** The records that agents act on through tools, and all that was ever done to them. */
export type Shop = {
  readonly orders: Map<string, { paid: number; marks: number; notes: number }>;
  readonly writes: FarWrite[];
  readonly looks: Look[];
  /** Runs and steps that asked for several at once: of those not all looks end at the same moment. */
  readonly lists: Set<string>;
};

export function openShop(): Shop {
  return { orders: new Map(), writes: [], looks: [], lists: new Set() };
}

/** Where in a run a use belongs. */
export type Place = { readonly run: RunId; readonly path: string };

/** How what a call writes is now, and would be. */
export function previewOf(shop: Shop, args: JsonObject): Preview {
  const id = orderIn(args);
  const { paid } = orderAt(shop, id);
  const before = { paid };
  const after = { paid: paid + Number(args["amount"]) };
  return { entity: "orders", id, before, after, digest: digestOf(canonical(before)) };
}

/** How the record that these arguments name is now. */
export function foundAt(shop: Shop, args: JsonObject): Digest {
  return previewOf(shop, args).digest;
}

function orderAt({ orders }: Shop, id: string): { paid: number; marks: number; notes: number } {
  const order = orders.get(id) ?? { paid: 0, marks: 0, notes: 0 };
  orders.set(id, order);
  return order;
}

/** The order that a call is about. */
export function orderIn(args: JsonObject): string {
  return typeof args["order"] === "string" ? args["order"] : "";
}

/** Whatever a tool does to a record. */
export function apply(shop: Shop, { tool, args }: Pick<FarWrite, "tool" | "args">): void {
  const order = orderAt(shop, orderIn(args));
  const amount = Number(args["amount"]);
  if (tool === "note.add") order.notes += amount;
  else if (tool === "order.mark") order.marks += amount;
  else order.paid += tool === "refund.take-back" ? -amount : amount;
}

/** What a tool gives depends on what it is asked alone, so that runs can be compared. */
export function resultOf(tool: string, args: JsonObject): JsonObject {
  return outputsOf(tool, args);
}

/** The number of the use in its idempotency key. */
export function keyOf(idempotency: string): number {
  return Number(idempotency.slice(idempotency.lastIndexOf(".") + 1));
}

export function runOf(idempotency: string): RunId {
  return idempotency.slice(0, idempotency.lastIndexOf(".")) as RunId;
}
