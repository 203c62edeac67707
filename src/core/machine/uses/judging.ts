import type { Judgement, Preview } from "../../governance/index.ts";
import type { Digest } from "../../id.ts";
import type { JsonObject } from "../../json.ts";
import { ownOf } from "../../own.ts";
import type { OpenAttempt } from "../attempts/attempt.ts";
import { noCallsLeft } from "../budget/reserve.ts";
import { type Draft, store, tell } from "../draft.ts";
import type { Key } from "../event.ts";
import type { Judged, Judging } from "../facts.ts";
import type { Failure } from "../failure.ts";
import type { LeafFrame } from "../run.ts";
import { isLabelled } from "./run-labels.ts";

/** What an agent asks of a tool. */
export type Wanted = {
  readonly name: string;
  readonly tool: string;
  readonly args: JsonObject;
  readonly preview: Preview | null;
  readonly fault?: Failure;
};

/** The agent of an attempt asks to use a tool. */
export type Asking = {
  readonly frame: LeafFrame;
  readonly open: OpenAttempt;
  /** Of the attempt. */
  readonly attempt: Key;
  readonly told: Wanted;
  readonly ask: Digest;
  /** Instead of what it asks: whoever decided on it before changed it, and that holds. */
  readonly edited?: Edited;
};

export type Edited = { readonly args: JsonObject; readonly editors: readonly string[] };

export function goesOn({ verdict }: Judgement): boolean {
  return verdict === "allow" || verdict === "limit";
}

/** Paused, nothing new is written; what is asked is asked again when the run goes on. */
export function isHeldUp({ run }: Draft): boolean {
  return run.paused !== null;
}

export function withinBudget(draft: Draft, { frame, open }: Asking, judgement: Judged): Judged {
  if (!goesOn(judgement)) return judgement;
  const why = noCallsLeft(draft, frame, open);
  if (why === null) return judgement;
  const checks = judgement.checks.map((one) =>
    one.check === "limits" ? ({ check: "limits", verdict: "deny", why } as const) : one,
  );
  return { ...judgement, verdict: "deny", checks, why, say: "The budget is used up." };
}

type Calling = {
  readonly agent: string;
  readonly tool: string;
  readonly args: JsonObject;
  readonly preview: Preview | null;
  /** Of the use. */
  readonly key: Key;
  readonly isConsuming?: boolean;
  /** Conditions on which people have allowed it. */
  readonly conditions?: readonly string[];
};

export function judgedBy(draft: Draft, path: string, calling: Calling): Judged {
  const { run, facts, at } = draft;
  const { agent, tool, args, preview, key, isConsuming = false, conditions } = calling;
  const { map, case: about, labels } = run;
  const calls = ownOf(run.calls, tool) ?? 0;
  const of: Judging = {
    map,
    case: about,
    labels,
    at,
    calls,
    isConsuming,
    ...(conditions && { conditions }),
  };
  const call = {
    tool,
    args,
    agent,
    requester: run.by,
    run: run.id,
    step: path,
    key: idempotencyOf(draft, key),
    preview,
  };
  return facts.judge?.(call, of) ?? unjudged(draft, calling);
}

/** The same for a use through all attempts, crashes and repeats. */
export function idempotencyOf({ run }: Draft, key: Key): string {
  return `${run.id}.${key}`;
}

/** Without a map no tool can be used. */
function unjudged({ facts, run }: Draft, { tool, args }: Calling): Judged {
  const why = `There is no work command map for this run, so that "${tool}" cannot be used.`;
  const nothing = facts.digest("");
  return {
    verdict: "deny",
    checks: [{ check: "tool", verdict: "deny", why }],
    args,
    action: nothing,
    map: run.map ?? nothing,
    level: "external",
    rules: [],
    chains: [],
    say: `There is no tool "${tool}".`,
    why,
    labels: { untrusted: [], personal: [] },
    redact: [],
    effects: "ask",
    verifies: false,
    owner: "",
  };
}

export function tellJudged(draft: Draft, asking: Asking, judgement: Judged): Key {
  const { open, told, ask, attempt, edited } = asking;
  const { verdict, checks, args, action, map, level, rules, chains, why, effects } = judgement;
  const { redact, labels, owner, verifies } = judgement;
  const { preview } = told;
  return tell(draft, {
    type: "tool.judged",
    path: open.path,
    key: attempt,
    name: told.name,
    tool: told.tool,
    agent: open.agent,
    level,
    effects,
    verdict,
    checks,
    args: store(draft, args),
    ask,
    action,
    map,
    rules,
    chains,
    why,
    ...(edited === undefined ? {} : { edited: edited.args }),
    ...(verdict === "deny" ? { say: judgement.say } : {}),
    ...(redact.length === 0 ? {} : { redact }),
    ...(isLabelled(labels) ? { labels } : {}),
    ...(owner === "" ? {} : { owner }),
    ...(verifies ? { verifies } : {}),
    ...(preview === null
      ? {}
      : { preview: store(draft, preview as unknown as JsonObject), precondition: preview.digest }),
  });
}
