/** Starts the runs of which each waits for something else, says their ids when all of them wait, and lives on. */
import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openCompany } from "../../../src/index.ts";

const [folder = "", ...kinds] = process.argv.slice(2);
const company = await openCompany(folder);
const runs: string[] = [];
for (const kind of kinds) {
  const start = await company.run(kind, {});
  if (start.run === null) throw new Error(JSON.stringify(start.problems));
  const found = async (): Promise<boolean> =>
    ((await company.waiting(start.run)) ?? []).some((one) => one.kind === kind);
  while (!(await found())) await sleep(20);
  runs.push(`${kind}=${start.run}`);
}
writeSync(1, `${runs.join(" ")}\n`);
setInterval(() => undefined, 60_000);
