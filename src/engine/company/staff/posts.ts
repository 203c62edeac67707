import { type FittedInputs, fitInputs } from "../../../core/definition/index.ts";
import type { JsonObject } from "../../../core/json.ts";
import { type Answer, type Failure, failure } from "../../../core/machine/index.ts";
import type { Agent } from "../../agents/index.ts";
import { type Breaker, openBreaker } from "../../governor/index.ts";

/** An agent at its post: what it has in hand, and what keeps it from taking more. */
export type Post = {
  readonly agent: Agent;
  readonly breaker: Breaker | null;
  /** Attempts it has in hand. */
  busy: number;
  /** Attempts it was chosen for in this turn of the event loop, and does not have yet. */
  chosen: number;
  /** Why it takes nothing more, as the end of a sentence; null: it does. */
  steered: string | null;
};

export type Posts = {
  readonly post: (name: string) => Post | null;
  readonly all: () => Iterable<Post>;
  /** How much of what it takes at once it has in hand, or was just chosen for. */
  readonly load: (name: string) => number;
  /** It is about to be given one more. */
  readonly choose: (name: string) => void;
  /** From now on it takes nothing new, and why; null: it does. */
  readonly steer: (name: string, why: string | null) => void;
};

export function openPosts(agents: readonly Agent[], now: () => number): Posts {
  const posts = new Map<string, Post>(
    agents.map((agent) => {
      const { breaker } = agent;
      const made = breaker === undefined || breaker === null ? null : openBreaker(breaker, now);
      return [agent.name, { agent, breaker: made, busy: 0, chosen: 0, steered: null }];
    }),
  );
  const awaited = new Set<Post>();
  const forget = (): void => {
    for (const post of awaited) post.chosen = 0;
    awaited.clear();
  };
  return {
    post: (name) => posts.get(name) ?? null,
    all: () => posts.values(),
    load: (name) => {
      const post = posts.get(name);
      return post === undefined ? 0 : (post.busy + post.chosen) / post.agent.concurrency;
    },
    steer: (name, why) => {
      const post = posts.get(name);
      if (post !== undefined) post.steered = why;
    },
    choose: (name) => {
      const post = posts.get(name);
      if (post === undefined) return;
      if (awaited.size === 0) setImmediate(forget);
      post.chosen += 1;
      awaited.add(post);
    },
  };
}

/** Why an agent is not asked now, before anything is done; null: it is. Whoever is told null tells `left` what came of it. */
export function refusalOf({ agent, breaker, steered }: Post): Failure | null {
  if (steered !== null)
    return failure("agent_unavailable", `The agent "${agent.name}" takes nothing new: ${steered}.`);
  const refusal = breaker?.enter() ?? null;
  if (refusal === null) return null;
  const message = `The agent "${agent.name}" is left alone for a while: ${refusal.why}.`;
  return { ...failure("agent_unavailable", message), retryAfterMs: Math.ceil(refusal.ms) };
}

/** Kinds of failure that say nothing of how an agent is. */
const ELSEWHERE: ReadonlySet<string> = new Set(["api_rate_limit", "stopped"]);

/** What an answer says of how its agent is. */
export function left({ breaker }: Post, answer: Answer): void {
  if (breaker === null) return;
  if (answer.kind === "ok") breaker.left("well");
  else if (ELSEWHERE.has(answer.error.kind)) breaker.left("neither");
  // One that says no has been there to say it.
  else breaker.left(answer.error.class === "transient" ? "badly" : "well");
}

/** What the agent is given, as it says that it takes it. */
export function fitted({ agent }: Post, inputs: JsonObject): FittedInputs {
  const { inputs: declared } = agent;
  return declared === undefined || declared === null
    ? { ok: true, inputs }
    : fitInputs(declared, inputs);
}
