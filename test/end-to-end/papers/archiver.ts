/** Archives all runs of a folder, and says when it begins. */
import { writeSync } from "node:fs";
import { openCompany } from "../../../src/index.ts";

const [folder = ""] = process.argv.slice(2);
const company = await openCompany(folder, { begin: false });
writeSync(1, "begun\n");
await company.archive({ olderThanMs: 0 });
writeSync(1, "done\n");
await company.close();
