export { canonical } from "./canonical.ts";
export type { Actor, Envelope, Sealed } from "./envelope.ts";
export {
  heading,
  type Lineage,
  type Link,
  lineage,
  NOTHING_BEFORE,
  type Sha256,
  seal,
  type Written,
} from "./seal.ts";
export {
  envelopeText,
  type StreamEnd,
  type Tampering,
  type Verdict,
  verifyStream,
} from "./verify.ts";
