import { type Delegation, isInForce, whyExcluded } from "../../core/approval/index.ts";
import type { GateRecord } from "../../core/history/index.ts";
import type { RunId } from "../../core/id.ts";
import { eventOf } from "../../core/machine/index.ts";
import type { Company } from "../../engine/company/index.ts";
import { dayAndTime, plain } from "../output/index.ts";

type Delegated = {
  readonly now: number;
  /** Who decides in whose place; absent: nobody has said. */
  readonly delegations?: readonly Delegation[];
};

/** Who may decide here in the place of whom, until when. */
export function inPlaceLines(
  gate: GateRecord,
  seen: Delegated & { readonly zone: string },
): readonly string[] {
  return lettingAt(gate, seen).map(
    ({ from, to, until }) =>
      `${plain(to)} may decide in the place of ${plain(from)}, until ${dayAndTime(until, seen.zone)}`,
  );
}

/** In whose place somebody would decide here; null: by their own right, or not at all. */
export function placeOf(gate: GateRecord, by: string, seen: Delegated): string | null {
  return lettingAt(gate, seen).find(({ to }) => to === by)?.from ?? null;
}

function lettingAt(
  { approval, from }: GateRecord,
  { now, delegations = [] }: Delegated,
): readonly Delegation[] {
  return delegations.filter(
    (one) =>
      isInForce(one, approval.gate.chain, now) &&
      from.includes(one.from) &&
      !from.includes(one.to) &&
      [one.from, one.to].every((person) => whyExcluded(approval, person) === null),
  );
}

/** In whose place somebody has just decided, as it stands in the log; null: in nobody's. */
export async function placeTaken(
  company: Company,
  run: RunId,
  { key, after, by }: { readonly key: number; readonly after: number; readonly by: string },
): Promise<string | null> {
  for await (const envelope of company.events(run, { after })) {
    const event = eventOf(envelope);
    if (event.type === "gate.voted" && event.key === key && event.voter === by)
      return event.for ?? null;
  }
  return null;
}
