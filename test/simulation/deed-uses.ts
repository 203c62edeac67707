import { canonical } from "../../src/core/audit/index.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { type Chance, chanceOf } from "./chance.ts";
import type { Asked, Wanted } from "./shell.ts";
import { ASKED_FROM, BOARD_FROM } from "./shop-map.ts";
import type { World } from "./world.ts";

/** Orders at the shop: few, so that what one use wrote changes what another has looked at. */
const ORDERS = 5;

/** How many tools a step's agent uses stands in its inputs. */
export const USES_INPUT = "uses_tools";

/**
 * What the agent of a step asks of tools, in this order: it depends on the step and its inputs alone, so
 * that whoever does it, and however often, asks the same.
 */
export function usesOf(path: string, inputs: JsonObject): readonly Wanted[] {
  const count = inputs[USES_INPUT];
  if (typeof count !== "number" || path.startsWith("!")) return [];
  const chance = chanceOf(`uses ${path} ${canonical(inputs)}`);
  return Array.from({ length: count }, (_, at) => ({ ...useBy(chance), name: `use ${at}` }));
}

const TOOLS = [
  "order.read",
  "file.read",
  "note.add",
  "order.mark",
  "refund.pay",
  "refund.pay",
  "price.set",
] as const;

/** Any tool, of any order. */
export function useBy(chance: Chance): { readonly tool: string; readonly args: JsonObject } {
  const tool = chance.one(TOOLS);
  const order = `o${chance.between(1, ORDERS)}`;
  if (tool === "order.read" || tool === "file.read") return { tool, args: { order } };
  const [least, most] = chance.one([
    [1, ASKED_FROM - 1],
    [ASKED_FROM, BOARD_FROM - 1],
    [BOARD_FROM, 120],
  ] as const);
  return { tool, args: { order, amount: chance.between(least, most) } };
}

/** Whether it writes; price.set would, and may not. */
export function isWrite(tool: string): boolean {
  return !tool.endsWith(".read") && tool !== "price.set";
}

/** Of one use, before its agent gives up. */
const ASKED_MOST = 6;
const AGAIN_MS_MOST = 5_000;
/** Of the attempts: all is asked at once, each by itself or as a list. */
const AT_ONCE_SHARE = 0.25;
const LIST_SHARE = 0.3;

/** done: all was answered; failed: one was not done, however often it was asked; over: nobody waits for it any more. */
export type Used = "done" | "failed" | "over";

/** An agent asks for all that it wants, one after another or at once. In bad weather it asks for something else. */
export function useAll(
  world: World,
  { asked, wanted }: { readonly asked: Asked; readonly wanted: readonly Wanted[] },
  told: (used: Used) => void,
): void {
  const how = world.chance.next();
  const isAtOnce = how < AT_ONCE_SHARE;
  if (!isAtOnce && how < AT_ONCE_SHARE + LIST_SHARE && wanted.length > 1)
    return useList(world, { asked, wanted }, told);
  let left = wanted.length;
  let worst: Used = "done";
  const answered = (used: Used): void => {
    if (worst === "over") return;
    if (used === "over") return told((worst = "over"));
    if (used === "failed") worst = "failed";
    left -= 1;
    if (left === 0 || (!isAtOnce && worst === "failed")) told(worst);
    else if (!isAtOnce) next(wanted.length - left);
  };
  const next = (at: number): void => {
    const one = wanted[at];
    if (one !== undefined) use(world, { asked, wanted: strayed(world, one), times: 1 }, answered);
  };
  if (isAtOnce) for (let at = 0; at < wanted.length; at++) next(at);
  else next(0);
}

/** As a list, on which people decide together; what was not done is asked again, one after another. */
function useList(
  world: World,
  { asked, wanted }: { readonly asked: Asked; readonly wanted: readonly Wanted[] },
  told: (used: Used) => void,
): void {
  const all = wanted.map((one) => strayed(world, one));
  world.counts.uses += all.length;
  world.shop.lists.add(`${asked.run} ${asked.call.path}`);
  asked.useAll(all, (replies) => {
    if (replies === null || replies.some(({ outcome }) => outcome === "unknown"))
      return told("over");
    const left = all.filter((_, at) => replies[at]?.outcome === "failed");
    const next = (): void => {
      const one = left.shift();
      if (one === undefined) return told("done");
      use(world, { asked, wanted: one, times: 2 }, (used) =>
        used === "done" ? next() : told(used),
      );
    };
    next();
  });
}

function strayed({ chance, weather }: World, wanted: Wanted): Wanted {
  if (weather.isCalm || !chance.is(weather.mischief / 4)) return wanted;
  const { amount } = wanted.args;
  if (typeof amount !== "number") return wanted;
  return { ...wanted, args: { ...wanted.args, amount: amount + chance.between(1, 40) } };
}

type Using = { readonly asked: Asked; readonly wanted: Wanted; readonly times: number };

function use(world: World, using: Using, told: (used: Used) => void): void {
  const { asked, wanted, times } = using;
  const { chance, moments, counts } = world;
  counts.uses++;
  asked.use(wanted, (reply) => {
    if (reply === null || reply.outcome === "unknown") return told("over");
    if (reply.outcome !== "failed") return told("done");
    if (times >= ASKED_MOST) return told("failed");
    moments.after(chance.between(1, AGAIN_MS_MOST), () =>
      use(world, { ...using, times: times + 1 }, told),
    );
  });
}
