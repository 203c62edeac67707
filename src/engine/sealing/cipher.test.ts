import { createHmac, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { KEY_BYTES, keyedDigest } from "./cipher.ts";

test.each(["", "x", "Ärger mit Bestellung 7", "x".repeat(10_000)])(
  "the name of a text under a key is its HMAC",
  (text) => {
    const key = randomBytes(KEY_BYTES);
    const hmac = createHmac("sha256", key).update(text).digest("hex");
    expect(keyedDigest(key, text)).toBe(`sha256:${hmac}`);
    expect(keyedDigest(key, text)).toBe(`sha256:${hmac}`);
    expect(keyedDigest(randomBytes(KEY_BYTES), text)).not.toBe(`sha256:${hmac}`);
  },
);
