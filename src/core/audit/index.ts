export type { Actor, Envelope, Sealed } from "./envelope.ts";
