export { canonical } from "./canonical.ts";
export { closedOf, contentPaths, ERASED, erasedOf, filled, hollowed, valueAt } from "./content.ts";
export { type Actor, atOf, type Envelope, type Sealed } from "./envelope.ts";
export {
  type CheckedEvent,
  type KeptRow,
  type LogCheck,
  openLogCheck,
  type Wrong,
  type WrongKind,
} from "./log-check.ts";
export { marksOf } from "./marks.ts";
export {
  consistencyProof,
  type Frontier,
  grow,
  type HashPair,
  inclusionProof,
  isConsistent,
  newFrontier,
  rootByInclusion,
  rootOf,
  subtree,
} from "./merkle.ts";
export {
  type Note,
  type NoteSignature,
  noteText,
  readNotes,
  type Signed,
  signedNote,
} from "./note.ts";
export type { KeptMaps, Permit } from "./permits.ts";
export { openPolicyCheck, type PolicyCheck, type PolicyTold } from "./policy-check.ts";
export { heading, type Lineage, lineage, NOTHING_BEFORE, type Sha256, seal } from "./seal.ts";
export { SEVEN, type SevenItem, type SevenTold } from "./seven.ts";
export { type StreamEnd, type Verdict, verifyStream } from "./verify.ts";
