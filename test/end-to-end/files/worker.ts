/** Runs a workflow whose agents give files, again and again, until it is killed; says when it has begun. */
import { writeSync } from "node:fs";
import { openCompany } from "../../../src/index.ts";

const [folder = ""] = process.argv.slice(2);
const company = await openCompany(folder);
writeSync(1, "begun\n");
for (let round = 0; round < 200; round += 1) {
  const started = await company.run("give");
  if (started.run !== null) await company.settled(started.run);
}
await company.close();
