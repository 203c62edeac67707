import type { CallRate } from "../../src/core/definition/index.ts";
import type { RunId } from "../../src/core/id.ts";
import type { Event } from "../../src/core/machine/index.ts";
import { isUndo } from "./book.ts";
import type { Shell } from "./shell.ts";
import type { Broken, Deed, World } from "./world.ts";

/** A minute of the clock on the wall. */
const MINUTE_MS = 60_000;

/**
 * Nobody is asked more often in a minute than the run and the agent say, by one process: what another
 * counted is lost with it. And who is over a limit waits, is left out or is refused, as it is told.
 */
export function auditRates(world: World, shell: Shell, found: Broken[]): void {
  if (!shell.isGoverned) return;
  const tell = (what: string): void => void found.push({ promise: "rate", what });
  for (const run of shell.runs()) auditRefusals(world, { run, events: shell.stored(run) }, tell);
  if (world.counts.jumps > 0) return;
  const counted = Map.groupBy(
    world.deeds.flatMap((deed) => limitsOf(world, deed)),
    ({ name }) => name,
  );
  for (const [name, deeds] of counted) auditMinutes(name, deeds, tell);
}

type Counted = { readonly name: string; readonly most: number; readonly at: number };

function limitsOf(world: World, deed: Deed): readonly Counted[] {
  const limits: Counted[] = [];
  const of = (name: string, rate: CallRate | null | undefined): void => {
    if (rate)
      limits.push({
        name: `${name} by process ${deed.process}`,
        most: rate.callsMost,
        at: deed.begunAt,
      });
  };
  of(deed.run, rateOf(world, deed.run));
  of(`agent ${deed.agent}`, world.governor.rateOf(deed.agent));
  return limits;
}

function rateOf({ shell, definitions }: World, run: RunId): CallRate | undefined {
  const first = shell?.stored(run)[0];
  return first?.type === "run.accepted" ? definitions.get(first.definition)?.rate : undefined;
}

function auditMinutes(name: string, deeds: readonly Counted[], tell: (what: string) => void): void {
  const inOrder = deeds.toSorted((one, two) => one.at - two.at);
  for (const [at, last] of inOrder.entries()) {
    const first = inOrder[at - last.most];
    if (first === undefined || last.at - first.at >= MINUTE_MS) continue;
    const times = inOrder.slice(at - last.most, at + 1).map((one) => one.at - first.at);
    return tell(
      `${name}: ${times.length} were begun in a minute, at ${times.join(", ")} ms; ${last.most} may`,
    );
  }
}

/** What is refused for its limit is so where its limits say so, and never what is undone. */
function auditRefusals(
  world: World,
  { run, events }: { readonly run: RunId; readonly events: readonly Event[] },
  tell: (what: string) => void,
): void {
  const says = (otherwise: CallRate["otherwise"]): boolean =>
    [rateOf(world, run), ...AGENTS.map(world.governor.rateOf)].some(
      (rate) => rate?.otherwise === otherwise,
    );
  for (const event of events) {
    if (!("error" in event) || event.error === undefined || !("path" in event)) continue;
    const { kind, message } = event.error;
    const how = !message.startsWith("The rate limit of")
      ? null
      : kind === "skipped_by_rate_limit"
        ? "skip"
        : "error";
    if (how === null) continue;
    if (!says(how))
      tell(`${run} ${event.path} was over a limit and got ${kind}; nothing says ${how}`);
    if (isUndo(event.path)) tell(`${run} ${event.path} undoes, and was refused for a limit`);
  }
}

const AGENTS = ["reader", "keeper", "clerk", "sender"];
