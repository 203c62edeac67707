/** Opens a company, signs again and again while it erases one person after another, and says when it begins. */
import { writeSync } from "node:fs";
import { openCompany } from "../../../src/index.ts";

const [folder = "", people = "0"] = process.argv.slice(2);
const company = await openCompany(folder);
writeSync(1, "begun\n");
for (let n = 0; n < Number(people); n += 1) {
  await company.erase({ subject: `person ${n}`, why: "asked for it", by: "ana" });
  await company.sign();
}
writeSync(1, "done\n");
await company.close();
