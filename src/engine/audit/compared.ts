import { grow, type Note, newFrontier, rootOf, type Wrong } from "../../core/audit/index.ts";
import { leavesIn } from "./book.ts";
import type { Growing } from "./growing.ts";
import { pair } from "./pair.ts";
import { signerOf } from "./signing.ts";

/** A checkpoint, and the file that it was kept in elsewhere; null: beside the log. */
export type Expected = { readonly note: Note; readonly file: string | null };

/** The roots that the log itself gives, by size, in base64. */
export type RootAt = Map<number, string>;

export type Comparing = {
  readonly expected: readonly Expected[];
  readonly roots: RootAt;
  /** How many events the log has. */
  readonly size: number;
  /** What verifies signatures, with the position from which on it does. */
  readonly keys: readonly { readonly verifier: string; readonly from: number }[];
  readonly state: string;
  readonly leaves: Growing;
};

export type Compared = {
  readonly wrong: readonly Wrong[];
  /** Checkpoints that hold. */
  readonly inside: number;
  readonly outside: number;
  readonly outsideTo: number;
};

/** What was signed, against what the log gives now: the tree, the signature, and what was kept elsewhere. */
export function compared(comparing: Comparing): Compared {
  const { expected, keys } = comparing;
  const wrong: Wrong[] = [];
  const held: Expected[] = [];
  const verifiers = keys.map(({ verifier }) => verifier);
  for (const one of expected.toSorted((a, b) => a.note.size - b.note.size)) {
    const found = mismatch(one, comparing, held) ?? unsigned(one, verifiers, keys);
    if (found === null) held.push(one);
    else if (!wrong.some((before) => isOneStory(before, found))) wrong.push(found);
  }
  const outside = held.filter(({ file }) => file !== null);
  return {
    wrong,
    inside: held.length - outside.length,
    outside: outside.length,
    outsideTo: latestOf(outside),
  };
}

/** Many checkpoints tell of the same: the first of them is enough. */
function isOneStory(before: Wrong, found: Wrong): boolean {
  return before.kind === found.kind && before.kind !== "bad-signature";
}

export function latestOf(notes: readonly Expected[]): number {
  return Math.max(0, ...notes.map(({ note }) => note.size));
}

function mismatch(one: Expected, comparing: Comparing, held: readonly Expected[]): Wrong | null {
  const { note, file } = one;
  const { size, roots } = comparing;
  const where = file === null ? "The checkpoint beside the log" : `The checkpoint in ${file}`;
  const what = `${where} of ${note.at || "then"}, of ${note.size} events`;
  if (note.size > size)
    return {
      kind: "truncated",
      position: size + 1,
      event: "",
      message: `${what} was signed, and the log ends at position ${size}: what came behind was cut off.`,
    };
  if (roots.get(note.size) === note.root) return null;
  const twin = comparing.expected.find(
    (other) => other !== one && other.note.size === note.size && other.note.root !== note.root,
  );
  if (twin !== undefined && isOurs(one, comparing) && isOurs(twin, comparing))
    return {
      kind: "forked",
      position: latestOf(held) + 1,
      event: "",
      message: `${what} and another of as many events were signed with the same key, and are of two histories.`,
    };
  return rewritten(what, note, { comparing, from: latestOf(held) });
}

function isOurs({ note }: Expected, { keys }: Comparing): boolean {
  return (
    "verifier" in
    signerOf(
      note,
      keys.map(({ verifier }) => verifier),
    )
  );
}

/** Where the leaves as they were signed are kept, they tell where it begins, and what was done. */
function rewritten(
  what: string,
  note: Note,
  { comparing, from }: { readonly comparing: Comparing; readonly from: number },
): Wrong {
  const plain: Wrong = {
    kind: "rewritten",
    position: from + 1,
    event: "",
    message: `${what} is of another history: between position ${from + 1} and ${note.size} the log is not what was signed.`,
  };
  const signed = signedLeaves(note, comparing);
  if (signed === null) return plain;
  const now = comparing.leaves.all();
  const at = firstDifference(signed, now);
  const isMoved = isBehind(signed, at, now);
  const isLost = isBehind(now, at, signed);
  const position = at + 1;
  const then = `when ${what.replace(/^The/, "the")} was signed`;
  if (isMoved && isLost)
    return {
      ...plain,
      kind: "reordered",
      position,
      message: `The event at position ${position} stood elsewhere ${then}.`,
    };
  if (isMoved)
    return {
      ...plain,
      kind: "inserted",
      position,
      message: `The event at position ${position} was not there ${then}.`,
    };
  if (isLost)
    return {
      ...plain,
      kind: "missing",
      position,
      message: `The event that stood at position ${position} ${then} is not there.`,
    };
  return { ...plain, position };
}

/** The leaves of the largest checkpoint that they give the root of: more of them tell more. */
function signedLeaves(note: Note, { expected, state }: Comparing): Uint8Array | null {
  const largest = expected.findLast(({ file }) => file === null)?.note ?? note;
  for (const { size, root } of [largest, note]) {
    const leaves = size < note.size ? null : leavesIn(state, size);
    if (leaves !== null && rootOfLeaves(leaves) === root) return leaves;
  }
  return null;
}

/** How far what was moved is looked for. */
const MOVED_MOST = 10_000;

/** Whether the leaf that one has at a place stands further behind in the other. */
function isBehind(one: Uint8Array, place: number, other: Uint8Array): boolean {
  if (place >= one.length / 32) return false;
  const leaf = leafAt(one, place);
  const most = Math.min(other.length / 32, place + MOVED_MOST);
  for (let index = place + 1; index < most; index += 1)
    if (leafAt(other, index).equals(leaf)) return true;
  return false;
}

function leafAt(leaves: Uint8Array, index: number): Buffer {
  return Buffer.from(leaves.buffer, leaves.byteOffset + index * 32, 32);
}

function firstDifference(signed: Uint8Array, now: Uint8Array): number {
  const most = Math.min(signed.length, now.length) / 32;
  for (let index = 0; index < most; index += 1)
    if (!leafAt(signed, index).equals(leafAt(now, index))) return index;
  return most;
}

function rootOfLeaves(leaves: Uint8Array): string {
  const frontier = newFrontier();
  for (let index = 0; index < leaves.length / 32; index += 1)
    grow(frontier, leafAt(leaves, index), pair);
  return Buffer.from(rootOf(frontier, pair) ?? []).toString("base64");
}

function unsigned(
  { note, file }: Expected,
  verifiers: readonly string[],
  keys: Comparing["keys"],
): Wrong | null {
  const signer = signerOf(note, verifiers);
  const where = file === null ? "beside the log" : `in ${file}`;
  const bad = (why: string): Wrong => ({
    kind: "bad-signature",
    position: note.size,
    event: "",
    message: `The checkpoint ${where} of ${note.size} events ${why}.`,
  });
  if ("why" in signer)
    return bad(
      signer.why === "unknown"
        ? "was not signed with a key that this log names"
        : "has a signature that does not hold",
    );
  const known = keys.findIndex(({ verifier }) => verifier === signer.verifier);
  const from = keys[known]?.from ?? 0;
  const until = keys[known + 1]?.from ?? Number.POSITIVE_INFINITY;
  if (note.size < from) return bad("was signed with a key that was made later");
  if (note.size >= until) return bad("was signed with a key that was replaced before");
  return null;
}
