import { type GateOpening, usesOf } from "../../src/core/approval/index.ts";
import { canonical } from "../../src/core/audit/index.ts";
import type { Digest } from "../../src/core/id.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { Event, Key, Stored } from "../../src/core/machine/index.ts";
import type { Audited } from "./audit.ts";
import { auditShop, type UseBook, wantedArgs } from "./audit-shop.ts";
import type { Shell } from "./shell.ts";
import { resultOf } from "./shop.ts";
import { ASKED_FROM } from "./shop-map.ts";
import { PEOPLE } from "./taste.ts";
import type { World } from "./world.ts";

type Of<T extends Event["type"]> = Extract<Event, { readonly type: T }>;

type Reading = {
  readonly world: World;
  readonly run: string;
  readonly books: Map<Key, UseBook>;
  /** Uses by the gate that asks about them, several where they were asked for as a list. */
  readonly gates: Map<Key, readonly UseBook[]>;
  /** Uses whose approval is used up. */
  readonly consumed: Set<Key>;
  isPaused: boolean;
  readonly tell: Audited["tell"];
};

/** What must hold of every use of a tool, said again in the plainest way, and beside what the shop knows. */
export function auditUses(world: World, shell: Shell, { run, tell }: Audited): void {
  const fresh = { books: new Map(), gates: new Map(), consumed: new Set<Key>(), isPaused: false };
  const reading: Reading = { world, run, tell, ...fresh };
  const events = shell.stored(run);
  for (const event of events) look(reading, event);
  auditEnds(events, tell);
  auditTwice(reading.books, tell);
  auditShop(world, { run, tell }, { events, books: reading.books });
}

function look(reading: Reading, event: Event): void {
  switch (event.type) {
    case "run.paused":
      reading.isPaused = true;
      return;
    case "run.resumed":
    case "run.finished":
      reading.isPaused = false;
      return;
    case "tool.judged":
      return lookAtJudged(reading, event);
    case "gate.opened":
    case "gate.edited":
    case "gate.closed":
      return lookAtGate(reading, event);
    case "gate.consumed":
      return lookAtConsumed(reading, event);
    case "tool.finished":
    case "writeback.started":
      return lookAtBegun(reading, event);
    case "tool.repeated":
      return lookAtRepeated(reading, event);
    case "writeback.committed":
    case "writeback.failed":
    case "writeback.unknown":
      return lookAtEnd(reading, event);
    default:
      return;
  }
}

/** What the map says, in the plainest words. */
function wantedOf(tool: string, args: JsonObject): "allow" | "ask" | "deny" {
  if (tool === "price.set") return "deny";
  if (tool === "file.read") return "ask";
  return tool === "refund.pay" && Number(args["amount"]) >= ASKED_FROM ? "ask" : "allow";
}

function argsOf({ args }: Of<"tool.judged">): JsonObject {
  return "value" in args ? (args.value as JsonObject) : {};
}

function lookAtJudged({ world, books, tell }: Reading, event: Of<"tool.judged">): void {
  const { seq, tool, verdict, at } = event;
  const wanted = wantedOf(tool, argsOf(event));
  books.set(seq, {
    judged: event,
    gate: null,
    isAllowed: false,
    consumedAt: null,
    isStarted: false,
    isRepeated: false,
    end: "open",
  });
  if (verdict === "deny") return;
  const what = `${tool} under ${seq} is judged as ${verdict}`;
  if (wanted === "deny") tell("U1", `${what}, and nobody may use it`);
  if (wanted === "ask" && verdict !== "ask") tell("M8", `${what}, and people are to be asked`);
  const halted = world.halted(at, tool);
  if (halted !== null) tell("halt", `${what}: ${halted}`);
}

function lookAtGate(
  { books, gates }: Reading,
  event: Of<"gate.opened"> | Of<"gate.edited"> | Of<"gate.closed">,
): void {
  const key = event.type === "gate.opened" ? event.seq : event.key;
  const asked =
    event.type === "gate.opened"
      ? usesOf(event.gate).flatMap((use) => books.get(use) ?? [])
      : (gates.get(key) ?? []);
  if (asked.length === 0) return;
  gates.set(key, asked);
  for (const book of asked) {
    if (event.type !== "gate.closed") book.gate = { key, ...actionIn(event.gate, book.judged.seq) };
    else {
      const { allowed, permits } = event;
      const action = book.gate?.action;
      book.isAllowed =
        allowed && (permits === undefined || (action !== undefined && permits.includes(action)));
    }
  }
}

/** What a gate asks about one use. */
function actionIn(
  { digest, show, terms }: GateOpening,
  use: Key,
): { readonly action: Digest; readonly args: JsonObject | undefined } {
  const one = terms?.actions?.find((action) => action.use === use);
  if (one !== undefined) return { action: one.digest, args: one.args };
  return { action: digest, args: (show as { readonly args?: JsonObject } | undefined)?.args };
}

/** U4: once, for what people allowed, looked at again at that moment. */
function lookAtConsumed(reading: Reading, event: Of<"gate.consumed">): void {
  const { world, gates, consumed, tell } = reading;
  const asked = gates.get(event.key);
  if (asked === undefined) return;
  const book = asked.find(({ judged }) => judged.seq === event.use);
  if (book === undefined) return tell("U4", `${event.key} is used up by another use`);
  const { judged, gate } = book;
  const what = `the approval ${event.key} of ${judged.tool}`;
  if (consumed.has(judged.seq)) tell("U4", `${what} is used up twice`);
  consumed.add(judged.seq);
  book.consumedAt = event.seq;
  if (event.action !== gate?.action) tell("U4", `${what} is used up by another action`);
  const halted = world.halted(event.at, judged.tool);
  if (halted !== null) tell("halt", `${what} is used up: ${halted}`);
  if (judged.precondition === undefined) return;
  if (!isSeen(reading, book, event.at))
    tell("stale", `${what} is used up, and the record was not found as it was shown`);
}

/** What is looked at is what is allowed, as a decider may have changed it. */
function isSeen({ world, run }: Reading, book: UseBook, at: number): boolean {
  const { judged } = book;
  const { shop } = world;
  const args = wantedArgs(book);
  const ask = canonical([judged.tool, args]);
  const seen = shop.looks.filter((one) => one.ask === ask && one.digest === judged.precondition);
  if (!shop.lists.has(`${run} ${judged.path}`)) return seen.some((one) => one.at === at);
  // Of several the slowest look is the moment: it was looked at before people were asked, and again.
  return seen.length > (canonical(args) === canonical(argsOf(judged)) ? 1 : 0);
}

/** U1, M8: nothing is done that was not allowed, or approved and used up just before. */
function lookAtBegun(reading: Reading, event: Of<"writeback.started"> | Of<"tool.finished">): void {
  const { books, isPaused, tell } = reading;
  const { key } = event;
  const book = books.get(key);
  if (book === undefined) return tell("U1", `use ${key} is begun and was not judged`);
  const { tool, verdict } = book.judged;
  const what = `${tool} under ${key}`;
  if (verdict === "deny") tell("U1", `${what} is begun and was denied`);
  const isAsked = wantedOf(tool, argsOf(book.judged)) === "ask";
  // A read that could not be looked at is not done.
  const isDone = event.type === "writeback.started" || event.outcome === "ok";
  if (event.type === "tool.finished") lookAtResult(reading, book, event.result);
  if (isAsked && isDone && (!book.isAllowed || book.consumedAt === null))
    tell("M8", `${what} is begun without an approval that is used up`);
  if (event.type !== "writeback.started") return;
  if (isAsked) lookAtGrant(reading, book, event);
  if (book.isStarted) tell("U2", `${what} is begun twice`);
  if (isPaused) tell("pause", `${what} is begun while the run is paused`);
  book.isStarted = true;
}

function lookAtGrant({ tell }: Reading, book: UseBook, event: Of<"writeback.started">): void {
  const { gate, judged, consumedAt } = book;
  const what = `${judged.tool} under ${event.key} is begun`;
  if (consumedAt !== event.seq - 1) tell("U4", `${what}, and its approval was not used up by that`);
  if (event.approval !== gate?.key)
    tell("U4", `${what} by the approval ${event.approval ?? "of nobody"}`);
  if (event.action !== gate?.action) tell("U4", `${what} as another action than was approved`);
}

/** M9: an `ask` is never done again by itself. */
function lookAtRepeated({ books, tell }: Reading, { key }: Of<"tool.repeated">): void {
  const book = books.get(key);
  if (book === undefined) return tell("M2", `use ${key} is repeated and was not asked`);
  book.isRepeated = true;
  const { tool, effects } = book.judged;
  if (effects === "ask") tell("M9", `${tool} under ${key} is an ask and is repeated by itself`);
}

/** M2: what an agent is given is what its own use gave. */
function lookAtResult({ tell }: Reading, book: UseBook, result: Stored | undefined): void {
  if (result === undefined || !("value" in result)) return;
  const { tool } = book.judged;
  if (canonical(result.value) !== canonical(resultOf(tool, wantedArgs(book))))
    tell("M2", `${tool} under ${book.judged.seq} gave what another use gave`);
}

function lookAtEnd(
  reading: Reading,
  event: Of<"writeback.committed"> | Of<"writeback.failed"> | Of<"writeback.unknown">,
): void {
  const { books, tell } = reading;
  const book = books.get(event.key);
  if (book === undefined) return tell("M2", `use ${event.key} ends and was not asked`);
  if (book.end !== "open") tell("M2", `use ${event.key} ends twice`);
  // What nobody could look at was not begun.
  if (!book.isStarted && event.type !== "writeback.failed")
    tell("U1", `use ${event.key} ends and was not begun`);
  book.end = ENDS[event.type];
  if (event.type === "writeback.committed") lookAtResult(reading, book, event.result);
}

const ENDS = {
  "writeback.committed": "committed",
  "writeback.failed": "failed",
  "writeback.unknown": "unknown",
} as const;

/** U2: the same thing of the same step is written once. */
function auditTwice(books: ReadonlyMap<Key, UseBook>, tell: Audited["tell"]): void {
  const written = new Map<string, Key>();
  for (const [key, { judged, end }] of books) {
    if (end !== "committed") continue;
    const name = `${judged.path} ${judged.ask}`;
    const before = written.get(name);
    if (before !== undefined)
      tell("U2", `${judged.tool} of ${judged.path} is written under ${before} and under ${key}`);
    written.set(name, key);
  }
}

/** U3: no step ends over a write in flight, and one in doubt ends by a person who has it, or was asked about it. */
function auditEnds(events: readonly Event[], tell: Audited["tell"]): void {
  const flying = new Map<Key, string>();
  const doubtful = new Set<string>();
  const held = new Set<string>();
  for (const event of events) {
    if (event.type === "writeback.started") flying.set(event.key, event.path);
    if (Object.hasOwn(ENDS, event.type) && "key" in event) flying.delete(event.key);
    const isDoubt =
      event.type === "writeback.unknown" || (event.type === "writeback.verified" && !event.ok);
    if (isDoubt) doubtful.add(event.path);
    if (event.type === "step.held") held.add(event.path);
    // Who is asked about it from now on is somebody else.
    if (event.type === "exception.raised" || event.type === "step.released")
      held.delete(event.path);
    if (event.type === "exception.closed" || event.type === "step.released")
      doubtful.delete(event.path);
    if (event.type !== "step.finished") continue;
    const { path, by } = event;
    if ([...flying.values()].includes(path))
      tell("U3", `${path} ends while a write of it is in flight`);
    const isSeen = held.has(path) && PEOPLE.includes(by);
    if (doubtful.has(path) && !isSeen)
      tell("U3", `${path} ends, and nobody has looked at its write`);
  }
}
