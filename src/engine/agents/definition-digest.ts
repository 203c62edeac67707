import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Digest, parseDigest } from "../../core/id.ts";

/**
 * Names an agent as it was when it was opened: its definition and the text of its module or script.
 * What that imports in turn is not followed.
 *
 * @param file absolute; null where the definition is all there is. One that cannot be read counts as
 *             empty, and the agent's health says what is wrong with it.
 */
export function digestOfAgent(definition: Digest, file: string | null): Digest {
  if (file === null) return definition;
  const digest = parseDigest(`sha256:${hash("sha256", `${definition}\n${textOf(file)}`)}`);
  if (digest === null) throw new Error("A SHA-256 of 64 digits is a digest.");
  return digest;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
