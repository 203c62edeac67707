import type { Problem } from "../problem.ts";
import { unreachable } from "../unreachable.ts";
import { CASE_LIMITS, type Case } from "./case.ts";
import type { CaseDraft } from "./drafting.ts";
import { closeWhenDone } from "./hear.ts";
import type { CaseSignal } from "./signal.ts";

/**
 * For so long after it was closed a case goes on where something comes for it, or somebody reopens it;
 * later it is another case.
 */
export const REOPEN_MS_MOST: number = 7 * 86_400_000;

type Told<Type extends CaseSignal["type"]> = Extract<CaseSignal, { readonly type: Type }>;

/** What people say of a case itself. What is so already changes nothing. */
export function byPerson(
  draft: CaseDraft,
  signal: Told<"fact" | "close" | "reopen" | "hand" | "note" | "resolve">,
): Problem | null {
  const { now } = draft;
  switch (signal.type) {
    case "fact":
      return recorded(draft, signal);
    case "close":
      if (now.closedAt === null)
        draft.add({ type: "case.closed", outcome: "closed", why: signal.why });
      return null;
    case "reopen":
      return now.closedAt === null ? null : reopened(draft, signal, signal.why);
    case "hand":
      if (now.owner !== signal.to || !now.isHanded)
        draft.add({ type: "case.handed", to: signal.to, why: signal.why });
      return null;
    case "note":
      if (now.notes.length >= CASE_LIMITS.notes) return full(now, "notes");
      draft.add({ type: "case.noted", text: signal.text });
      return null;
    case "resolve":
      return resolved(draft, signal);
    default:
      return unreachable(signal);
  }
}

function recorded(draft: CaseDraft, { name, value, by, why }: Told<"fact">): Problem | null {
  const { now } = draft;
  if (!Object.hasOwn(now.facts, name) && Object.keys(now.facts).length >= CASE_LIMITS.facts)
    return full(now, "facts");
  const source = why === "" ? by : `${by}: ${why}`;
  draft.add({ type: "fact.recorded", name, value, source });
  return null;
}

function resolved(draft: CaseDraft, { issue, why }: Told<"resolve">): Problem | null {
  const known = draft.now.issues.find(({ key }) => key === issue);
  if (known === undefined) {
    const open = draft.now.issues.filter(({ isOpen }) => isOpen).map(({ key }) => key);
    const mend = open.length === 0 ? "None is open." : `Open ones: ${open.join(", ")}.`;
    return { code: "not-found", message: `${draft.now.id} has no issue ${issue}.`, mend };
  }
  if (known.isOpen) draft.add({ type: "issue.closed", key: issue, why });
  closeWhenDone(draft);
  return null;
}

export function reopened(draft: CaseDraft, { at }: CaseSignal, why: string): Problem | null {
  const { id, closedAt, outcome } = draft.now;
  const days = REOPEN_MS_MOST / 86_400_000;
  if (outcome === "moved")
    return conflict(`${id} only kept a request that goes on elsewhere.`, `See: cases show ${id}`);
  if (closedAt !== null && at - closedAt > REOPEN_MS_MOST)
    return {
      code: "already-ended",
      message: `${id} was closed more than ${days} days ago.`,
      mend: "Make another request: that opens another case.",
    };
  draft.add({ type: "case.reopened", why });
  return null;
}

export function conflict(text: string, mend: string): Problem {
  return { code: "conflict", message: text, mend };
}

export function full({ id }: Case, what: keyof typeof CASE_LIMITS): Problem {
  return {
    code: "limit",
    message: `${id} holds ${CASE_LIMITS[what]} ${what}, and no more.`,
    mend: "Close it; what comes then opens another.",
  };
}
