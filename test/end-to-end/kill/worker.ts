/** Starts the runs it is told to, says each id only when it was accepted, and waits for their end. */
import { writeSync } from "node:fs";
import { openCompany } from "../../../src/index.ts";

const [folder = "", count = "0"] = process.argv.slice(2);
const company = await openCompany(folder);
const started = await Promise.all(
  Array.from({ length: Number(count) }, async (_, n) => {
    const start = await company.run("work", { n }, { requestId: `request-${n}` });
    if (start.run === null) throw new Error(JSON.stringify(start.problems));
    writeSync(1, `accepted ${n} ${start.run}\n`);
    return start.run;
  }),
);
await Promise.all(started.map((run) => company.settled(run)));
writeSync(1, "settled\n");
await company.close();
