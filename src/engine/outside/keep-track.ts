import type { Root } from "./process-tree.ts";
import type { Scratch } from "./scratch.ts";
import type { Warden } from "./warden.ts";

/**
 * Sees to it that a process we begin does not outlive us for ever: the warden ends it when we are
 * ended without a word, and where that fails the note in its folder lets the next opening do it.
 *
 * @returns forgets it, when it has ended; never rejects
 */
export function keepTrack(
  root: Root,
  warden: Warden,
  scratch: Promise<Scratch>,
): () => Promise<void> {
  warden.begun(root.pid);
  const noted = scratch.then((folder) => folder.note(root)).catch(() => {});
  return () => {
    warden.ended(root.pid);
    return noted;
  };
}
