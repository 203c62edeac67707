/** Writes the references of states and of failures, as the machine makes them: `npm run states`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { machineReference } from "../test/given/machine-reference.ts";

for (const { path, text } of machineReference()) {
  writeFileSync(join(import.meta.dirname, "..", path), text);
  console.log(path);
}
