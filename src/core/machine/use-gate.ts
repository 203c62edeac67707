import type { Preview } from "../governance/index.ts";
import type { JsonObject } from "../json.ts";
import type { Draft } from "./draft.ts";
import type { GateOpening, Key } from "./event.ts";
import type { Judged, Judging } from "./facts.ts";
import { meant } from "./meant.ts";
import type { LeafFrame } from "./run.ts";
import type { OpenUse } from "./uses.ts";

/** What people are shown of what would be written: up to so much JSON, else its digest. */
const SHOWN_BYTES_MOST = 16_384;

type Asking = {
  readonly key: Key;
  readonly use: OpenUse;
  readonly judgement: Judged;
  readonly preview: Preview | null;
};

/** People are asked about the exact action: the tool, its arguments, and how what it writes is now. */
export function gateFor(draft: Draft, frame: LeafFrame, asking: Asking): GateOpening {
  const { key, use, judgement } = asking;
  const { run, facts, at } = draft;
  const of: Judging = { map: run.map, case: run.case, labels: run.labels, at, isConsuming: false };
  const [chain = ""] = judgement.chains;
  const asked = facts.chain?.(chain, of) ?? NOBODY;
  return {
    digest: use.action,
    ask: `May ${use.agent} use "${use.tool}" for "${frame.step.name}"?`,
    show: shownOf(asking),
    chain,
    from: meant(draft, asked.from),
    need: asked.need,
    ...(asked.dueMs === null ? {} : { due: at + asked.dueMs }),
    use: key,
  };
}

const NOBODY = { from: [], need: 1, dueMs: null } as const;

function shownOf({ use, judgement, preview }: Asking): JsonObject {
  const { args, why } = judgement;
  const shown = { tool: use.tool, agent: use.agent, why, args };
  if (preview === null) return isSmall(shown) ? shown : { ...shown, args: LEFT_OUT };
  const { entity, id, before, after, digest } = preview;
  const whole = { ...shown, preview: { entity, id, before, after } };
  if (isSmall(whole)) return whole;
  const short = { ...shown, preview: { entity, id, digest } };
  return isSmall(short) ? short : { ...short, args: LEFT_OUT };
}

const LEFT_OUT = "Too much to be shown here; the event of the use names it.";

function isSmall(shown: JsonObject): boolean {
  return JSON.stringify(shown).length <= SHOWN_BYTES_MOST;
}
