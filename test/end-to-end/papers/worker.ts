/** Plays runs to their ends, says their ids, and dies without closing: their papers are not written yet. */
import { writeSync } from "node:fs";
import { openCompany } from "../../../src/index.ts";

const [folder = "", count = "0"] = process.argv.slice(2);
const company = await openCompany(folder);
const started = await Promise.all(
  Array.from({ length: Number(count) }, (_, n) => company.run("add", { n })),
);
for (const { run } of started) {
  if (run === null) throw new Error("a run was not started");
  await company.settled(run);
  writeSync(1, `${run}\n`);
}
process.kill(process.pid, "SIGKILL");
