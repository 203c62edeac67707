/** Opens a company, starts its run where there is none yet, and waits for the end of all that is open. */
import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openCompany } from "../../../src/index.ts";

const [folder = ""] = process.argv.slice(2);
const company = await openCompany(folder);
const started = await company.run("bill", {}, { requestId: "the only one" });
if (started.run === null) throw new Error(JSON.stringify(started.problems));
const { run } = started;
writeSync(1, `${run}\n`);
while (company.standing(run)?.endedAt === null) await sleep(20);
await company.close();
