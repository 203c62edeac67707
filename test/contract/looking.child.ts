/** Looks into the log of a folder, as whoever it is begun as, and says which events of a run it finds. */
import { lookIntoSqlite } from "../../src/engine/store/index.ts";
import { run } from "./appends.ts";

const [, , folder = "", name = ""] = process.argv;
const log = lookIntoSqlite(folder);
const events = [...(log?.read(run(name)) ?? [])];
console.log(JSON.stringify(events.map(({ seq }) => seq)));
await log?.close();
