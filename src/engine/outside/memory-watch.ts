import { listProcesses, memoryBytes } from "./process-list.ts";
import { type Root, treeOf } from "./process-tree.ts";

/** How often memory is looked at. Between two looks a process may take more than its limit. */
const MEMORY_POLL_MS = 250;
/** The looks take at most one part in this many of the process's time, however many processes there are. */
const POLL_SHARE = 20;

type Watched = { readonly root: Root; readonly bytesMost: number; readonly exceeded: () => void };

const watched = new Set<Watched>();
let timer: NodeJS.Timeout | null = null;

/**
 * Calls `exceeded` once, when the processes of a tree hold more memory together than `bytesMost`.
 * Pages that they share are counted for each. One list of processes serves all trees that are
 * watched, and nothing is looked at while there are none.
 *
 * @returns ends the watch
 */
export function watchMemory(root: Root, bytesMost: number, exceeded: () => void): () => void {
  const one: Watched = { root, bytesMost, exceeded };
  watched.add(one);
  if (timer === null) next(MEMORY_POLL_MS);
  return () => {
    watched.delete(one);
  };
}

function next(ms: number): void {
  timer = setTimeout(look, ms);
  timer.unref();
}

function look(): void {
  timer = null;
  if (watched.size === 0) return;
  const begun = performance.now();
  const all = listProcesses();
  for (const one of watched) {
    let bytes = 0;
    for (const { pid } of treeOf({ ...one.root, folder: null }, all)) bytes += memoryBytes(pid);
    if (bytes <= one.bytesMost) continue;
    watched.delete(one);
    one.exceeded();
  }
  next(Math.max(MEMORY_POLL_MS, (performance.now() - begun) * POLL_SHARE));
}
