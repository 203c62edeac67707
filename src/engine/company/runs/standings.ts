import type { RunId } from "../../../core/id.ts";
import { type Run, statusOf, type Wait, waitsOf } from "../../../core/machine/index.ts";
import { MusterError } from "../../../core/problem.ts";
import type { Runtime } from "../../runtime/index.ts";
import type { Log, Standing, StandingFilter } from "../../store/index.ts";

type Office = { readonly log: Log; readonly runtime: Pick<Runtime, "run"> };

/** Standings in a list that names no number. */
const STANDINGS_MOST = 1_000;
/** Read at once, while those are looked for that have another word than the store knows. */
const READ_AT_ONCE = 200;

/**
 * What the list of runs says. A run that only waits for its sub-runs, which wait themselves, waits too:
 * that stands in no log of its own, so the store has it as running.
 */
export function standingsIn(
  office: Office,
  filter: Partial<StandingFilter> = {},
): readonly Standing[] {
  const { status, most = STANDINGS_MOST } = filter;
  const asked = { most, ...filter };
  const isApart = status?.includes("running") !== status?.includes("waiting");
  if (status === undefined || !isApart)
    return office.log.standings(asked).map((one) => asItIs(office, one));
  const found: Standing[] = [];
  const wide = [...new Set([...status, "running"])];
  for (let offset = filter.offset ?? 0; found.length < most; offset += READ_AT_ONCE) {
    const some = office.log.standings({ ...asked, status: wide, most: READ_AT_ONCE, offset });
    for (const one of some.map((standing) => asItIs(office, standing)))
      if (status.includes(one.status)) found.push(one);
    if (some.length < READ_AT_ONCE) break;
  }
  return found.slice(0, most);
}

export function standingIn(office: Office, run: RunId): Standing | null {
  const standing = office.log.standing(run);
  return standing === null ? null : asItIs(office, standing);
}

/** As it is said, of what the store says. */
export function asItIs(office: Office, standing: Standing): Standing {
  if (standing.status !== "running" || !hasSubRuns(office, standing)) return standing;
  const run = runOf(office, standing.stream as RunId);
  return run !== null && isStill(office, run) ? { ...standing, status: "waiting" } : standing;
}

function hasSubRuns({ log }: Office, { stream }: Standing): boolean {
  return log.standings({ parent: stream, most: 1 }).length > 0;
}

/** A run that cannot be folded is told of elsewhere. */
function runOf({ runtime }: Office, id: RunId): Run | null {
  try {
    return runtime.run(id);
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    return null;
  }
}

/** Nothing of it moves by itself: all that it waits for comes from people, from outside, or with time. */
function isStill(office: Office, run: Run): boolean {
  if (run.unsettled || run.phase === "finished") return false;
  return waitsOf(run).every(({ what }) => isWaiting(office, what));
}

function isWaiting(office: Office, what: Wait["what"]): boolean {
  // oxlint-disable-next-line switch-exhaustiveness-check -- the others wait
  switch (what.kind) {
    case "agent":
    case "backoff":
    case "place":
    case "report":
    case "use":
      return false;
    case "child": {
      const child = runOf(office, what.run as RunId);
      if (child === null || child.phase === "finished") return false;
      const status = statusOf(child);
      return status === "waiting" || status === "paused" || isStill(office, child);
    }
    default:
      return true;
  }
}
