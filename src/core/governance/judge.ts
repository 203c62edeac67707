import { canonical } from "../audit/index.ts";
import type { Digest } from "../id.ts";
import type { JsonObject } from "../json.ts";
import { type Grant, LEVELS, type Level, type System, type Tool } from "../map/index.ts";
import { ownOf } from "../own.ts";
import { normalised } from "./arguments.ts";
import { askRules, type Ruled } from "./ask-rules.ts";
import { misdirected, wordsOf } from "./destination.ts";
import {
  type Check,
  type CheckName,
  type JudgeFacts,
  type Judgement,
  type Labels,
  type RuleSaid,
  type ToolCall,
} from "./judgement.ts";
import { joinLabels, labelsOfResult } from "./labels.ts";
import { readByRules } from "./read-by-rules.ts";
import { withinCase } from "./scope.ts";
import { wasSaid } from "./trusted.ts";

/** All that an agent is told of a refusal, where its rule says nothing else. */
const REFUSED = "This is not permitted here.";
const ASKED = "People are asked first.";

/**
 * Whether a call of a tool may be made: the checks one after another, each with its verdict. What refuses
 * ends them; what asks people goes on, so that they see everything. Those that can only be made when the
 * call is performed are `later`. Never throws.
 */
export function judge(call: ToolCall, facts: JudgeFacts): Judgement {
  const so: Hearing = { call, facts, checks: [], asks: [], chains: [], rules: [] };
  const known = whoAndWhat(so);
  if (known === null) return refused(so, null);
  const args = argumentsOf(so, known);
  if (args === null) return refused(so, known);
  const labels = joinLabels(facts.labels, facts.case?.labels ?? facts.labels);
  if (!mayGoSoFar(so, known, { args, labels })) return refused(so, known);
  pass(
    so,
    "labels",
    labels.untrusted.length > 0 ? `It rests on ${labels.untrusted.join(", ")}.` : undefined,
  );
  const ruled = byRules(so, known, { args, labels });
  if (ruled === null) return refused(so, known);
  if (!mayFlow(so, known, { args: ruled.args, labels })) return refused(so, known);
  if (!isWithinLimits(so, known, ruled)) return refused(so, known);
  return judged(so, known, { ruled, labels });
}

/** One call while it is judged. */
type Hearing = {
  readonly call: ToolCall;
  readonly facts: JudgeFacts;
  readonly checks: Check[];
  /** Why people are asked. */
  readonly asks: string[];
  readonly chains: string[];
  readonly rules: RuleSaid[];
  /** Why it is refused, and what its agent is told. */
  why?: string;
  say?: string;
};

type Known = { readonly grant: Grant; readonly tool: Tool; readonly system: System };
type Given = { readonly args: JsonObject; readonly labels: Labels };

/** Checks 1 to 3: nobody stopped it, the agent has a grant, the tool is known and as it was published. */
function whoAndWhat(so: Hearing): Known | null {
  const { call, facts } = so;
  if (facts.stopped !== null) return deny(so, "stopped", facts.stopped);
  pass(so, "stopped");
  const grant = ownOf(facts.map.agents, call.agent);
  if (grant === undefined) return deny(so, "identity", `The map grants "${call.agent}" nothing.`);
  const request = facts.case?.request ?? null;
  if (grant.requests !== null && (request === null || !grant.requests.includes(request)))
    return deny(
      so,
      "identity",
      `"${call.agent}" works on ${grant.requests.join(", ")}; this is ${request ?? "no request"}.`,
    );
  pass(so, "identity");
  const tool = ownOf(facts.map.tools, call.tool);
  const system = tool && ownOf(facts.map.systems, tool.system);
  if (tool === undefined || system === undefined)
    return deny(so, "tool", `The map has no tool "${call.tool}".`);
  const why = whyNotTool(so, grant, tool);
  if (why !== null) return deny(so, "tool", why);
  pass(so, "tool");
  return { grant, tool, system };
}

function whyNotTool({ facts }: Hearing, grant: Grant, tool: Tool): string | null {
  if (!grant.tools.includes(tool.name)) return `"${grant.agent}" has no grant of "${tool.name}".`;
  const pinned = ownOf(facts.pinned, tool.name);
  if (pinned === undefined) return `"${tool.name}" was never published.`;
  if (pinned !== tool.digest)
    return `The definition of "${tool.name}" is not the one that was published: it is out of use until somebody publishes it.`;
  const type = facts.case?.request ?? null;
  const of = type === null ? undefined : ownOf(facts.map.requests, type);
  if (of !== undefined && of.tools !== null && !of.tools.includes(tool.name))
    return `"${tool.name}" is not for requests of type "${of.name}".`;
  return null;
}

/** Checks 4 and 5. */
function argumentsOf(so: Hearing, { tool }: Known): JsonObject | null {
  const fit = normalised(tool, so.call.args);
  if ("why" in fit) return deny(so, "arguments", fit.why);
  pass(so, "arguments");
  const scoped = withinCase(tool, fit.args, so.facts.case);
  if ("why" in scoped) return deny(so, "scope", scoped.why);
  const { forced, args } = scoped;
  if (forced.length === 0) pass(so, "scope");
  else
    so.checks.push({
      check: "scope",
      verdict: "limit",
      why: `Put in from the case: ${forced.join(", ")}.`,
    });
  return args;
}

/** Check 6: the level of the tool, and what the grant is narrowed to. */
function mayGoSoFar(so: Hearing, { grant, tool }: Known, given: Given): boolean {
  if (rankOf(tool.level) > rankOf(grant.level))
    return no(
      so,
      "level",
      `"${tool.name}" is at level ${tool.level}; "${grant.agent}" may go as far as ${grant.level}.`,
    );
  const only = ownOf(grant.only, tool.name);
  if (only !== undefined) {
    const { holds, missing } = only.evaluate(readOf(so, tool, given));
    const lacking = missing.length > 0 ? ` (not known: ${missing.join(", ")})` : "";
    if (holds !== "true")
      return no(
        so,
        "level",
        `"${grant.agent}" may use "${tool.name}" only where ${only.text}${lacking}.`,
      );
  }
  pass(so, "level");
  return true;
}

/** Check 8. What reaches outside asks people, unless a rule permits it by name. */
function byRules(so: Hearing, { tool }: Known, given: Given): Ruled | null {
  const read = readOf(so, tool, given);
  const ruled = askRules(so.facts.map.rules, tool.name, read);
  so.rules.push(...ruled.said);
  if (ruled.denied !== null) {
    so.say = ruled.say || REFUSED;
    return deny(so, "rules", sentenceOf(ruled.denied));
  }
  const unmet = whyUnmet(tool, read, so.call);
  if (unmet !== null) return deny(so, "rules", unmet);
  const isOpen = tool.level === "external" && ruled.permitted === null && ruled.asking.length === 0;
  if (ruled.asking.length > 0) {
    so.chains.push(...ruled.chains);
    ask(so, "rules", ruled.asking.map(sentenceOf).join(" "));
  } else if (isOpen)
    ask(so, "rules", `"${tool.name}" reaches outside, and no rule permits it without a person.`);
  else if (ruled.held.length > 0)
    so.checks.push({ check: "rules", verdict: "limit", why: `${ruled.held.join("; ")}.` });
  else pass(so, "rules", ruled.permitted === null ? undefined : sentenceOf(ruled.permitted));
  return ruled;
}

/** What must hold of the record as it is; where nobody looked, the performer looks. */
function whyUnmet(
  { name, precondition }: Tool,
  read: JsonObject,
  { preview }: ToolCall,
): string | null {
  if (precondition === null || preview === null) return null;
  const { holds, leaves } = precondition.evaluate(read);
  if (holds === "true") return null;
  return `"${name}" is done only where ${precondition.text}; it is so: ${leaves.join("; ") || "unknown"}.`;
}

/** Check 9: where it goes, whose data goes with it, and who asked for it. */
function mayFlow(so: Hearing, { tool, system }: Known, { args, labels }: Given): boolean {
  const { case: of } = so.facts;
  const stray = misdirected(tool, args, of);
  if (stray !== null) return no(so, "taint", stray);
  const leaves = tool.writes !== null || tool.audience !== null || OUTSIDE.has(system.kind);
  const words = wordsOf(tool).filter((name) => Object.hasOwn(args, name));
  if (leaves && labels.personal.length > 0 && !tool.takesPersonal && words.length > 0)
    return no(
      so,
      "taint",
      `What is known of ${labels.personal.join(", ")} could leave by ${words.join(", ")}, and "${tool.name}" takes no data about persons.`,
    );
  if (tool.level === "external" && labels.untrusted.length > 0) {
    const said = of?.trusted ?? [];
    const deciding = tool.deciding.filter((name) => Object.hasOwn(args, name));
    const unsaid = deciding.filter(
      (name) => !Object.hasOwn(tool.scope.args, name) && !wasSaid(args[name] ?? null, said),
    );
    if (unsaid.length > 0) {
      ask(
        so,
        "taint",
        `${unsaid.join(", ")} stood in no trusted request, and what was read may have been written by anybody: ${labels.untrusted.join(", ")}.`,
      );
      return true;
    }
  }
  pass(so, "taint");
  return true;
}

/** Systems by which words leave even when one only reads. */
const OUTSIDE: ReadonlySet<string> = new Set(["http", "openapi", "mail", "function", "command"]);

/** Checks 10 to 13, as far as they can be made before. */
function isWithinLimits(so: Hearing, { tool }: Known, ruled: Ruled): boolean {
  if (so.asks.length > 0)
    so.checks.push({ check: "approval", verdict: "ask", why: so.asks.join(" ") });
  else pass(so, "approval");
  if (so.call.key === "") return no(so, "key", "The call has no idempotency key.");
  pass(so, "key");
  later(so, "credentials");
  const { perCase } = tool.limits;
  if (perCase !== null && so.facts.callsInCase >= perCase)
    return no(
      so,
      "limits",
      `"${tool.name}" was used ${so.facts.callsInCase} times in this case; ${perCase} is the limit.`,
    );
  later(so, "limits");
  if (tool.writes === null) pass(so, "verify");
  else later(so, "verify");
  later(
    so,
    "output",
    ruled.redact.length > 0 ? `Left out: ${ruled.redact.join(", ")}.` : undefined,
  );
  return true;
}

function judged(
  so: Hearing,
  { tool, system }: Known,
  { ruled, labels }: { readonly ruled: Ruled; readonly labels: Labels },
): Judgement {
  const { facts } = so;
  const isAsked = so.asks.length > 0;
  const isHeld = so.checks.some(({ verdict }) => verdict === "limit");
  const held = ruled.held.length > 0 ? `${ruled.held.join("; ")}.` : "";
  const says = tool.says?.of(readOf(so, tool, { args: ruled.args, labels })) ?? null;
  return {
    verdict: isAsked ? "ask" : isHeld ? "limit" : "allow",
    checks: so.checks,
    args: ruled.args,
    action: actionDigest(so, tool, ruled.args),
    map: facts.mapDigest,
    level: tool.level,
    rules: so.rules,
    chains: isAsked ? [...new Set(so.chains)] : [],
    say: isAsked ? ASKED : held,
    why: isAsked ? so.asks.join(" ") : held,
    labels: labelsOfResult({ tool, system, subject: facts.case?.id ?? system.name }, labels),
    redact: ruled.redact,
    ...(says === null ? {} : { says }),
  };
}

function refused(so: Hearing, known: Known | null): Judgement {
  const { call, facts } = so;
  return {
    verdict: "deny",
    checks: so.checks,
    args: call.args,
    action: actionDigest(so, known?.tool ?? null, call.args),
    map: facts.mapDigest,
    level: known?.tool.level ?? "external",
    rules: so.rules,
    chains: [],
    say: so.say ?? REFUSED,
    why: so.why ?? REFUSED,
    labels: facts.labels,
    redact: [],
  };
}

/** Of exactly this: whoever changes a part of it has another action. How the record is now is checked by itself. */
function actionDigest({ call, facts }: Hearing, tool: Tool | null, args: JsonObject): Digest {
  const { agent, requester, key, preview } = call;
  const target = preview === null ? [] : [preview.entity, preview.id];
  const what = [call.tool, tool?.digest ?? "", tool?.system ?? "", ...target];
  return facts.digest(canonical([facts.case?.id ?? "", what, args, agent, requester, key]));
}

function readOf({ call, facts }: Hearing, tool: Tool, { args, labels }: Given): JsonObject {
  const { level, writes } = tool;
  return readByRules(call, {
    level,
    writes,
    args,
    labels,
    audience: tool.audience,
    case: facts.case,
    now: facts.now,
  });
}

function rankOf(level: Level): number {
  return LEVELS.indexOf(level);
}

/** "refund-over-limit: Refunds over HKD 500 are decided by a manager. Not known: case.repeats." */
function sentenceOf({ rule, because, holds, missing }: RuleSaid): string {
  if (holds === "fault") return `${rule} could not be worked out, so it refuses: ${because}`;
  return `${rule}: ${because}${missing.length > 0 ? ` Not known: ${missing.join(", ")}.` : ""}`;
}

function pass(so: Hearing, check: CheckName, why?: string): void {
  so.checks.push({ check, verdict: "pass", ...(why === undefined ? {} : { why }) });
}

function later(so: Hearing, check: CheckName, why?: string): void {
  so.checks.push({ check, verdict: "later", ...(why === undefined ? {} : { why }) });
}

function ask(so: Hearing, check: CheckName, why: string): void {
  so.checks.push({ check, verdict: "ask", why });
  so.asks.push(why);
}

function deny(so: Hearing, check: CheckName, why: string): null {
  so.checks.push({ check, verdict: "deny", why });
  so.why = why;
  return null;
}

function no(so: Hearing, check: CheckName, why: string): false {
  deny(so, check, why);
  return false;
}
