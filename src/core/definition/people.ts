import type { Building } from "./building.ts";
import type { Draft } from "./draft.ts";
import { durationMs } from "./duration-value.ts";
import type { ValuePath } from "./place.ts";
import type { ApprovalSource, TaskSource } from "./step-source.ts";
import type { Approval } from "./workflow.ts";

/** Who decides, how many of them, and by when. */
export function readApproval(
  source: ApprovalSource,
  at: ValuePath,
  { report }: Building,
): Approval {
  const from =
    source.from === undefined ? [] : typeof source.from === "string" ? [source.from] : source.from;
  const people = [...new Set(from)];
  const need = source.need ?? 1;
  if (people.length > 0 && need > people.length) {
    report.add({
      code: "impossible-limit",
      message: `${need} people must allow it, and only ${people.length} may decide.`,
      mend: "Name more people under from, or lower need.",
      path: [...at, "need"],
    });
  }
  const dueMs = durationMs(source.due, { path: [...at, "due"], report, leastMs: 1 });
  if (source.on_timeout !== undefined && source.due === undefined) {
    report.add({
      code: "advice",
      severity: "warning",
      message: "on_timeout says what follows when the time has passed, and no time is said.",
      mend: "Write due: 4h, for example.",
      path: [...at, "on_timeout"],
      key: true,
    });
  }
  return {
    chain: source.chain ?? "",
    from: people,
    need,
    dueMs,
    onTimeout: source.on_timeout ?? "escalate",
  };
}

/** `approve` in its short forms: true, the name of a chain, a list of people. */
export function readApprove(
  said: TaskSource["approve"],
  draft: Draft,
  building: Building,
): Approval | null {
  if (said === undefined || said === false) return null;
  const at = [...draft.at, "approve"];
  if (said === true) return readApproval({}, at, building);
  if (typeof said === "string") return readApproval({ chain: said }, at, building);
  return readApproval(isList(said) ? { from: said } : said, at, building);
}

function isList(said: readonly string[] | ApprovalSource): said is readonly string[] {
  return Array.isArray(said);
}
