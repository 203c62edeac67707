/** Verbs whose only work is what they print: without a reader they have nothing to do. */
const LOOKING: ReadonlySet<string> = new Set([
  "check",
  "complete",
  "completion",
  "config show",
  "doctor",
  "agents list",
  "agents show",
  "artifacts list",
  "checkpoints list",
  "cases list",
  "cases show",
  "delegate list",
  "halt list",
  "inbox list",
  "map check",
  "map diff",
  "map versions",
  "which",
  "inbox show",
  "audit verify",
  "why",
  "runs diff",
  "runs events",
  "runs list",
  "runs notices",
  "runs show",
  "runs verify",
  "runs watch",
  "runs why-waiting",
]);

/** @param words after the program's name */
export function onlyLooks(words: readonly string[]): boolean {
  const named = words.filter((word) => !word.startsWith("-"));
  if (words.includes("--help") || words.includes("-h") || named.length === 0) return true;
  // A value of an option may stand before the verb: muster -C DIR runs list.
  return named.some((one, at) => LOOKING.has(one) || LOOKING.has(`${one} ${named[at + 1] ?? ""}`));
}
