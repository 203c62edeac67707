export { COPIES_KEPT_MOST, openFileCopies } from "./copies.ts";
export { copyIn } from "./copy-of.ts";
export {
  type CheckpointDocument,
  damaged,
  makeDocument,
  movesIn,
  readDocument,
  stateAt,
} from "./document.ts";
export { type CheckpointReader, openReader } from "./reader.ts";
export { openRedisCopies } from "./redis-copies.ts";
export { type Kept, lookIntoShelf, openShelf } from "./shelf.ts";
