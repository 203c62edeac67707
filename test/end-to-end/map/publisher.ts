/** Writes one map after another, publishes each while a run is begun, and begins one more when it is in force. */
import { writeSync } from "node:fs";
import { openCompany } from "../../../src/index.ts";
import { writeMap } from "./maps.ts";

const [folder = "", from = "1", most = "0"] = process.argv.slice(2);
const company = await openCompany(folder);
writeSync(1, "begun\n");

async function begin(under: string): Promise<void> {
  const started = await company.run("greet", {}, { by: "ana" });
  if (started.run === null) throw new Error(JSON.stringify(started.problems));
  writeSync(1, `run ${started.run} ${under}\n`);
}

for (let n = Number(from); n <= Number(most); n += 1) {
  writeMap(folder, n);
  writeSync(1, `publishing ${n}\n`);
  const [made] = await Promise.all([
    company.publishMap({ why: `map ${n}`, by: "ana" }),
    begin(`${n - 1} ${n}`),
  ]);
  if (made.version === null) throw new Error(JSON.stringify(made.problems));
  writeSync(1, `published ${n}\n`);
  await begin(`${n}`);
}
writeSync(1, "done\n");
await company.close();
