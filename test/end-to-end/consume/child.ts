import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { decide } from "../../../src/core/machine/index.ts";
import { MusterError } from "../../../src/core/problem.ts";
import { type Log, lookIntoSqlite, openSqlite } from "../../../src/engine/store/index.ts";
import { appendOf, FACTS, foldIn, runAt } from "./paying.ts";

/**
 * One of four processes: of each run it decides on what it reads, waits until the others have decided on
 * the same, and then writes. Says which runs' approvals it has used up.
 */
const [folder = "", me = "", runs = "0", others = "4"] = process.argv.slice(2);
const used: string[] = [];

for (let at = 0; at < Number(runs); at++) {
  const log = lookIntoSqlite(folder);
  if (log === null) throw new Error("There is no log.");
  const before = foldIn(log, runAt(at));
  await log.close();
  const decision = decide(before, { type: "resume", at: Date.now(), by: `p${me}` }, FACTS);
  if ("code" in decision) throw new Error(decision.message);
  await together(at);
  if (!decision.events.some(({ type }) => type === "gate.consumed")) continue;
  const held = await hold();
  const [appended] = await held.append([appendOf(before, decision)]);
  await held.close();
  if (appended?.done === true) used.push(runAt(at));
}
process.stdout.write(JSON.stringify(used));

/** All have decided on the same state before one of them writes. */
async function together(at: number): Promise<void> {
  writeFileSync(join(folder, `decided-${at}-${me}`), "");
  for (let other = 0; other < Number(others); other++)
    while (!existsSync(join(folder, `decided-${at}-${other}`))) await setTimeout(2);
}

async function hold(): Promise<Log> {
  for (;;)
    try {
      return openSqlite(folder);
    } catch (error) {
      if (!(error instanceof MusterError) || error.code !== "locked") throw error;
      await setTimeout(Math.random() * 5);
    }
}
