/** Writes the JSON Schemas and the reference of keys from the schemas in the code: `npm run schemas`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { madeFiles } from "../src/core/definition/index.ts";
import { madeMapFiles } from "../src/core/map/index.ts";
import { madeReviewFiles } from "../src/core/review/index.ts";

for (const { path, text } of [...madeFiles(), ...madeMapFiles(), ...madeReviewFiles()]) {
  const file = join(import.meta.dirname, "..", path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(path);
}
