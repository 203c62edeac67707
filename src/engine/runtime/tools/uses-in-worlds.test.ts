import { describe, expect, test } from "vitest";
import { auditUses, type FarWrite } from "../../../../test/given/audit-uses.ts";
import { cases } from "../../../../test/given/cases.ts";
import { inOrder, mixedWorkflow, task } from "../../../../test/given/checked.ts";
import { type Chance, chanceFrom, pick } from "../../../../test/given/mulberry.ts";
import {
  definitionsOf,
  ok,
  performerOf,
  runId,
  type Script,
  start,
} from "../../../../test/given/performer.ts";
import { deskOf } from "../../../../test/given/tool-desk.ts";
import { chainOf, type GivenTool } from "../../../../test/given/tools.ts";
import { voteAt } from "../../../../test/given/vote.ts";
import type { Digest } from "../../../core/id.ts";
import {
  type Event,
  eventOf,
  type Facts,
  failure,
  get,
  type Key,
  type Run,
  type Told,
  waitsOf,
} from "../../../core/machine/index.ts";
import { type VirtualClock, virtualClock } from "../../../testing/index.ts";
import { type Log, newDisk, openMemory } from "../../store/index.ts";
import type { Performed } from "../../tools/index.ts";
import { openEmbedded } from "../embedded.ts";
import type { Clock, Runtime } from "../runtime.ts";

const TOOLS = {
  "order.read": { effects: "pure" },
  "note.write": { effects: "idempotent", verifies: true },
  "order.mark": { effects: "ask" },
  "refund.asked": { effects: "ask", verdict: "ask", asks: "letter.asked" },
  "letter.asked": {
    effects: "ask",
    verdict: "ask",
    chain: { from: [], need: 1, dueMs: null, edit: { amount: "decrease" } },
  },
  "file.asked": { effects: "pure", verdict: "ask" },
  "price.set": { effects: "ask", verdict: "deny" },
} satisfies Record<string, GivenTool>;

const WORKFLOW = mixedWorkflow(inOrder([task("a"), task("b"), task("c", { optional: true })]));
const ID = runId("world");
const HALTED = "wing stopped all: Look first.";
const MOVES_MOST = 400;
const TROUBLES_MOST = 12;

type World = { readonly log: readonly Event[]; readonly far: readonly FarWrite[]; status: string };

/** The real runtime on one disk; its process is ended again and again, and what it had in hand is never heard of. */
async function live(seed: number): Promise<World> {
  const chance = chanceFrom(seed);
  const clock = virtualClock();
  const disk = newDisk();
  const far: FarWrite[] = [];
  let troubles = 0;
  const trouble = (share: number): boolean => chance() < share && ++troubles < TROUBLES_MOST;
  const answer = async ({ tool, key }: { tool: string; key: string }) => {
    const { effects } = TOOLS[tool as keyof typeof TOOLS];
    await after(clock, chance() * 4_000);
    const isBad = trouble(0.25);
    if (effects !== "pure" && (!isBad || chance() < 0.5)) far.push({ key, tool, effects });
    const isWritten = far.at(-1)?.key === key;
    await after(clock, chance() * 4_000);
    return isBad ? badly(chance, isWritten && effects !== "pure") : null;
  };
  const tools: Record<string, GivenTool> = structuredClone(TOOLS);
  const asked = tools["refund.asked"];
  const desk = deskOf(tools, answer);
  const script: Script = async (call, { use, useAll }) => {
    const own = chanceFrom(seed * 31 + call.path.charCodeAt(0));
    for (let at = 0; at < 3; at += 1) await use(pick(own, Object.keys(TOOLS)), { order_id: "7" });
    await useAll(
      Array.from({ length: 1 + Math.floor(own() * 4) }, () => ({
        tool: pick(own, Object.keys(TOOLS)),
        args: { amount: 9 },
      })),
    );
    if (trouble(0.3)) return { kind: "failed", error: failure("network_timeout", "no") };
    return ok();
  };
  const open = async (): Promise<Process> =>
    await process(clock, openMemory({ disk }), { script, desk });
  let living = await open();
  await send(living, clock, start(WORKFLOW.digest, clock.now()) as unknown as Told);
  for (let move = 0; move < MOVES_MOST; move += 1) {
    const run = living.runtime.run(ID);
    if (run?.phase === "finished") break;
    if (trouble(0.06)) {
      living.isDead = true;
      living = await open();
    }
    if (trouble(0.03)) await send(living, clock, { type: "pause", why: "" });
    if (asked !== undefined) asked.stopped = trouble(0.2) ? HALTED : null;
    if (run?.paused) await send(living, clock, { type: "resume" });
    if (!(await decided(living, { clock, chance })) && !(await clock.toNext()))
      await clock.advance(1_000);
  }
  const log = [...openMemory({ disk }).read(ID)].map(eventOf);
  return { log, far, status: living.runtime.run(ID)?.phase ?? "" };
}

function badly(chance: Chance, isWritten: boolean): Performed {
  const error = failure("network_timeout", "No answer came.");
  if (isWritten || chance() < 0.5) return { outcome: "unknown", error };
  return { outcome: "failed", error, certain: true };
}

function after(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(Math.floor(ms), resolve));
}

const APPROVALS: NonNullable<Facts["approvals"]> = {
  chain: (name) => chainOf(name, TOOLS["letter.asked"].chain),
  manager: () => null,
  delegations: () => [],
  after: (at, { ms }) => at + ms,
  stopped: () => null,
};

type Process = { runtime: Runtime; isDead: boolean };

/** What a dead process has in hand goes on outside, and nobody hears of it. */
async function process(
  clock: VirtualClock,
  log: Log,
  of: { readonly script: Script; readonly desk: ReturnType<typeof deskOf> },
): Promise<Process> {
  const living: { isDead: boolean } = { isDead: false };
  const own: Clock = {
    now: clock.now,
    after: (ms, call) => clock.after(ms, () => (living.isDead ? undefined : call())),
    soon: (call) => clock.soon(() => (living.isDead ? undefined : call())),
  };
  const runtime = openEmbedded({
    log: { ...log, append: (batch) => (living.isDead ? new Promise(() => {}) : log.append(batch)) },
    clock: own,
    definitions: definitionsOf([WORKFLOW]),
    performer: performerOf(of.script, { effects: "pure" }),
    desk: of.desk,
    approvals: APPROVALS,
  });
  const starting = runtime.start();
  await clock.settle();
  await starting;
  return Object.assign(living, { runtime });
}

async function send(
  { runtime }: Process,
  clock: VirtualClock,
  told: Told,
  by = "ana",
): Promise<void> {
  runtime.send(ID, { ...told, at: clock.now(), by }).catch(() => {});
  await clock.settle();
}

/** @returns whether somebody did something */
async function decided(
  living: Process,
  { clock, chance }: { readonly clock: VirtualClock; readonly chance: Chance },
): Promise<boolean> {
  const run = living.runtime.run(ID);
  const wait = (run === null ? [] : waitsOf(run)).find(
    ({ what }) => what.kind === "gate" || what.kind === "exception",
  );
  if (wait === undefined) return false;
  const { key, what } = wait;
  // What is being written beside it is awaited first.
  if (what.kind === "exception" && run?.open.size !== 1 && chance() < 0.5) return false;
  if (what.kind === "gate") {
    if (run !== null) await send(living, clock, atGate(run, key, chance));
  } else if (chance() < 0.5) await send(living, clock, { type: "retry", key });
  else await send(living, clock, { type: "give", key, output: { value: {} }, why: "seen" });
  return true;
}

const PLANTS: Readonly<Record<string, readonly [string, (world: World) => World]>> = {
  "a write that the log does not know": [
    "no start",
    (world) => ({ ...world, log: world.log.filter(({ type }) => type !== "writeback.started") }),
  ],
  "a write done twice": [
    "twice and may not be",
    (world) => ({ ...world, far: [...world.far, ...world.far] }),
  ],
  "a grant that is used twice": [
    "used twice",
    (world) => ({
      ...world,
      log: world.log.flatMap((event): readonly Event[] =>
        event.type === "gate.consumed" ? [event, event] : [event],
      ),
    }),
  ],
  "an approval of another action": [
    "another action",
    (world) => ({
      ...world,
      log: world.log.map((event) =>
        event.type === "gate.opened"
          ? ({ ...event, gate: { ...event.gate, use: 0, digest: "sha256:0" as Digest } } as Event)
          : event,
      ),
    }),
  ],
  "a gate that nobody closed": [
    "not approved",
    (world) => ({ ...world, log: world.log.filter(({ type }) => type !== "gate.closed") }),
  ],
  "a commit of what was not written": ["was not written", (world) => ({ ...world, far: [] })],
  "a doubt that nobody looked at": [
    "ended in doubt",
    (world) => ({ ...world, log: world.log.filter(({ type }) => type !== "exception.closed") }),
  ],
};

/** One of several is changed now and then; else each is allowed or refused. */
function atGate(run: Run, key: Key, chance: Chance): Told {
  const vote = voteAt(run, key, chance() < 0.8);
  const open = get(run.open, key);
  const actions = open?.type === "gate" ? (open.gate.terms?.actions ?? []) : [];
  const [first] = actions;
  if (first === undefined || !vote.allow) return vote;
  const { digest } = vote;
  const amount = Number(first.args?.["amount"] ?? 0) - 1;
  if (amount > 0 && chance() < 0.3)
    return {
      type: "edit",
      key,
      digest,
      action: first.digest,
      changes: { amount },
      reason: "Less.",
    };
  const permits = actions.flatMap((one) => (chance() < 0.7 ? [one.digest] : []));
  return permits.length === 0 ? vote : { ...vote, permits };
}

describe("in worlds whose process ends at any moment", () => {
  // Of fewer than twelve none is halted at a moment that matters.
  const worlds: Promise<readonly World[]> = Promise.all(
    Array.from({ length: Math.max(12, cases(40)) }, (_, seed) => live(seed + 1)),
  );

  test("M8 M9 U2 U3 U4 uses of tools are written once, as they were allowed, or looked at by a person", async () => {
    const wrong = (await worlds).flatMap(({ log, far, status }, at) => [
      ...auditUses(log, far).map((what) => [at + 1, what]),
      ...(status === "finished" ? [] : [[at + 1, `it hangs, ${status}`]]),
    ]);
    expect(wrong).toEqual([]);
  });

  test("M8 U4 several that are asked for at once are decided one by one", async () => {
    const logs = (await worlds).flatMap(({ log }) => log);
    const lists = logs.filter(
      (event) => event.type === "gate.opened" && (event.gate.terms?.actions?.length ?? 0) > 1,
    );
    expect(lists.length).toBeGreaterThan(2);
    const parts = logs.filter((event) => event.type === "gate.closed" && "permits" in event);
    expect(parts.length).toBeGreaterThan(0);
    const edits = logs.filter((event) => event.type === "gate.edited" && "action" in event);
    expect(edits.length).toBeGreaterThan(0);
  });

  test("U4 what was allowed is held back while it is halted, and is not void by that", async () => {
    const logs = (await worlds).map(({ log }) => log);
    const held = logs.flat().filter((event) => {
      return event.type === "exception.raised" && event.error.message.includes(HALTED);
    });
    expect(held.length).toBeGreaterThan(0);
    const wrong = logs.flatMap((log) =>
      log.filter((event) => event.type === "gate.voided" && event.why.includes(HALTED)),
    );
    expect(wrong).toEqual([]);
  });

  test.each(Object.entries(PLANTS))("%s is found", async (_name, [says, plant]) => {
    const found = (await worlds).flatMap((world) => {
      const { log, far } = plant(world);
      return auditUses(log, far);
    });
    expect(found.join("\n")).toContain(says);
  });
});
