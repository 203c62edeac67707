import type { Digest } from "../../src/core/id.ts";
import { type Run, type Stored, type Wait, waitsOf } from "../../src/core/machine/index.ts";
import { outputsOf } from "./agents.ts";
import { isTouched } from "./deed.ts";
import { meddle } from "./meddling.ts";
import { atBoard, chainAt } from "./people-at-board.ts";
import {
  doneByHand,
  finishByHand,
  isWrittenUnknown,
  mayStillWrite,
  toolAt,
} from "./people-at-shop.ts";
import { doTask } from "./tasks.ts";
import { PEOPLE } from "./taste.ts";
import { tell } from "./telling.ts";
import type { Deed, World } from "./world.ts";

/** Everybody who decides, brings events, mends exceptions and meddles, with more or less sense. */
export type People = {
  /** They look at every run and do what it waits for. False: there was nothing to do. */
  readonly look: () => boolean;
  /** Somebody meddles with some run. */
  readonly meddle: () => void;
};

/** What is done for one run at one look; the rest comes with the next. */
const ACTS_MOST = 12;

export type Of<Kind extends Wait["what"]["kind"]> = Wait & {
  readonly what: Extract<Wait["what"], { kind: Kind }>;
};

export function openPeople(world: World): People {
  return {
    look: () => {
      const { shell } = world;
      let acted = false;
      for (const id of shell?.runs() ?? []) {
        const run = shell?.look(id) ?? null;
        if (run !== null && run.phase !== "finished" && attend(world, run)) acted = true;
      }
      return acted;
    },
    meddle: () => meddle(world),
  };
}

function attend(world: World, run: Run): boolean {
  let acted = false;
  if (run.paused !== null && run.paused.exception === null) {
    tell(world, run.id, { type: "resume", by: "ana" });
    return true;
  }
  let acts = 0;
  for (const wait of waitsOf(run)) {
    if (acts > ACTS_MOST) break;
    if (acted) acts++;
    const { kind } = wait.what;
    if (kind === "gate") acted = vote(world, run, wait as Of<"gate">) || acted;
    else if (kind === "person") acted = doTask(world, run, wait as Of<"person">) || acted;
    else if (kind === "event") acted = arrive(world, run, wait as Of<"event">) || acted;
    else if (kind === "exception") acted = wayOut(world, run, wait as Of<"exception">) || acted;
    else if (kind === "budget") acted = raise(world, run, wait as Of<"budget">) || acted;
    else if (kind === "held") acted = fromHand(world, run, wait) || acted;
  }
  return acted;
}

function vote(world: World, run: Run, wait: Of<"gate">): boolean {
  const { chance, weather, votes } = world;
  const { from } = wait.what;
  const key = wait.key;
  if (chainAt(run, key) !== null) return atBoard(world, run, key);
  const digest = wait.what.digest as Digest;
  const may = from.length === 0 ? PEOPLE : from;
  if (chance.is(weather.mischief)) {
    const wrong = `sha256:${"0".repeat(64)}` as Digest;
    tell(world, run.id, {
      type: "vote",
      key,
      digest: wrong,
      allow: true,
      reason: "unseen",
      by: chance.one(may),
    });
  }
  if (from.length > 0 && chance.is(weather.mischief)) {
    tell(world, run.id, {
      type: "vote",
      key,
      digest,
      allow: true,
      reason: "uninvited",
      by: "mallory",
    });
  }
  const events = world.shell?.stored(run.id) ?? [];
  const voted = events.flatMap((event) =>
    event.type === "gate.voted" && event.key === key ? [event.voter] : [],
  );
  const next = may.find((one) => !voted.includes(one)) ?? chance.one(may);
  const allow = weather.isCalm || chance.is(0.85);
  votes.push({ run: run.id, key, voter: next, digest, allow });
  world.counts.votes++;
  tell(world, run.id, { type: "vote", key, digest, allow, reason: "seen", by: next });
  return true;
}

function arrive(world: World, run: Run, wait: Of<"event">): boolean {
  const { chance, weather } = world;
  const payload = outputsOf(wait.path, { event: wait.what.event, match: wait.what.match });
  if (chance.is(weather.mischief)) {
    tell(world, run.id, {
      type: "arrived",
      key: wait.key,
      payload: { n: "no number" },
      source: "elsewhere",
      by: "post",
    });
  }
  tell(world, run.id, {
    type: "arrived",
    key: wait.key,
    payload: { n: payload["n"] ?? 0 },
    source: "post",
    by: "post",
  });
  return true;
}

/** A person looks at what was written, as the exception asks, and says what follows. */
function wayOut(world: World, run: Run, wait: Of<"exception">): boolean {
  const { chance, weather, deeds } = world;
  const { key, path } = wait;
  world.counts.exceptions++;
  if (grant(world, run, wait)) return true;
  const at = { run: run.id, path };
  if (weather.isCalm || chance.is(0.4)) {
    const calls = deeds.filter((deed) => deed.run === run.id && deed.path === path);
    if (calls.some((deed) => deed.isPending) || mayStillWrite(world, at)) return false;
    if (isDone(world, calls, at)) {
      const output = givenBy(world, run, { path, isWhole: true });
      tell(world, run.id, { type: "give", key, output, why: "it was done", by: "ana" });
    }
    // What is being stopped is not tried again.
    else if (run.phase === "stopping")
      tell(world, run.id, { type: "skip", key, why: "it was not done", by: "ana" });
    else tell(world, run.id, { type: "retry", key, by: "ana" });
    return true;
  }
  if (chance.is(weather.mischief))
    tell(world, run.id, {
      type: "give",
      key,
      output: { value: { n: "?" } },
      why: "guessed",
      by: "bo",
    });
  const how = chance.one(["retry", "skip", "give"] as const);
  if (how === "retry") tell(world, run.id, { type: "retry", key, by: "bo" });
  else if (how === "skip") tell(world, run.id, { type: "skip", key, why: "never mind", by: "bo" });
  else {
    const output = givenBy(world, run, { path, isWhole: chance.is(0.5) });
    tell(world, run.id, { type: "give", key, output, why: "done by hand", by: "bo" });
  }
  return true;
}

function isDone(world: World, calls: readonly Deed[], at: Parameters<typeof mayStillWrite>[1]) {
  return calls.some((deed) => deed.wrote && isTouched(world, deed)) || isWrittenUnknown(world, at);
}

/** What a step would have given; a person who sees to the whole of it writes at the shop what its agent has not. */
function givenBy(
  world: World,
  run: Run,
  { path, isWhole }: { readonly path: string; readonly isWhole: boolean },
): Stored {
  if (toolAt(run, path) !== null) return { value: doneByHand(world, run, path) };
  const last = world.deeds.findLast((deed) => deed.run === run.id && deed.path === path);
  const inputs = last?.inputs ?? {};
  if (isWhole) finishByHand(world, { run: run.id, path }, inputs);
  return { value: outputsOf(path, inputs) };
}

/** More, of what a step waits for; the company's budget grows by itself. */
function raise(world: World, run: Run, { path, what }: Of<"budget">): boolean {
  const { unit, needed, left, of } = what;
  if (of !== "run" && of !== "step") return false;
  const amounts = { [unit]: Math.max(1, needed - left) + world.chance.between(0, 200) };
  const step = of === "step" ? { step: path } : {};
  tell(world, run.id, { type: "raise", amounts, why: "it is worth it", by: "ana", ...step });
  return true;
}

/** Who asks for a budget is given it, or denied it, or it is seen to otherwise. */
function grant(world: World, run: Run, { key, what }: Of<"exception">): boolean {
  const { chance } = world;
  if (!what.error.includes("budget") || chance.is(0.4)) return false;
  const amounts = { tokens: chance.between(1, 300) };
  const isLimited = run.workflow.budget?.total["tokens"] !== undefined;
  if (isLimited && chance.is(0.7))
    tell(world, run.id, { type: "raise", amounts, why: "it is worth it", by: "bo" });
  else tell(world, run.id, { type: "deny", key, why: "too dear", by: "bo" });
  return true;
}

/** Who has a step in hand looks at what was written, gives its outputs, or hands it back to its agent. */
function fromHand(world: World, run: Run, { path }: Wait): boolean {
  const { chance, deeds } = world;
  const calls = deeds.filter((deed) => deed.run === run.id && deed.path === path);
  const at = { run: run.id, path };
  if (calls.some((deed) => deed.isPending) || mayStillWrite(world, at)) return false;
  if (isDone(world, calls, at)) {
    const output = givenBy(world, run, { path, isWhole: true });
    tell(world, run.id, { type: "give", path, output, why: "it was done", by: "ana" });
  }
  // What may have been done is not handed back just so.
  else if (chance.is(0.5)) tell(world, run.id, { type: "handback", path, why: "", by: "ana" });
  else tell(world, run.id, { type: "retry", path, why: "not done", by: "ana" });
  return true;
}
