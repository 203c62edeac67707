import type { CaseFacts, CheckName } from "../governance/index.ts";
import type { JsonObject } from "../json.ts";
import {
  deciderOf,
  type Grant,
  LEVELS,
  type RequestType,
  type Tool,
  type WorkMap,
} from "../map/index.ts";
import { ownOf } from "../own.ts";
import type { PolicyRule } from "../rules/index.ts";

/** Who may use a tool, and what asks whom; of one agent or one type of request only, where it is named. */
export type WhichQuestion = {
  readonly tool: string;
  readonly agent?: string;
  readonly request?: string;
  /** What is known of the case that it is about: more of the rules can be told then. */
  readonly case?: CaseFacts;
};

/** What would happen if an agent used the tool for requests of these types, as far as the map alone tells. */
export type WhichAnswer = {
  readonly agent: string;
  /** Types of requests, of all of which it is so; empty: the map names none. */
  readonly requests: readonly string[];
  /** `depends`: on what is asked, or on what is known of the case. */
  readonly verdict: "allow" | "ask" | "deny" | "depends";
  /** The check that stands against it, where one does. */
  readonly check: CheckName | null;
  /** Sentences, what decides first. */
  readonly why: readonly string[];
};

/** The answer for each agent of the map and each type of request; those that are the same are one. */
export function whichOf(map: WorkMap, question: WhichQuestion): readonly WhichAnswer[] {
  const tool = ownOf(map.tools, question.tool);
  if (tool === undefined) return [];
  const agents = Object.values(map.agents).filter(
    ({ agent }) => question.agent === undefined || agent === question.agent,
  );
  const requests = Object.values(map.requests).filter(
    ({ name }) => question.request === undefined || name === question.request,
  );
  const of = question.case ?? null;
  return agents.flatMap((grant) => {
    if (requests.length === 0) return [answer(map, { tool, grant, request: null, of })];
    const all = requests.map((request) => answer(map, { tool, grant, request, of }));
    return together(all);
  });
}

type Asked = {
  readonly tool: Tool;
  readonly grant: Grant;
  readonly request: RequestType | null;
  readonly of: CaseFacts | null;
};

function together(answers: readonly WhichAnswer[]): readonly WhichAnswer[] {
  const same = new Map<string, WhichAnswer>();
  for (const one of answers) {
    const key = JSON.stringify([one.verdict, one.check, one.why]);
    const known = same.get(key);
    same.set(key, known ? { ...known, requests: [...known.requests, ...one.requests] } : one);
  }
  return [...same.values()];
}

function answer(map: WorkMap, asked: Asked): WhichAnswer {
  const { grant, request } = asked;
  const whose = { agent: grant.agent, requests: request === null ? [] : [request.name] };
  const against = whyRefused(map, asked);
  if (against !== null) return { ...whose, verdict: "deny", ...against, why: [against.why] };
  return { ...whose, ...byRules(map, asked) };
}

type Refusal = { readonly check: CheckName; readonly why: string };

/** What stands against it whatever its arguments are. */
function whyRefused(map: WorkMap, { tool, grant, request, of }: Asked): Refusal | null {
  const { name, level } = tool;
  if (!grant.tools.includes(name))
    return { check: "tool", why: `"${name}" is none of the tools of "${grant.agent}".` };
  if (request !== null && grant.requests !== null && !grant.requests.includes(request.name))
    return {
      check: "tool",
      why: `"${grant.agent}" uses its tools only for ${grant.requests.join(", ")}.`,
    };
  if (request?.tools?.includes(name) === false)
    return { check: "tool", why: `"${name}" is none of the tools for "${request.name}".` };
  if (ownOf(map.systems, tool.system) === undefined)
    return { check: "tool", why: `Its system "${tool.system}" is not in the map.` };
  const unbound = [...Object.values(tool.scope.args), ...Object.values(tool.scope.rows)].find(
    (binding) => !Object.hasOwn(of?.bindings ?? request?.case ?? { [binding]: "" }, binding),
  );
  if (unbound !== undefined)
    return {
      check: "scope",
      why: `It is held to one ${unbound}, and ${of === null ? "a request of this type" : of.id} names none.`,
    };
  if (LEVELS.indexOf(level) > LEVELS.indexOf(grant.level))
    return { check: "level", why: `It is ${level}, and "${grant.agent}" goes to ${grant.level}.` };
  return null;
}

type Ruled = Pick<WhichAnswer, "verdict" | "check" | "why">;

/** What rules say of a call whose arguments and case nobody knows yet: some hold, some do not, some may. */
function byRules(map: WorkMap, asked: Asked): Ruled {
  const { tool } = asked;
  const facts = factsOf(asked);
  const heard = map.rules
    .filter(({ tools, isShadow }) => !isShadow && (tools === null || tools.includes(tool.name)))
    .map((rule) => ({ rule, holds: rule.evaluate(facts).holds }))
    .filter(({ holds }) => holds !== "false");
  const sure = (kind: PolicyRule["follows"]["kind"]): readonly PolicyRule[] =>
    heard.flatMap(({ rule, holds }) =>
      holds === "true" && rule.follows.kind === kind ? [rule] : [],
    );
  const [refusing] = sure("deny");
  if (refusing !== undefined)
    return { verdict: "deny", check: "rules", why: [`${refusing.id}: ${refusing.because}`] };
  const conditions = conditionsOf(asked);
  const open = heard.filter(({ holds, rule }) => holds !== "true" && isTelling(rule));
  const may = open.map(({ rule }) => `${wouldDo(rule)} where ${rule.id} holds: ${rule.because}`);
  const asking = sure("approve");
  const why = [
    ...asking.map((rule) => `${wouldDo(rule)}, by ${rule.id}: ${rule.because}`),
    ...may,
    ...sure("limit").map((rule) => `Held within limits by ${rule.id}: ${rule.because}`),
    ...conditions,
    ...taintOf(tool),
  ];
  if (asking.length > 0) return { verdict: "ask", check: "rules", why };
  const [permitting] = sure("permit");
  if (tool.level !== "external" || permitting !== undefined) {
    const free =
      permitting === undefined ? [] : [`Permitted by ${permitting.id}: ${permitting.because}`];
    const verdict = may.length + conditions.length > 0 ? "depends" : "allow";
    return { verdict, check: null, why: [...free, ...why] };
  }
  const who = deciderOf(map, asked.request?.name ?? null) || "whoever owns the run";
  const rest = `Whatever no rule speaks of asks ${who}: "${tool.name}" reaches outside.`;
  return { verdict: may.length > 0 ? "depends" : "ask", check: "rules", why: [...why, rest] };
}

function isTelling({ follows }: PolicyRule): boolean {
  return follows.kind !== "allow";
}

function wouldDo({ follows }: PolicyRule): string {
  switch (follows.kind) {
    case "approve":
      return `Asks ${follows.chain}`;
    case "deny":
      return "Refused";
    case "permit":
      return "Nobody is asked";
    case "limit":
      return "Held within limits";
    case "allow":
      return "Allowed";
  }
}

/** What is known before anything is asked: names that are not here make a rule undetermined. */
function factsOf({ tool, grant, request, of }: Asked): JsonObject {
  const { name, level, writes, audience } = tool;
  return {
    action: {
      tool: name,
      agent: grant.agent,
      level,
      ...(writes === null ? {} : { writes }),
      ...(audience === null ? {} : { audience }),
    },
    ...(request === null ? {} : { request: { type: request.name } }),
    ...(of === null ? {} : { case: { ...of.facts, ...of.bindings, id: of.id } }),
  };
}

function conditionsOf({ tool, grant }: Asked): readonly string[] {
  const only = ownOf(grant.only, tool.name);
  return [
    ...(only === undefined
      ? []
      : [`Refused unless ${only.text}: "${grant.agent}" is narrowed to it.`]),
    ...(tool.precondition === null
      ? []
      : [`Refused unless ${tool.precondition.text} when it is done.`]),
  ];
}

function taintOf({ level, deciding }: Tool): readonly string[] {
  if (level !== "external" || deciding.length === 0) return [];
  return [
    `People are asked where untrusted data was read and ${deciding.join(", ")} stood in no trusted request.`,
  ];
}
