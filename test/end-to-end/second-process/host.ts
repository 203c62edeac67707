/** Opens the folder it is told, says so, and stays until it is ended. */
import { writeSync } from "node:fs";
import { openCompany } from "../../../src/index.ts";

const company = await openCompany(process.argv[2] ?? "");
writeSync(1, company.isGuest ? "guest\n" : "at work\n");
process.on("SIGTERM", () => void company.close().then(() => process.exit(0)));
setInterval(() => undefined, 60_000);
