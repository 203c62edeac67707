import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import type { Json } from "../../core/json.ts";
import type { Problem } from "../../core/problem.ts";
import { whyUnread } from "../unread.ts";

/** What a person gives in the place of an agent: a YAML or JSON file with the step's outputs. */
export function outputsIn(cwd: string, file: string): { readonly value: Json } | Problem {
  const path = resolve(cwd, file);
  const mend = "Give a YAML or JSON file that holds the step's outputs as an object.";
  try {
    return { value: parse(readFileSync(path, "utf8")) as Json };
  } catch (error) {
    const why = whyUnread(error);
    return { code: "bad-input", message: `${path} cannot be read: ${why}`, mend };
  }
}
