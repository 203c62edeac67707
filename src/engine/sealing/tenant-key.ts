import { randomBytes } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MusterError } from "../../core/problem.ts";
import { KEY_BYTES } from "./cipher.ts";

/** In the state folder: keys, their owner's alone. */
export const KEYS_FOLDER = "keys";
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

/** A file of a key: 0600 in a folder of 0700. One that is there already stays. */
export function writeOnce(folder: string, name: string, text: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const draft = join(folder, `${name}.${process.pid}.draft`);
  try {
    writeFileSync(draft, text, { mode: 0o600, flush: true });
    linkSync(draft, join(folder, name));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
