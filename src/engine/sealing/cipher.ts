import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import type { Digest } from "../../core/id.ts";

const CIPHER = "aes-256-gcm";
export const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A text that only the key opens, in base64; `ct` ends with the tag that shows it was not changed. */
export type Locked = { readonly iv: string; readonly ct: string };

/** @param place where it stands: moved elsewhere, it does not open */
export function lock(key: Buffer, text: string | Buffer, place: string): Locked {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(place));
  const ct = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
  return { iv: iv.toString("base64"), ct: ct.toString("base64") };
}

/** @returns null where another key, another place, or what was changed does not open */
export function unlock(key: Buffer, { iv, ct }: Locked, place: string): Buffer | null {
  try {
    const bytes = Buffer.from(ct, "base64");
    const body = bytes.subarray(0, -TAG_BYTES);
    const from = Buffer.from(iv, "base64");
    const decipher = createDecipheriv(CIPHER, key, from, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(place));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch {
    return null;
  }
}

/** A name for a text that says nothing about it to who does not have the key. */
export function keyedDigest(key: Buffer, text: string): Digest {
  return `sha256:${createHmac("sha256", key).update(text).digest("hex")}` as Digest;
}
