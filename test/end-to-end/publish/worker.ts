/**
 * Starts orders and publishes two payments for each, the first as soon as its run is accepted, and
 * says what was kept. What is named on standard input was kept before, and is not published again.
 */
import { readFileSync, writeSync } from "node:fs";
import { openCompany } from "../../../src/index.ts";

const [folder = "", count = "0"] = process.argv.slice(2);
const kept = new Set(readFileSync(0, "utf8").split("\n"));
await using company = await openCompany(folder);
writeSync(1, "open\n");
const runs = await Promise.all(
  Array.from({ length: Number(count) }, async (_, n) => {
    const order = `order-${n}`;
    const start = await company.run("order", { order }, { requestId: order });
    if (start.run === null) throw new Error(JSON.stringify(start.problems));
    for (const number of [1, 2]) {
      const id = `${order}.${number}`;
      if (kept.has(id)) continue;
      const published = await company.publish("payment", { number }, { key: order, id });
      if (!published.kept) throw new Error(JSON.stringify(published.problems));
      writeSync(1, `${id}\n`);
    }
    return start.run;
  }),
);
for (const run of runs) {
  const standing = await company.settled(run);
  if (standing.status !== "completed") throw new Error(`${run} is ${standing.status}`);
}
writeSync(1, "settled\n");
