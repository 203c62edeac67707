export {
  addErasures,
  ERASURES_ENDING,
  ERASURES_FILE,
  type Erased,
  erasuresIn,
  readErasures,
} from "./erasure-list.ts";
export type { Erasure, Keyring, Locked, SubjectKept } from "./keyring.ts";
export { destroyInCopy } from "./keys-in-copy.ts";
export { KEYS_FILE, openKeyring } from "./keys-in-file.ts";
export { openMemoryKeyring } from "./keys-in-memory.ts";
export { KEYS_FOLDER, writeOnce } from "./write-once.ts";
