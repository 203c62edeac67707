import { verifyLog } from "../src/engine/audit/index.ts";
import { lookIntoSqlite, openSqlite } from "../src/engine/store/index.ts";

const EVENTS_EACH = 10;
const BATCH = 100;

/** A log of so many events, in decisions of ten, of runs of a hundred. */
export async function writeLog(folder: string, events: number): Promise<void> {
  const log = openSqlite(folder);
  const each = events / EVENTS_EACH;
  for (let from = 0; from < each; from += BATCH)
    await log.append(
      Array.from({ length: Math.min(BATCH, each - from) }, (_, at) => decision(from + at)),
    );
  await log.close();
}

function decision(n: number): Parameters<ReturnType<typeof openSqlite>["append"]>[0][number] {
  const run = Math.floor(n / EVENTS_EACH);
  const after = (n % EVENTS_EACH) * EVENTS_EACH;
  const actor = { kind: "system", id: "muster" } as const;
  return {
    stream: `wf_bench_${run}` as never,
    after,
    cause: null,
    events: Array.from({ length: EVENTS_EACH }, (_, at) => ({
      seq: after + at + 1,
      at: 1_763_600_000_000 + n,
      type: "step.finished",
      step: `phase/step[${at}]`,
      actor,
      data: {
        outcome: "completed",
        closes: at + 1,
        output: { value: { id: `id-${n}`, total: n } },
      },
    })),
    contents: [],
    timersSet: [],
    timersEnded: [],
    listensSet: [],
    listensEnded: [],
    standing: null,
    snapshot: null,
  };
}

/** @returns how many events were gone through */
export async function verifyAll(folder: string): Promise<number> {
  const log = lookIntoSqlite(folder);
  if (log === null) throw new Error("There is no log.");
  const { ok, events } = await verifyLog({ state: `${folder}/.muster`, log, outside: [] });
  await log.close();
  if (!ok) throw new Error("It does not verify.");
  return events;
}
