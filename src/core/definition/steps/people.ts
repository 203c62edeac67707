import { suggestion } from "../../expression/index.ts";
import type { ValuePath } from "../reading/place.ts";
import { durationMs } from "../types/duration-value.ts";
import type { Approval } from "../workflow.ts";
import type { Building } from "./building.ts";
import type { Draft } from "./draft.ts";
import type { ApprovalSource, TaskSource } from "./step-source.ts";

const FROM = `from`;

/** Who decides, how many of them, and by when. */
export function readApproval(
  source: ApprovalSource,
  at: ValuePath,
  { report, surroundings }: Building,
): Approval {
  const from =
    source.from === undefined ? [] : typeof source.from === "string" ? [source.from] : source.from;
  const people = [...new Set(from)];
  const need = source.need ?? 1;
  const spot = [...at, FROM];
  people.forEach((name, index) => {
    const path = typeof source.from === "string" ? spot : [...spot, index];
    reportPerson(name, path, { report, surroundings });
  });
  const deciders = meantBy(people, surroundings);
  if (people.length > 0 && need > deciders.length) {
    report.add({
      code: "impossible-limit",
      // A lone file may name a team, which nobody can count there.
      severity: surroundings.agents === null ? "warning" : "error",
      message: `${need} people must allow it, and only ${deciders.length} may decide.`,
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

/** A name that is nobody's is probably misspelt; without people.yaml nobody knows. */
export function reportPerson(
  name: string,
  path: ValuePath,
  { report, surroundings }: Pick<Building, "report" | "surroundings">,
): void {
  const { people } = surroundings;
  if (people === undefined || people === null || people.meant(name).length > 0) return;
  report.addOnce(`person ${name}`, {
    code: "unknown-person",
    severity: "warning",
    message: `Nobody is called "${name}" in people.yaml.`,
    mend: `${suggestion(name, people.names, "People, teams and roles")} Or add them there.`,
    path,
  });
}

/** A team counts as all who are in it. */
function meantBy(
  names: readonly string[],
  { people }: Building["surroundings"],
): readonly string[] {
  const meant = (name: string): readonly string[] => {
    const found = people?.meant(name) ?? [];
    return found.length === 0 ? [name] : found;
  };
  return [...new Set(names.flatMap(meant))];
}
