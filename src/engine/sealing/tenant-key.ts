import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MusterError } from "../../core/problem.ts";
import { KEY_BYTES } from "./cipher.ts";
import { KEYS_FOLDER, writeOnce } from "./write-once.ts";

const FILE = "tenant.key";

/** The key that wraps all others of a company. @returns null where there is none */
export function readTenantKey(state: string): Buffer | null {
  try {
    const key = Buffer.from(readFileSync(join(state, KEYS_FOLDER, FILE), "utf8").trim(), "hex");
    if (key.length === KEY_BYTES) return key;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  throw new MusterError({
    code: "corrupt",
    message: `${join(state, KEYS_FOLDER, FILE)} is no key: 64 hexadecimal digits were written.`,
    mend: "Put it back from where the keys of this company are kept.",
  });
}

/** Made at the first time. It is there whole or not at all, and never written over. */
export function tenantKey(state: string): Buffer {
  const known = readTenantKey(state);
  if (known !== null) return known;
  writeOnce(join(state, KEYS_FOLDER), FILE, `${randomBytes(KEY_BYTES).toString("hex")}\n`);
  return readTenantKey(state) ?? tenantKey(state);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
