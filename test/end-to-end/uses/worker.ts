/** Starts the runs it is told to, decides on whatever people are asked, and waits for their end. */
import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openCompany } from "../../../src/index.ts";
import { decideAll } from "./decide.ts";

const [folder = "", count = "0"] = process.argv.slice(2);
const company = await openCompany(folder);
const started = await Promise.all(
  Array.from({ length: Number(count) }, async (_, n) => {
    const start = await company.run("serve", { n }, { requestId: `request-${n}` });
    if (start.run === null) throw new Error(JSON.stringify(start.problems));
    writeSync(1, `accepted ${n} ${start.run}\n`);
    return start.run;
  }),
);
for (let open = started; open.length > 0; ) {
  await sleep(20);
  open = await decideAll(company, open);
}
writeSync(1, "settled\n");
await company.close();
