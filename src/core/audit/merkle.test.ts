// oxlint-disable-next-line no-restricted-imports -- the core is given its hash; so a test must bring one
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { cases } from "../../../test/given/cases.ts";
import {
  consistencyProof,
  type Frontier,
  grow,
  inclusionProof,
  isConsistent,
  newFrontier,
  rootByInclusion,
  rootOf,
  subtree,
} from "./merkle.ts";

const sha256 = (...parts: Uint8Array[]): Uint8Array =>
  createHash("sha256").update(Buffer.concat(parts)).digest();
const pair = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  sha256(Buffer.from([1]), left, right);
const leafOf = (bytes: Uint8Array): Uint8Array => sha256(Buffer.from([0]), bytes);
const hex = (bytes: Uint8Array | null | undefined): string =>
  Buffer.from(bytes ?? []).toString("hex");

/** The leaves of the test vectors of Certificate Transparency. */
const KNOWN = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
].map((text) => leafOf(Buffer.from(text, "hex")));
const leaf = (index: number): Uint8Array => (KNOWN[index] ??= leafOf(Buffer.from(`leaf ${index}`)));
const tree = { leaf, pair };
/** Past a power of two, also when few are tried. */
const SIZES = Math.max(17, cases(40));

describe("the Merkle tree of RFC 6962", () => {
  test.each([
    [1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"],
    [2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    [3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"],
    [4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"],
    [5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"],
    [8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"],
  ])("of the first %i known leaves has the root that is known", (size, root) => {
    const frontier = newFrontier();
    for (let index = 0; index < size; index += 1) grow(frontier, leaf(index), pair);
    expect(hex(rootOf(frontier, pair))).toBe(root);
    expect(hex(subtree(tree, 0, size))).toBe(root);
  });

  test("shows that a leaf is in it, and that no other is", () => {
    for (let size = 1; size <= SIZES; size += 1) {
      const root = hex(subtree(tree, 0, size));
      for (let index = 0; index < size; index += 1) {
        const proof = inclusionProof(tree, index, [0, size]);
        const at = { index, size, leaf: leaf(index) };
        expect(hex(rootByInclusion(at, proof, pair))).toBe(root);
        expect(hex(rootByInclusion({ ...at, leaf: leaf(index + 1) }, proof, pair))).not.toBe(root);
        expect(hex(rootByInclusion(at, [...proof, leaf(0)], pair))).not.toBe(root);
      }
    }
  });

  test("shows that it grew out of a smaller one, and out of no other", () => {
    for (let size = 1; size <= SIZES; size += 1) {
      const root = subtree(tree, 0, size);
      for (let first = 1; first <= size; first += 1) {
        const proof = consistencyProof(tree, first, size);
        const grown = { first, size, firstRoot: subtree(tree, 0, first), root };
        expect(isConsistent(grown, proof, pair)).toBe(true);
        expect(isConsistent({ ...grown, firstRoot: leaf(99) }, proof, pair)).toBe(false);
        expect(isConsistent({ ...grown, root: leaf(99) }, proof, pair)).toBe(false);
        expect(isConsistent(grown, [...proof, root], pair)).toBe(false);
      }
    }
  });

  test("grows from what was kept of it", () => {
    const frontier = newFrontier();
    for (let index = 0; index < 1_000; index += 1) {
      const kept: Frontier = { size: frontier.size, nodes: [...frontier.nodes] };
      grow(kept, leaf(index), pair);
      grow(frontier, leaf(index), pair);
      expect(kept).toEqual(frontier);
    }
    expect(frontier.nodes).toHaveLength(6);
    expect(hex(rootOf(frontier, pair))).toBe(hex(subtree(tree, 0, 1_000)));
  });
});
