/** Sweeps a company's log of all that was put, and says when it begins. */
import { writeSync } from "node:fs";
import { openSqlite } from "../../../src/engine/store/index.ts";

const [folder = ""] = process.argv.slice(2);
const log = openSqlite(folder);
writeSync(1, "begun\n");
await log.sweep(Date.now() + 1);
writeSync(1, "done\n");
await log.close();
