import { canonical } from "../../src/core/audit/index.ts";
import type { Preview } from "../../src/core/governance/index.ts";
import type { Json } from "../../src/core/json.ts";
import { type EffectClass, failure } from "../../src/core/machine/index.ts";
import { digestOf } from "../../src/engine/runtime/index.ts";
import type {
  Looking,
  Performed,
  Performing,
  ToolFailed,
  Verified,
  Verifying,
} from "../../src/engine/tools/index.ts";
import { checkBegun } from "./check-use.ts";
import {
  apply,
  type FarWrite,
  foundAt,
  keyOf,
  orderIn,
  type Place,
  previewOf,
  resultOf,
  type Shop,
} from "./shop.ts";
import { toolOf } from "./shop-map.ts";
import { outcomeOf } from "./use-outcome.ts";
import type { World } from "./world.ts";

const FAULT = failure("network_timeout", "The shop cannot be asked now.");
const SILENCE = failure("network_timeout", "The shop gave no answer.");
const STALE = failure("stale", "What it writes is no longer as it was.");
const TOOK_MS_MOST = 3_000;
const SLOW_MS_MOST = 60_000;
const LATE_MS_MOST = 40_000;
/** Troubles of one step, where a world is calm. */
const TROUBLES_MOST = 3;

export function look(
  world: World,
  { tool, args }: Looking,
  answer: (found: Preview | null | ToolFailed) => void,
): void {
  const { chance, moments, shop } = world;
  const ask = canonical([tool, args]);
  moments.after(tookMs(world), () => {
    if (isBad(world, ask) && chance.is(0.3))
      return answer({ outcome: "failed", error: FAULT, certain: true });
    const known = toolOf(tool);
    if (known === undefined || known.preview === null) return answer(null);
    const preview = previewOf(shop, args);
    const { digest } = preview;
    shop.looks.push({ ask, digest, at: moments.now() });
    answer(preview);
  });
}

type Manner = "done" | "certainly not" | "done, unsaid" | "not done, unsaid" | "late" | "slow";
const BAD: readonly Manner[] = [
  "certainly not",
  "done, unsaid",
  "not done, unsaid",
  "late",
  "slow",
];

/** Once, or never, or later than it says: it answers in any case. */
export function performAt(
  world: World,
  call: Performing & Place,
  answer: (made: Performed) => void,
): void {
  const { chance, weather, moments } = world;
  const manner = isBad(world, placeOf(call)) ? chance.one(BAD) : "done";
  const effects = toolOf(call.tool)?.effects ?? "ask";
  checkBegun(world, call, effects);
  if (chance.is(weather.crashWhilePerforming))
    moments.after(chance.between(0, TOOK_MS_MOST), world.crash);
  const took = manner === "slow" ? chance.between(1, SLOW_MS_MOST) : tookMs(world);
  if (effects === "pure")
    return void moments.after(took, () => answer(manner === "done" ? read(call) : unread()));
  const far = newWrite(world.shop, call, effects);
  const tell = (made: Performed): void => {
    answer(made);
    // Nobody says that it was done when it was not: it may have been dropped with its process.
    if (made.outcome !== "ok" || isKnownDone(world.shop, far)) double(world, call, made);
  };
  moments.after(took, () => {
    if (manner === "late") {
      moments.after(chance.between(0, LATE_MS_MOST), () => write(world, far, call));
      return tell({ outcome: "unknown", error: SILENCE });
    }
    if (manner === "done" || manner === "done, unsaid" || manner === "slow") {
      const refused = write(world, far, call);
      if (refused !== null) return answer(refused);
    }
    far.isPending = false;
    if (manner === "certainly not")
      return answer({ outcome: "failed", error: FAULT, certain: isUntouched(world.shop, far) });
    if (manner !== "done" && manner !== "slow") return tell({ outcome: "unknown", error: SILENCE });
    tell(written(call));
  });
}

/** Nothing was done under its key, and nothing may be. */
function isUntouched({ writes }: Shop, { run, key }: FarWrite): boolean {
  return !writes.some((one) => one.run === run && one.key === key && (one.isDone || one.isPending));
}

/** The same answer once more, when nobody waits for it: it comes from outside. */
function double(world: World, { key, run }: Performing & Place, made: Performed): void {
  const { chance, weather, moments, counts } = world;
  if (!chance.is(weather.doubled)) return;
  counts.doubled++;
  moments.after(chance.between(0, 30_000), () =>
    world.shell?.send(run, {
      type: "used",
      key: keyOf(key),
      outcome: outcomeOf(made),
      at: moments.now(),
      by: "agent:reader",
    }),
  );
}

function placeOf({ run, path }: Place): string {
  return `${run} ${path}`;
}

function tookMs({ chance }: World): number {
  return chance.is(0.3) ? 0 : chance.between(1, TOOK_MS_MOST);
}

function isBad({ chance, weather, troubles }: World, of: string): boolean {
  if (!chance.is(weather.trouble)) return false;
  const place = `shop ${of}`;
  const sofar = troubles.get(place) ?? 0;
  if (weather.isCalm && sofar >= TROUBLES_MOST) return false;
  troubles.set(place, sofar + 1);
  return true;
}

function newWrite(shop: Shop, call: Performing & Place, effects: EffectClass): FarWrite {
  const { run, path, tool, args } = call;
  const key = keyOf(call.key);
  const is = { found: null, isPending: true, isDone: false };
  const far: FarWrite = { run, path, key, tool, effects, args, ...is };
  shop.writes.push(far);
  return far;
}

/** Something was done under the key. */
function isKnownDone({ writes }: Shop, { run, key }: Pick<FarWrite, "run" | "key">): boolean {
  return writes.some((one) => one.isDone && one.run === run && one.key === key);
}

/** @returns why it was not done */
function write(world: World, far: FarWrite, call: Performing): ToolFailed | null {
  const { shop, shell, counts } = world;
  if (!far.isPending) return null;
  far.isPending = false;
  const found = foundAt(shop, far.args);
  if (call.preview !== null && call.isRepeat !== true && found !== call.preview.digest)
    return { outcome: "failed", error: STALE, certain: true };
  // What may be repeated is done once under its key.
  if (far.effects === "idempotent" && isKnownDone(shop, far)) return null;
  far.found = found;
  far.isDone = true;
  counts.writes++;
  if (shell?.isUp() === false) counts.late++;
  apply(shop, far);
  return null;
}

/** A person does by hand what an agent would have done. */
export function byHand(
  { shop, counts }: World,
  { run, path, tool, args }: Place & Pick<FarWrite, "tool" | "args">,
): void {
  counts.byHand++;
  const is = { found: null, isPending: false, isDone: true } as const;
  shop.writes.push({ run, path, key: 0, tool, effects: "ask", args, ...is });
  apply(shop, { tool, args });
}

function read({ tool, args }: Performing): Performed {
  const result = resultOf(tool, args);
  const of = { system: "shop", entity: "orders", ids: [orderIn(args)], fields: ["n"] };
  const digest = digestOf(canonical(result));
  const record = { ...of, rows: 1, dropped: 0, digest, at: 0 };
  return { outcome: "ok", result, read: record, ...NOTHING, written: null };
}

const NOTHING = { reference: null, warnings: [] };

function unread(): Performed {
  return { outcome: "failed", error: FAULT, certain: true };
}

function written({ tool, args, preview }: Performing): Performed {
  const undo = toolOf(tool)?.undo ?? null;
  return {
    outcome: "ok",
    result: resultOf(tool, args),
    read: null,
    written: {
      system: "shop",
      entity: "orders",
      id: orderIn(args),
      affected: 1,
      before: preview?.before ?? null,
      after: preview?.after ?? null,
      undo: undo === null ? null : { tool: undo.tool, args },
    },
    ...NOTHING,
  };
}

/** Looks again. In bad weather it is read otherwise than it was written. */
export function verifyAt(
  world: World,
  call: Verifying & Place,
  answer: (found: Verified | null) => void,
): void {
  const { shop, moments, chance } = world;
  moments.after(tookMs(world), () => {
    const key = keyOf(call.key);
    const isThere = isKnownDone(shop, { run: call.run, key });
    const found: Json = isThere ? { there: true } : null;
    const isSeen = isThere && !(isBad(world, placeOf(call)) && chance.is(0.5));
    answer({ ok: isSeen, found, why: isSeen ? null : "It is not there as it should be." });
  });
}

/** The process is gone: of what it had asked for, half is never done. */
export function dropPending({ shop, chance }: World): void {
  for (const far of shop.writes) if (far.isPending && chance.is(0.5)) far.isPending = false;
}
