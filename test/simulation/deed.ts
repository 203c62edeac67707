import type { Answer, Failure, Usage } from "../../src/core/machine/index.ts";
import { classOf } from "../../src/core/machine/index.ts";
import { isKnown, outputsOf } from "./agents.ts";
import { dropPending } from "./at-shop.ts";
import { hashOf } from "./chance.ts";
import { checkHeld, checkWritten } from "./check-deed.ts";
import { useAll, usesOf } from "./deed-uses.ts";
import type { Asked, Wanted } from "./shell.ts";
import { type Deed, type World } from "./world.ts";

/** What an agent does with what it is asked, whether it says so or not. */
type Manner =
  | "done"
  | "fails before"
  | "fails after"
  | "fails unclear"
  | "refuses"
  | "unknown"
  | "silent"
  | "slow"
  | "wrong shape"
  | "permanent"
  | "degradable"
  | "critical";

const CALM: readonly Manner[] = [
  "fails before",
  "fails after",
  "fails unclear",
  "refuses",
  "unknown",
  "silent",
  "slow",
];
const WILD: readonly Manner[] = [...CALM, "wrong shape", "permanent", "degradable", "critical"];
const TROUBLES_MOST = 4;
const SLOW_MS = 400_000;
/** Just before a shell gives up what does not answer when it was told to stop. */
const GIVEN_UP_MS = 9_999;

/** An attempt in this world. It answers once, never, twice or too late; told to stop, it may or may not. */
export function perform(world: World, asked: Asked): () => void {
  const { chance, moments } = world;
  const deed = newDeed(world, asked);
  const manner = mannerOf(world, deed);
  if (chance.is(world.weather.crashWhilePerforming))
    moments.after(chance.between(0, 5_000), world.crash);
  const tookMs =
    manner === "slow"
      ? chance.between(1_000, SLOW_MS)
      : chance.is(0.2)
        ? 0
        : chance.between(1, 20_000);
  const writesAt =
    manner === "silent" || manner === "unknown" ? chance.is(0.5) : WRITES.has(manner);
  const doing: Doing = { deed, asked, manner, isUsing: false, cancel: () => {} };
  const finish = (ms: number): void => {
    deed.isPending = writesAt && deed.effects !== "pure";
    doing.cancel = moments.after(ms, () => over(world, doing));
  };
  const wanted = manner === "refuses" ? [] : usesOf(deed.path, deed.inputs);
  if (wanted.length === 0) finish(tookMs);
  else begin(world, { doing, wanted, tookMs }, finish);
  return () => toldToStop(world, doing);
}

type Beginning = {
  readonly doing: Doing;
  readonly wanted: readonly Wanted[];
  readonly tookMs: number;
};

/** It asks for its tools first; whose asking is over does nothing more. */
function begin(
  world: World,
  { doing, wanted, tookMs }: Beginning,
  finish: (ms: number) => void,
): void {
  const { asked } = doing;
  const begunAt = Math.floor(tookMs / 2);
  doing.isUsing = true;
  doing.cancel = world.moments.after(begunAt, () =>
    useAll(world, { asked, wanted }, (used) => {
      if (!doing.isUsing) return;
      doing.isUsing = false;
      if (used === "done") finish(tookMs - begunAt);
      else breakOff(world, doing, used === "failed" ? "network_timeout" : STOPPED);
    }),
  );
}

const STOPPED = "agent_temporarily_unavailable";

const WRITES: ReadonlySet<Manner> = new Set([
  "done",
  "fails after",
  "slow",
  "wrong shape",
  "critical",
]);

type Doing = {
  readonly deed: Deed;
  readonly asked: Asked;
  readonly manner: Manner;
  /** It waits for tools, and has not begun what it does itself. */
  isUsing: boolean;
  cancel: () => void;
};

function newDeed(world: World, { run, call, inputs }: Asked): Deed {
  const { path, key, agent, effects, uses } = call;
  const deed: Deed = {
    run,
    path,
    key,
    call: call.call,
    agent,
    effects,
    inputs,
    uses,
    tokens: costOf(world, { run, key }),
    wrote: false,
    isPending: false,
    isHeld: true,
    isToldToStop: false,
    begunAt: begunAt(world, { run, key, effects }),
    process: world.counts.crashes,
    isGivenUp: false,
    endedAt: null,
    answers: [],
  };
  checkWritten(world, deed);
  world.deeds.push(deed);
  checkHeld(world, deed);
  return deed;
}

/** An `ask` is let in before its `attempt.begun` is written. */
function begunAt(
  world: World,
  { run, key, effects }: Pick<Deed, "run" | "key" | "effects">,
): number {
  const events = effects === "ask" ? (world.shell?.stored(run) ?? []) : [];
  const begun = events.findLast((event) => event.type === "attempt.begun" && event.key === key);
  return begun?.at ?? world.moments.now();
}

/** A part of what was set aside; nothing where nothing was. */
function costOf(world: World, { run, key }: Pick<Deed, "run" | "key">): number {
  const events = world.shell?.stored(run) ?? [];
  const event = events[key - 1];
  const opening = event?.type === "step.started" ? event.attempt : event;
  const reserve = opening && "reserve" in opening ? (opening.reserve?.["tokens"] ?? 0) : 0;
  return hashOf(`${run} ${key} ${world.deeds.length}`) % (reserve + 1);
}

function usageOf({ tokens }: Deed): Usage {
  return { calls: 1, ...(tokens === 0 ? {} : { tokens }) };
}

function mannerOf(world: World, deed: Deed): Manner {
  const { chance, weather, troubles } = world;
  if (!isKnown(deed.agent)) return "refuses";
  if (!chance.is(weather.trouble)) return "done";
  const place = `${deed.run} ${deed.path}`;
  const sofar = troubles.get(place) ?? 0;
  if (weather.isCalm && sofar >= TROUBLES_MOST) return "done";
  troubles.set(place, sofar + 1);
  return chance.one(weather.isCalm ? CALM : WILD);
}

/** Whether anything was done under this call, or may still be. */
export function isTouched(world: World, of: Pick<Deed, "run" | "call">): boolean {
  return world.deeds.some(
    (one) => one.run === of.run && one.call === of.call && (one.wrote || one.isPending),
  );
}

function write(world: World, deed: Deed): void {
  if (!deed.isPending) return;
  deed.isPending = false;
  deed.wrote = true;
  if (world.shell?.isUp() === false) world.counts.late++;
}

function over(world: World, doing: Doing): void {
  const { deed, manner } = doing;
  const answer = answerOf(world, doing);
  if (manner === "silent") {
    world.counts.lost++;
    return;
  }
  if (deed.isHeld) give(world, doing, answer);
  else if (answer.kind === "ok" && isTrue(deed) && world.chance.is(0.5))
    again(world, doing, answer);
  if (isTrue(deed) && world.chance.is(world.weather.doubled)) {
    const second: Answer = world.chance.is(0.7)
      ? answer
      : { kind: "unknown", error: failed("crashed") };
    world.counts.doubled++;
    world.moments.after(world.chance.between(0, 30_000), () => again(world, doing, second));
  }
}

/** Nobody says that something was done when it was not. */
function isTrue(deed: Deed): boolean {
  return deed.effects === "pure" || deed.wrote;
}

function give(world: World, { deed, asked }: Doing, answer: Answer): void {
  deed.isHeld = false;
  deed.endedAt = world.moments.now();
  deed.answers.push(answer);
  if (answer.kind !== "ok") world.counts.failed++;
  asked.answer(answer);
}

/** The same answer once more, or one that nobody waits for any longer: it comes from outside. */
function again(world: World, { deed }: Doing, answer: Answer): void {
  if (answer.kind === "ok" && JSON.stringify(answer).length > 4_000) return;
  deed.answers.push(answer);
  if (deed.isHeld) deed.isHeld = false;
  world.counts.late++;
  world.shell?.send(deed.run, {
    type: "answer",
    key: deed.key,
    outcome: answer,
    at: world.moments.now(),
    by: `agent:${deed.agent}`,
  });
}

function answerOf(world: World, { deed, manner }: Doing): Answer {
  const isUntouched = !world.deeds.some(
    (one) =>
      one !== deed &&
      one.run === deed.run &&
      one.call === deed.call &&
      (one.wrote || one.isPending),
  );
  write(world, deed);
  const { chance } = world;
  const certain = isUntouched && !deed.wrote && deed.effects !== "pure";
  if (manner === "refuses") deed.tokens = 0;
  const usage = usageOf(deed);
  switch (manner) {
    case "done":
    case "slow":
    case "silent":
      return {
        kind: "ok",
        output: { value: outputsOf(deed.path, deed.inputs) },
        usage,
      };
    case "fails before":
      return { kind: "failed", error: failed("network_timeout"), certain, usage };
    case "fails after":
    case "fails unclear":
      return { kind: "failed", error: failed("network_timeout"), certain: false, usage };
    case "refuses":
      return {
        kind: "refused",
        error: isKnown(deed.agent) ? refusal(chance) : failed("agent_not_found"),
      };
    case "unknown":
      return { kind: "unknown", error: failed("crashed") };
    case "wrong shape":
      return {
        kind: "ok",
        output: { value: chance.one([{}, { n: "many" }, 7, ["n"], { n: null, t: 1 }]) },
        usage,
      };
    case "permanent":
      return { kind: "failed", error: failed("authentication_failure"), certain, usage };
    case "degradable":
      return { kind: "failed", error: failed("non_critical_data_missing"), certain, usage };
    case "critical":
      return { kind: "failed", error: failed("data_corruption"), certain: false, usage };
  }
}

/** By whoever it is asked of, or by a breaker, which says for how long. */
function refusal(chance: World["chance"]): Failure {
  if (chance.is(0.5)) return failed("api_rate_limit");
  return { ...failed("agent_unavailable"), retryAfterMs: chance.between(0, 60_000) };
}

function failed(kind: string): Failure {
  return { class: classOf(kind), kind, message: `It went wrong: ${kind}.` };
}

/** Told to stop, it stops, or goes on to its end, or says nothing more. */
function toldToStop(world: World, doing: Doing): void {
  const { deed } = doing;
  if (deed.isToldToStop) return;
  deed.isToldToStop = true;
  if (!deed.isHeld) return;
  const how = world.chance.next();
  // A clock that is put back afterwards takes nothing back.
  world.moments.shown(world.moments.now() + GIVEN_UP_MS, () => {
    deed.isGivenUp = true;
  });
  world.moments.after(GIVEN_UP_MS, () => {
    deed.isHeld = false;
  });
  if (how < 0.4) return;
  doing.cancel();
  if (doing.isUsing) {
    doing.isUsing = false;
    return breakOff(world, doing, STOPPED);
  }
  if (how > 0.9) {
    // It goes on in the dark: what it does comes late, and nobody hears of it.
    world.moments.after(world.chance.between(0, 60_000), () => write(world, deed));
    return;
  }
  breakOff(world, doing, STOPPED);
}

/** It does nothing more, and says so. */
function breakOff(world: World, doing: Doing, kind: string): void {
  const { deed } = doing;
  deed.isPending = false;
  const certain = deed.effects !== "pure" && !isTouched(world, deed);
  world.moments.after(world.chance.between(0, 3_000), () => {
    if (deed.isHeld)
      give(world, doing, { kind: "failed", error: failed(kind), certain, usage: usageOf(deed) });
  });
}

/** The process is gone. What it had asked for ends with it, or goes on, but nobody hears of it. */
export function abandon(world: World): void {
  dropPending(world);
  for (const deed of world.deeds) {
    if (!deed.isHeld) continue;
    deed.isHeld = false;
    world.counts.lost++;
    if (deed.isPending && world.chance.is(0.5)) deed.isPending = false;
  }
}
