import { hash } from "node:crypto";
import type { HashPair } from "../../core/audit/index.ts";

const NODE = Buffer.alloc(65, 1);

/** SHA-256(0x01 ‖ left ‖ right). */
export const pair: HashPair = (left, right) => {
  NODE.set(left, 1);
  NODE.set(right, 33);
  return hash("sha256", NODE, "buffer");
};

/** The root of a tree without leaves: the hash of nothing. */
export const EMPTY_ROOT: Uint8Array = hash("sha256", "", "buffer");
