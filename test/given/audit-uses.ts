import type { Event, Key } from "../../src/core/machine/index.ts";

/** What a tool wrote out there, whether or not anybody heard of it. */
export type FarWrite = { readonly key: string; readonly tool: string; readonly effects: string };

type Gate = Of<"gate.opened">["gate"];
type Of<T extends Event["type"]> = Extract<Event, { type: T }>;

function of<T extends Event["type"]>(log: readonly Event[], type: T): readonly Of<T>[] {
  return log.filter((event): event is Of<T> => event.type === type);
}

/**
 * Against what the far side knows: nothing was written that was not judged and allowed, or approved for
 * this very action; nothing twice that may not be; what the log says was written was.
 *
 * @returns a sentence for each promise that does not hold
 */
export function auditUses(log: readonly Event[], far: readonly FarWrite[]): readonly string[] {
  return [...startsWrong(log), ...writesWrong(log, far), ...answersWrong(log), ...endsWrong(log)];
}

function startsWrong(log: readonly Event[]): readonly string[] {
  const judged = new Map(of(log, "tool.judged").map((event) => [event.seq, event]));
  const opened = new Map(of(log, "gate.opened").map((event) => [event.seq, event]));
  const edited = of(log, "gate.edited");
  const closed = new Map(of(log, "gate.closed").map((event) => [event.key, event]));
  const consumed = of(log, "gate.consumed").map(({ key, action }) => `${key} ${action}`);
  const found: string[] = [];
  for (const { key, action, approval } of of(log, "writeback.started")) {
    const use = judged.get(key);
    if (use === undefined) found.push(`the write ${key} was never judged`);
    if (use?.verdict === "deny") found.push(`the write ${key} was denied`);
    if (use?.verdict !== "ask") continue;
    const gate =
      edited.findLast((event) => event.key === approval)?.gate ?? opened.get(approval ?? -1)?.gate;
    if (gate === undefined || digestFor(gate, key) !== action)
      found.push(`the write ${key} was approved as another action`);
    const so = closed.get(approval ?? -1);
    const isPermitted = so?.allowed === true && so.permits?.includes(action) !== false;
    if (!isPermitted || !consumed.includes(`${approval} ${action}`))
      found.push(`the write ${key} was not approved`);
  }
  const twice = consumed.filter((key, at) => consumed.indexOf(key) !== at);
  return [...found, ...twice.map((key) => `the grant ${key} was used twice`)];
}

/** Of the action that a gate asks for this use; of several that are asked at once, of its own. */
function digestFor({ use, digest, terms }: Gate, key: Key): string | null {
  if (use !== undefined) return use === key ? digest : null;
  return terms?.actions?.find((one) => one.use === key)?.digest ?? null;
}

function writesWrong(log: readonly Event[], far: readonly FarWrite[]): readonly string[] {
  const [first] = log;
  const run = first?.type === "run.accepted" ? first.run : "";
  const started = new Set(of(log, "writeback.started").map(({ idempotency }) => idempotency));
  const times = new Map<string, number>();
  for (const { key } of far) times.set(key, (times.get(key) ?? 0) + 1);
  const unasked = far.filter(({ key }) => !started.has(key));
  const twice = far.filter(({ key, effects }) => effects === "ask" && times.get(key) !== 1);
  const lost = of(log, "writeback.committed").filter(({ key }) => !times.has(`${run}.${key}`));
  return [
    ...unasked.map(({ key }) => `${key} was written and the log knows of no start`),
    ...twice.map(({ key }) => `${key} was written twice and may not be`),
    ...lost.map(({ key }) => `${key} is committed and was not written`),
  ];
}

/** The same thing of the same step is written once. */
function answersWrong(log: readonly Event[]): readonly string[] {
  const asks = new Map(of(log, "tool.judged").map(({ seq, path, ask }) => [seq, `${path} ${ask}`]));
  const wrote = of(log, "writeback.committed").map(({ key }) => asks.get(key));
  return wrote
    .filter((ask, at) => wrote.indexOf(ask) !== at)
    .map((ask) => `${ask ?? "?"} was committed twice`);
}

const ENDING = ["writeback.committed", "writeback.failed", "writeback.unknown"];
const WAYS = ["exception.closed", "step.released"];

/** No step ends over a write in flight, and one in doubt ends by a person. */
function endsWrong(log: readonly Event[]): readonly string[] {
  const flying = new Map<Key, string>();
  const doubtful = new Set<string>();
  const found: string[] = [];
  for (const event of log) {
    if (event.type === "writeback.started") flying.set(event.key, event.path);
    if (ENDING.includes(event.type) && "key" in event) flying.delete(event.key);
    if (event.type === "writeback.unknown") doubtful.add(event.path);
    if (WAYS.includes(event.type) && "path" in event) doubtful.delete(event.path);
    if (event.type !== "step.finished") continue;
    if ([...flying.values()].includes(event.path)) found.push(`${event.path} ended over a write`);
    if (doubtful.has(event.path)) found.push(`${event.path} ended in doubt`);
  }
  return found;
}
