/** Runs, forks, exports and imports one after another, and says what it was told was done. */
import { readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { RunId } from "../../../src/core/id.ts";
import { openCompany } from "../../../src/index.ts";

const [folder = "", other = "", turns = "0"] = process.argv.slice(2);
const company = await openCompany(folder);
const there = await openCompany(other);
const started = await company.run("line", {}, { requestId: "source" });
if (started.run === null) throw new Error(JSON.stringify(started.problems));
const source = started.run;
await company.settled(source);
for (let turn = 0; turn < Number(turns); turn++) {
  const name = `wf_fork_${String(turn).padStart(4, "0")}` as RunId;
  const forked = await company.fork(source, { from: `cp_${1 + (turn % 3)}`, run: name });
  if (forked.run === null) throw new Error(JSON.stringify(forked.problems));
  writeSync(1, `forked ${forked.run}\n`);
  const file = join(other, "carried.json");
  const exported = await company.exportCheckpoint(source, `cp_${1 + (turn % 3)}`);
  if (exported.document === undefined) throw new Error(JSON.stringify(exported.problems));
  writeFileSync(file, exported.document);
  const imported = await there.importCheckpoint(readFileSync(file, "utf8"));
  if (imported.run === null) throw new Error(JSON.stringify(imported.problems));
  writeSync(1, `imported ${imported.run}\n`);
  await company.settled(name);
}
writeSync(1, "settled\n");
await company.close();
await there.close();
