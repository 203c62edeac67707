export { type BackedUp, backUp } from "./backup.ts";
export { restore } from "./restore.ts";
