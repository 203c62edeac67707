import { createHash, randomBytes } from "node:crypto";
import type { Link } from "../../core/approval/index.ts";
import type { Digest } from "../../core/id.ts";

const TOKEN_BYTES = 32;

/** A link for one voter and one action. The token goes into the mail and is kept nowhere. */
export function newLink(of: Omit<Link, "hash" | "usedAt">): {
  readonly token: string;
  readonly link: Link;
} {
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  return { token, link: { ...of, hash: hashOfToken(token), usedAt: null } };
}

export function hashOfToken(token: string): Digest {
  return `sha256:${createHash("sha256").update(token).digest("hex")}` as Digest;
}
