import type { Delegation } from "../../core/approval/index.ts";
import type { Written } from "../../core/cases/index.ts";
import type { Told } from "../../core/machine/index.ts";
import type { Problem } from "../../core/problem.ts";
import { type Company, type InboxItem, inboxOf, zoneIn } from "../../engine/company/index.ts";
import { asTyped } from "../command.ts";
import { EXIT } from "../exit.ts";
import type { Keys } from "../keys.ts";
import { complain, plain } from "../output/index.ts";
import type { Context } from "../surroundings.ts";
import { withCompany } from "../with-company.ts";
import { type Decision, decisionTold, mattersOf } from "./decide.ts";
import { gateLines } from "./evidence-lines.ts";
import { editTold } from "./gate.ts";
import { type GateItem, gateIn, shownIn, tellGate } from "./gate-item.ts";
import { placeOf } from "./in-place.ts";
import { byDeadline, inboxList } from "./list.ts";
import { newerAt } from "./newer.ts";

/**
 * `muster inbox` on a terminal: one item after another, with single keys. No single key decides: A and R
 * put the question, and Enter answers it. In a pipe it is the list.
 */
export async function inboxWalk(context: Context): Promise<number> {
  const keys = context.terminal.json ? null : context.surroundings.keys();
  if (keys === null) return await inboxList(context);
  try {
    return await withCompany(context, { perform: true }, async (company) => {
      const items = byDeadline(await inboxOf(company));
      if (items.length === 0) context.terminal.side.line("Nothing waits for a person.");
      return await walk({ context, company, keys }, items);
    });
  } finally {
    keys.close();
  }
}

type Walking = { readonly context: Context; readonly company: Company; readonly keys: Keys };

async function walk(walking: Walking, items: readonly InboxItem[]): Promise<number> {
  let at = 0;
  while (at >= 0 && at < items.length) {
    const item = items[at];
    if (item === undefined) break;
    const moved = await atItem(walking, item, `${at + 1} of ${items.length}`);
    if (moved === "end") break;
    at += moved === "previous" ? (at > 0 ? -1 : 0) : 1;
  }
  return EXIT.done;
}

type Moved = "next" | "previous" | "end";

/** Shows it, and hears keys until the person goes on. */
async function atItem(walking: Walking, item: InboxItem, place: string): Promise<Moved> {
  const { context, company } = walking;
  const { side } = context.terminal;
  for (;;) {
    const gate = await openGateOf(company, item);
    side.line("");
    side.line(`${place}${gate === null ? `  ${item.item}` : ""}`);
    const { delegations } = await company.governed();
    const newer = gate === null ? [] : await newerAt(company, gate);
    for (const line of linesOf(walking, item, { gate, delegations, newer })) side.line(line);
    if (gate !== null) await seen(walking, gate);
    side.line(gate === null ? OTHER_KEYS : isListed(gate) ? LISTED_KEYS : GATE_KEYS);
    const pressed = await walking.keys.key();
    const moved = MOVES[pressed];
    if (moved !== undefined) return moved;
    if (gate !== null && (await did(walking, { gate, delegations }, pressed))) return "next";
  }
}

const MOVES: Readonly<Record<string, Moved>> = {
  j: "next",
  n: "next",
  down: "next",
  k: "previous",
  up: "previous",
  escape: "end",
  x: "end",
};

const GATE_KEYS = "A approve   R reject   E edit   Q ask   C claim   J next   K previous   Esc end";
const LISTED_KEYS =
  "A approve all   S some   R reject all   E edit   Q ask   C claim   J next   K previous   Esc end";
const OTHER_KEYS = "J next   K previous   Esc end";

/** Whether several things are asked at once, of which some can be allowed. */
function isListed({ gate }: GateItem): boolean {
  return gate.approval.gate.terms?.actions !== undefined;
}

async function openGateOf(company: Company, { run, waiting }: InboxItem): Promise<GateItem | null> {
  if (run === null || waiting.kind !== "gate") return null;
  const gate = await gateIn(company, run, waiting.key);
  return "code" in gate ? null : { run, gate };
}

type Seen = {
  readonly gate: GateItem | null;
  readonly delegations: readonly Delegation[];
  readonly newer: readonly Written[];
};

function linesOf(
  { context, company }: Walking,
  { item, waiting }: InboxItem,
  { gate, ...seen }: Seen,
): readonly string[] {
  const { columns } = context.terminal.side;
  const now = context.surroundings.now();
  if (gate !== null)
    return gateLines(gate.gate, {
      item,
      now,
      zone: zoneIn(company.folder),
      columns,
      ...seen,
    });
  const mend = waiting.mend === undefined ? [] : [`  mend: ${plain(waiting.mend)}`];
  return [`  ${plain(waiting.what)}`, ...mend].map((line) =>
    asTyped(context, company.folder, line),
  );
}

/** That somebody has opened it is kept: how long a decision took is told from it. */
async function seen({ context, company }: Walking, { run, gate }: GateItem): Promise<void> {
  const shown = shownIn(gate);
  if (shown === null || gate.approval.gate.terms === undefined) return;
  const { key, presented } = shown;
  await tellGate(context, company, { run, told: { type: "view", key, presented } });
}

/** What a key decides on, with the delegations as they were when it was shown. */
type Deciding = { readonly gate: GateItem; readonly delegations: readonly Delegation[] };

/** @returns whether it is decided, and the next is shown */
async function did(
  walking: Walking,
  { gate, delegations }: Deciding,
  pressed: string,
): Promise<boolean> {
  const { context, keys } = walking;
  switch (pressed) {
    case "a":
      context.terminal.side.line(approving(context, { gate, delegations }));
      if ((await keys.key()) !== "return") return false;
      return await tell(walking, gate, decided(gate, { how: "approve", reason: "" }));
    case "s":
      return isListed(gate) && (await some(walking, gate));
    case "r": {
      const reason = await keys.line("Reject, because (empty goes back):");
      return reason !== "" && (await tell(walking, gate, decided(gate, { how: "reject", reason })));
    }
    case "e": {
      const changes = await keys.line("Change path=value (empty goes back):");
      if (changes === "") return false;
      const reason = await keys.line("Because:");
      const pairs = changes.split(" ").filter((word) => word !== "");
      const { cwd } = context.surroundings;
      await tell(walking, gate, editTold(gate.gate, { verb: "edit", pairs, reason }, cwd));
      return false;
    }
    case "q": {
      const text = await keys.line("Ask (empty goes back):");
      if (text !== "") await tell(walking, gate, { type: "ask", key: gate.gate.key, text });
      return false;
    }
    case "c":
      await tell(walking, gate, { type: "claim", key: gate.gate.key });
      return false;
    default:
      return false;
  }
}

/** What Enter decides; and in whose place, where it is not one's own. */
function approving({ surroundings }: Context, { gate: { gate }, delegations }: Deciding): string {
  const { person, now } = surroundings;
  const place = placeOf(gate, person, { now: now(), delegations });
  const how = place === null ? "" : ` in the place of ${plain(place)}`;
  return `Approve${how}: ${plain(mattersOf(gate))}  Enter decides, Esc goes back.`;
}

/** Of several, those that are named are allowed; the agent is told why the others are not. */
async function some(walking: Walking, gate: GateItem): Promise<boolean> {
  const { keys } = walking;
  const numbers = await keys.line("Allow only, by their numbers: 1,3 (empty goes back):");
  if (numbers.trim() === "") return false;
  const block = await keys.line("The others not, because (empty goes back):");
  if (block.trim() === "") return false;
  const only = numbers.split(/[ ,]+/).filter((one) => one !== "");
  return await tell(
    walking,
    gate,
    decided(gate, { how: "approve", reason: "", only, blocks: [block] }),
  );
}

function decided(gate: GateItem, decision: Omit<Decision, "wait" | "verbose">): Told | Problem {
  return decisionTold(gate, { ...decision, wait: false, verbose: false });
}

async function tell(walking: Walking, { run }: GateItem, told: Told | Problem): Promise<boolean> {
  const { context, company } = walking;
  const problems = "code" in told ? [told] : await tellGate(context, company, { run, told });
  if (problems.length === 0) return true;
  complain(context.terminal, problems, context.surroundings.cwd);
  return false;
}
