import { judge } from "../../src/core/governance/index.ts";
import type { Facts } from "../../src/core/machine/index.ts";
import { readWorkMap, type WorkMap } from "../../src/core/map/index.ts";
import { digestOf } from "../../src/engine/runtime/index.ts";

/** From so much on one person decides, and above that two, one after the other. */
export const ASKED_FROM = 51;
export const BOARD_FROM = 81;

/** Who may do what in every world: what only reads, what may be done twice, what may not, what people are asked about, what nobody may. */
const TEXT = `
muster: 1
company: Simulated
systems:
  shop: { kind: http, url: "http://shop.example" }
tools:
  order.read: { system: shop, level: reference, path: "/orders/{order}", args: { order: string } }
  file.read: { system: shop, level: reference, path: "/files/{order}", args: { order: string } }
  note.add:
    system: shop
    level: record
    effects: idempotent
    method: POST
    path: /orders/{order}
    args: { order: string, amount: integer }
    writes: orders
    verify: { path: "/orders/{order}" }
  order.mark:
    { system: shop, level: record, effects: ask, method: POST, path: "/orders/{order}/marks", args: { order: string, amount: integer }, writes: orders }
  price.set:
    { system: shop, level: record, effects: ask, method: POST, path: "/orders/{order}/price", args: { order: string, amount: integer }, writes: orders }
  refund.pay:
    system: shop
    level: external
    effects: ask
    method: POST
    path: /orders/{order}/refunds
    args: { order: string, amount: integer }
    writes: orders
    preview: { path: "/orders/{order}" }
    undo: { tool: refund.take-back, args: { order: $args.order, amount: $args.amount } }
  refund.take-back:
    system: shop
    level: external
    effects: idempotent
    method: DELETE
    path: /orders/{order}/refunds
    args: { order: string, amount: integer }
    writes: orders
    verify: { path: "/orders/{order}" }
agents:
${["reader", "keeper", "clerk", "sender"].map(grant).join("")}
rules:
  files: { when: { action.tool: file.read }, then: { approve: desk }, because: Files are private. }
  small-refunds:
    when: { action.tool: refund.pay, args.amount: "< ${ASKED_FROM}" }
    then: permit
    because: Little is paid back without asking.
  larger-refunds:
    when: { action.tool: refund.pay, args.amount: "[${ASKED_FROM}..${BOARD_FROM})" }
    then: { approve: desk }
    because: More is decided at the desk.
  large-refunds:
    when: { action.tool: refund.pay, args.amount: ">= ${BOARD_FROM}" }
    then: { approve: board }
    because: Much is decided by the board.
  take-backs:
    when: { action.tool: refund.take-back }
    then: permit
    because: What was wrong is taken back.
  prices: { when: { action.tool: price.set }, then: { deny: No prices. }, because: Prices stay. }
approvals: { desk: { from: { role: clerk } }, board: { from: { role: chief } } }
exceptions: { owner: owner }
`;

function grant(agent: string): string {
  const tools =
    "order.read, file.read, note.add, order.mark, price.set, refund.pay, refund.take-back";
  return `  ${agent}: { may: { level: external, tools: [${tools}] } }\n`;
}

const MAP = read();

function read(): WorkMap {
  const surroundings = { digest: digestOf, agents: null, workflows: null };
  const { map, problems } = readWorkMap([{ file: "map.yaml", text: TEXT }], surroundings);
  if (map === null) throw new Error(problems.map(({ message }) => message).join("\n"));
  return map;
}

const DIGEST = digestOf(TEXT);
const PINNED = Object.fromEntries(
  Object.values(MAP.tools).map(({ name, digest }) => [name, digest]),
);

export function toolOf(name: string): WorkMap["tools"][string] | undefined {
  return MAP.tools[name];
}

/** The judge that ships, by this map; `stopped` says why nothing may be done now. */
export function judgeOf(
  stopped: (of: { readonly agent: string; readonly tool: string }) => string | null,
): NonNullable<Facts["judge"]> {
  return (call, { labels, calls, at }) => {
    const tool = MAP.tools[call.tool];
    const judgement = judge(call, {
      map: MAP,
      mapDigest: DIGEST,
      case: null,
      labels,
      stopped: stopped(call),
      pinned: PINNED,
      callsInCase: calls,
      now: at,
      digest: digestOf,
    });
    const effects = tool?.effects ?? "ask";
    const verifies = effects !== "pure" && (tool?.verify ?? tool?.preview ?? null) !== null;
    return { ...judgement, effects, verifies, owner: MAP.exceptions.owner };
  };
}
