export { canonical } from "./canonical.ts";
export { closedOf, contentPaths, ERASED, erasedOf, filled, hollowed, valueAt } from "./content.ts";
export type { Actor, Envelope, Sealed } from "./envelope.ts";
export { heading, type Lineage, lineage, NOTHING_BEFORE, type Sha256, seal } from "./seal.ts";
export { type StreamEnd, type Verdict, verifyStream } from "./verify.ts";
