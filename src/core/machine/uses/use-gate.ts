import {
  differenceOf,
  type Evidence,
  type GateOpening,
  JOINED,
  mergeEvidence,
  openApproval,
} from "../../approval/index.ts";
import type { Preview } from "../../governance/index.ts";
import type { JsonObject } from "../../json.ts";
import type { Draft } from "../draft.ts";
import type { Key } from "../event.ts";
import type { Judged } from "../facts.ts";
import { approvalFacts } from "../people/approval-facts.ts";
import { chainAsked, knownOf, termsOf } from "../people/chain-asked.ts";
import { meant } from "../people/meant.ts";
import { preparedFor } from "../people/prepared.ts";
import { runOwner } from "../people/run-owner.ts";
import type { LeafFrame } from "../run.ts";
import { scopeAt } from "../scope.ts";
import { SYSTEM } from "../written.ts";
import { rulesAsking } from "./grant.ts";
import type { OpenUse } from "./uses.ts";

/** What people are shown of what would be written: up to so much JSON, else its digest. */
const SHOWN_BYTES_MOST = 16_384;

export type Asked = {
  readonly key: Key;
  readonly use: OpenUse;
  readonly judgement: Judged;
  readonly preview: Preview | null;
  /** A decider has changed the arguments: what the preview says of afterwards is not what would be. */
  readonly isEdited?: boolean;
  /** Those who have changed it before, in a way that makes them one of those who ask. */
  readonly editors?: readonly string[];
};

/**
 * People are asked about the exact action: the tool, its arguments, and how what it writes is now. By the
 * chains of the map; where it names none, or has lost it, whoever owns the request or what goes wrong is
 * asked, and never anybody.
 */
export function gateFor(draft: Draft, frame: LeafFrame, asking: Asked): GateOpening {
  const { key, use, judgement, preview } = asking;
  const gate = {
    digest: use.action,
    ask: `${frame.step.name}: may ${use.agent} use ${use.tool}?`,
    show: shownOf(asking),
    use: key,
    evidence: mergeEvidence(evidenceOf(draft, asking), preparedAt(draft, frame)),
  };
  const chain = chainAsked(draft, judgement.chains);
  if (chain === null) {
    const named = judgement.chains.filter((name) => name !== "");
    const owner = judgement.decider || judgement.owner || runOwner(draft);
    const from = SYSTEM.includes(owner) ? [] : meant(draft, [owner]);
    return { ...gate, chain: named.join(JOINED), from, need: 1 };
  }
  const { tool: what, agent } = use;
  const terms = {
    ...termsOf(draft, { chain, what, agent, args: judgement.args }),
    rules: rulesAsking(judgement),
    ...(asking.editors === undefined || asking.editors.length === 0
      ? {}
      : { editors: asking.editors }),
    ...(preview === null ? {} : { precondition: preview.digest }),
  };
  const reads = { action: { tool: what, agent, args: judgement.args, level: use.level } };
  return openApproval({ ...gate, terms, reads: [reads] }, approvalFacts(draft, "muster"));
}

export function preparedAt(draft: Draft, frame: LeafFrame): Partial<Evidence> {
  const { step } = frame;
  return step.kind === "task" ? preparedFor(step, scopeAt(draft.run, frame, draft.read)) : {};
}

/** What this room knows of the evidence: the action, the difference, the rules, what is missing, what it rests on. */
export function evidenceOf(draft: Draft, { use, judgement, preview, isEdited }: Asked): Evidence {
  const { run } = draft;
  const asking = judgement.rules.filter(
    ({ isShadow, holds, follows }) => !isShadow && holds !== "false" && follows !== "permit",
  );
  return mergeEvidence(knownOf(draft), {
    action: judgement.says ?? saysPlainly(use, judgement.args),
    difference:
      isEdited ||
      preview === null ||
      !isSmall({ preview: { before: preview.before, after: preview.after } })
        ? null
        : differenceOf(`${preview.entity} ${preview.id}`, preview.before, preview.after),
    rules: asking.map(({ rule, version, because, holds, leaves }) => ({
      rule,
      version,
      because,
      holds,
      leaves,
    })),
    missing: [
      ...asking.flatMap(({ missing }) => missing),
      ...(isEdited && preview !== null ? [CHANGED] : []),
    ],
    taint: run.labels.untrusted,
  });
}

/** Arguments that a sentence names where the map has none for the tool, and so much of each. */
const NAMED_MOST = 4;
const NAMED_CHARS_MOST = 40;

/** "finance (agent) uses refund.pay: amount 3280, order_id 1011"; long words are shown below it, whole. */
function saysPlainly({ agent, tool }: OpenUse, args: JsonObject): string {
  const short = Object.entries(args).flatMap(([name, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return text.length > NAMED_CHARS_MOST || text.includes("\n") ? [] : [`${name} ${text}`];
  });
  const named = short.slice(0, NAMED_MOST).join(", ");
  return `${agent} (agent) uses ${tool}${named === "" ? "" : `: ${named}`}`;
}

const CHANGED =
  "how the record would be with what was changed here; the last look was before it, and it is looked at again when it is done";

export function shownOf({ use, judgement, preview, isEdited = false }: Asked): JsonObject {
  const { args, why, level } = judgement;
  const shown = { tool: use.tool, agent: use.agent, level, why, args };
  if (preview === null) return isSmall(shown) ? shown : { ...shown, args: LEFT_OUT };
  const { entity, id, before, after, digest } = preview;
  const whole = { ...shown, preview: { entity, id, before, ...(isEdited ? {} : { after }) } };
  if (isSmall(whole)) return whole;
  const short = { ...shown, preview: { entity, id, digest } };
  return isSmall(short) ? short : { ...short, args: LEFT_OUT };
}

const LEFT_OUT = "Too much to be shown here; the event of the use names it.";

function isSmall(shown: JsonObject): boolean {
  return JSON.stringify(shown).length <= SHOWN_BYTES_MOST;
}
