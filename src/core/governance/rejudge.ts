import type { Digest } from "../id.ts";
import type { WorkMap } from "../map/index.ts";
import { judge } from "./judge.ts";
import type { CaseFacts, JudgeFacts, Judgement, Labels, ToolCall, Verdict } from "./judgement.ts";

/** A call as it was judged once, with what was known of it then. */
export type PastCall = {
  readonly run: string;
  readonly seq: number;
  readonly at: number;
  readonly call: ToolCall;
  readonly case: CaseFacts | null;
  readonly labels: Labels;
  readonly callsInCase: number;
  /** As it was judged, and by which map. */
  readonly verdict: Verdict;
  readonly map: Digest;
  /** The data of the person whom it was about are gone. */
  readonly isErased?: boolean;
};

/** A call that would be decided otherwise. */
export type Changed = {
  readonly run: string;
  readonly seq: number;
  readonly at: number;
  readonly tool: string;
  readonly agent: string;
  readonly was: Verdict;
  readonly would: Verdict;
  /** Whom it would ask, by chain. */
  readonly chains: readonly string[];
  /** Rules that say something else than they did, or are new, or gone. */
  readonly rules: readonly string[];
  readonly why: string;
};

/** What a rule that nothing follows yet would have done. */
export type WouldHave = { readonly rule: string; readonly held: number; readonly changed: number };

export type Rejudged = {
  readonly judged: number;
  readonly changed: readonly Changed[];
  /** Calls of which too little is known now to judge them as they were judged. */
  readonly unclear: number;
  readonly shadow: readonly WouldHave[];
};

/**
 * Judges past calls by another map. Each is first judged again by the map that it was judged by: only
 * where that says what was said then is the difference the map's.
 *
 * @param before the map under a digest; null where nobody has it
 */
export function rejudge(
  calls: readonly PastCall[],
  given: {
    readonly before: (digest: Digest) => WorkMap | null;
    readonly after: WorkMap;
    readonly digest: (text: string) => Digest;
  },
): Rejudged {
  const { before, after, digest } = given;
  const changed: Changed[] = [];
  const shadows = after.rules.filter(({ isShadow }) => isShadow);
  const would = new Map(shadows.map(({ id }) => [id, { held: 0, changed: 0 }]));
  let unclear = 0;
  for (const past of calls) {
    const old = past.isErased === true ? null : before(past.map);
    const was = old && judge(past.call, factsOf(past, old, digest));
    if (was === null || !isLike(was.verdict, past.verdict)) {
      unclear += 1;
      continue;
    }
    const now = judge(past.call, factsOf(past, after, digest));
    if (!isSame(was, now)) changed.push(changeOf(past, was, now));
    for (const { rule, holds } of now.rules.filter(({ isShadow }) => isShadow)) {
      const count = would.get(rule);
      if (count === undefined || holds === "false") continue;
      count.held += 1;
      const inForce = judge(past.call, factsOf(past, withRule(after, rule), digest));
      if (!isSame(now, inForce)) count.changed += 1;
    }
  }
  const shadow = [...would].map(([rule, count]) => ({ rule, ...count }));
  return { judged: calls.length, changed, unclear, shadow };
}

/** Nobody had stopped it, and its definitions are those of the map itself: the rules are what is asked about. */
function factsOf(past: PastCall, map: WorkMap, digest: (text: string) => Digest): JudgeFacts {
  return {
    map,
    mapDigest: past.map,
    case: past.case,
    labels: past.labels,
    stopped: null,
    pinned: Object.fromEntries(Object.values(map.tools).map(({ name, digest: of }) => [name, of])),
    callsInCase: past.callsInCase,
    now: past.at,
    digest,
  };
}

/** Arguments are kept as they were used: what was put in or held then is nothing to hold now. */
function isLike(one: Verdict, other: Verdict): boolean {
  return one === other || (goesOn(one) && goesOn(other));
}

function goesOn(verdict: Verdict): boolean {
  return verdict === "allow" || verdict === "limit";
}

function isSame(one: Judgement, other: Judgement): boolean {
  return (
    one.verdict === other.verdict &&
    [...one.chains].sort().join() === [...other.chains].sort().join() &&
    JSON.stringify(one.args) === JSON.stringify(other.args) &&
    [...one.redact].sort().join() === [...other.redact].sort().join()
  );
}

function changeOf(past: PastCall, was: Judgement, now: Judgement): Changed {
  const { run, seq, at, call } = past;
  return {
    run,
    seq,
    at,
    tool: call.tool,
    agent: call.agent,
    was: past.verdict,
    would: now.verdict,
    chains: now.chains,
    rules: differing(was, now),
    why: now.why,
  };
}

function differing(was: Judgement, now: Judgement): readonly string[] {
  const told = ({ rules }: Judgement): Map<string, string> =>
    new Map(
      rules.map(({ rule, holds, follows, version }) => [rule, `${holds} ${follows} ${version}`]),
    );
  const [before, after] = [told(was), told(now)];
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (rule) => before.get(rule) !== after.get(rule),
  );
}

function withRule(map: WorkMap, id: string): WorkMap {
  const rules = map.rules.map((rule) => (rule.id === id ? { ...rule, isShadow: false } : rule));
  return { ...map, rules };
}
