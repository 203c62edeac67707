import {
  ACTIONS_MOST,
  type ActionAsked,
  type Evidence,
  type GateOpening,
  JOINED,
  mergeEvidence,
  openApproval,
} from "../../approval/index.ts";
import { canonical } from "../../audit/index.ts";
import type { Digest } from "../../id.ts";
import type { JsonObject } from "../../json.ts";
import type { Problem } from "../../problem.ts";
import type { Draft } from "../draft.ts";
import type { Key } from "../event.ts";
import type { Judged } from "../facts.ts";
import { approvalFacts } from "../people/approval-facts.ts";
import { chainAsked, knownOf, termsOf } from "../people/chain-asked.ts";
import type { LeafFrame, OpenGate } from "../run.ts";
import { get } from "../tables/table.ts";
import { chainsFor, previewIn, rulesAsking } from "./grant.ts";
import { judgedBy, type Wanted } from "./judging.ts";
import { type Asked, evidenceOf, gateFor, preparedAt } from "./use-gate.ts";
import { useAt } from "./uses.ts";

/** What is asked at one gate, of the arguments' JSON: more is asked afterwards. */
const ASKED_BYTES_MOST = 131_072;

/** Whether it can be asked with those before it: of the same people, by a chain of the map, and not too much of it. */
export function isOfOneGate(
  draft: Draft,
  asked: readonly Asked[],
  { told, judgement }: { readonly told: Wanted; readonly judgement: Judged },
): boolean {
  const [first] = asked;
  if (first === undefined) return true;
  const { chains } = first.judgement;
  if (chains.join("\n") !== judgement.chains.join("\n")) return false;
  if (told.fault !== undefined || chainAsked(draft, chains) === null) return false;
  const bytes = asked.reduce((all, one) => all + sizeOf(one.judgement), sizeOf(judgement));
  return asked.length < ACTIONS_MOST && bytes <= ASKED_BYTES_MOST;
}

function sizeOf({ args }: Judged): number {
  return JSON.stringify(args).length;
}

/** Several uses for which the same people are asked: one gate, at which each is allowed or not, by its number. */
export function gateForAll(draft: Draft, frame: LeafFrame, asked: readonly Asked[]): GateOpening {
  const [first] = asked;
  const chains = first?.judgement.chains ?? [];
  const actions = asked.map((one) => actionOf(draft, one));
  return gateOf(draft, frame, { chains, actions, agent: first?.use.agent ?? "" });
}

type Listed = {
  readonly chains: readonly string[];
  readonly actions: readonly ActionAsked[];
  readonly agent: string;
};

function gateOf(draft: Draft, frame: LeafFrame, { chains, actions, agent }: Listed): GateOpening {
  const chain = chainAsked(draft, chains);
  if (chain === null) throw new Error(`The map has no chain "${chains.join(" + ")}".`);
  const what = [...new Set(actions.map((one) => one.what ?? ""))].join(", ");
  const digests = actions.map(({ digest }) => digest);
  const show = {
    agent,
    actions: actions.map((one, at) => ({
      number: at + 1,
      tool: one.what ?? "",
      args: one.args ?? {},
    })),
  };
  const evidence = mergeEvidence(
    knownOf(draft),
    preparedAt(draft, frame),
    { action: `${agent} (agent) proposes ${actions.length} at once: ${titlesOf(actions)}` },
    { taint: draft.run.labels.untrusted },
  );
  return openApproval(
    {
      digest: draft.facts.digest(canonical([draft.run.id, frame.path, digests])),
      ask: `${frame.step.name}: which of ${actions.length} may ${agent} do?`,
      show,
      evidence,
      terms: { ...termsOf(draft, { chain, what, agent, args: {} }), actions },
      reads: actions.map((one) => readOf(draft, agent, one)),
    },
    approvalFacts(draft, "muster"),
  );
}

/** What a chain's condition for many at once reads of one of them. */
function readOf(
  { run }: Draft,
  agent: string,
  { use, what = "", args = {} }: ActionAsked,
): JsonObject {
  const level = use === undefined ? undefined : useAt(run, use)?.level;
  return { action: { tool: what, agent, args, ...(level === undefined ? {} : { level }) } };
}

const TITLES_MOST = 3;

function titlesOf(actions: readonly ActionAsked[]): string {
  const more = actions.length > TITLES_MOST ? "; …" : "";
  const titles = actions.slice(0, TITLES_MOST).map(({ title }) => title);
  return `${titles.join("; ")}${more}`;
}

function actionOf(draft: Draft, asked: Asked): ActionAsked {
  const { key, use, judgement, preview, editors } = asked;
  const evidence = ownEvidence(draft, asked);
  return {
    digest: use.action,
    title: evidence.action,
    use: key,
    what: use.tool,
    args: judgement.args,
    rules: rulesAsking(judgement),
    evidence,
    ...(preview === null ? {} : { precondition: preview.digest }),
    ...(editors === undefined || editors.length === 0 ? {} : { editors }),
  };
}

/** What is known of all of them stands beside them once. */
function ownEvidence(draft: Draft, asked: Asked): Evidence {
  const { action, difference, rules, missing } = evidenceOf(draft, asked);
  return mergeEvidence({ action, difference, rules, missing });
}

type EditedAction = { readonly digest: Digest; readonly editors: readonly string[] };

/** A use that people are asked about, as it would be asked with other arguments: the rules run again. */
export function useAskedAgain(
  draft: Draft,
  { gate, path }: OpenGate,
  { args, action }: { readonly args: JsonObject; readonly action: EditedAction | undefined },
): GateOpening | Problem {
  const actions = gate.terms?.actions;
  const key = keyOf(gate, action);
  const use = get(draft.run.open, key);
  const frame = get(draft.run.frames, path);
  if (use?.type !== "use" || frame?.kind !== "leaf") return NO_MORE;
  const preview = previewIn(draft, use);
  const call = { tool: use.tool, args, preview };
  const judgement = judgedBy(draft, path, { agent: use.agent, key, ...call });
  if (judgement.verdict === "deny")
    return {
      code: "not-allowed",
      message: `So changed it is not allowed: ${judgement.why}`,
      mend: "Change it otherwise, or reject it.",
    };
  const edited = { ...use, action: judgement.action };
  const editing: Asked = { key, use: edited, judgement, preview, isEdited: true };
  // What needs nobody any more is still decided here by those who were asked.
  if (actions === undefined || action === undefined) {
    const chains = chainsFor(judgement, gate.chain);
    return gateFor(draft, frame, { ...editing, judgement: { ...judgement, chains } });
  }
  return listedAgain(draft, { gate, frame, actions }, { editing, action });
}

type List = {
  readonly gate: GateOpening;
  readonly frame: LeafFrame;
  readonly actions: readonly ActionAsked[];
};

/** The same list with the one that was changed in its place. */
function listedAgain(
  draft: Draft,
  { gate, frame, actions }: List,
  { editing, action }: { readonly editing: Asked; readonly action: EditedAction },
): GateOpening | Problem {
  const { judgement, use } = editing;
  const chains = chainsOf(gate);
  const asks = judgement.chains.join(JOINED);
  if (asks !== "" && asks !== gate.chain)
    return {
      code: "not-allowed",
      message: `So changed others decide on it: ${asks}.`,
      mend: "Refuse it here, so that it is asked by itself, or change it otherwise.",
    };
  if (chainAsked(draft, chains) === null) return NO_MORE;
  const now = actionOf(draft, { ...editing, editors: action.editors });
  const all = actions.map((one) => (one.digest === action.digest ? now : one));
  return gateOf(draft, frame, { chains, actions: all, agent: use.agent });
}

function keyOf({ use, terms }: GateOpening, action: EditedAction | undefined): Key {
  const listed = terms?.actions?.find(({ digest }) => digest === action?.digest);
  return listed?.use ?? use ?? 0;
}

const NO_MORE: Problem = { code: "conflict", message: "What this asks about is no more." };

function chainsOf({ chain }: GateOpening): readonly string[] {
  return chain.split(JOINED);
}
