export { type Checkpointer, openCheckpointer } from "./checkpointer.ts";
export { type ExportedBundle, exportBundle } from "./export.ts";
export { CHECKPOINTS_ENDING } from "./outside.ts";
export { makeSigningKey, readSigningKey, type SigningKey } from "./signing.ts";
export { type AuditVerdict, type Verifying, verifyLog } from "./verify.ts";
