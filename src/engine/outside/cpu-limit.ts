import { listProcesses, processorMs } from "./process-list.ts";
import { type Root, treeOf } from "./process-tree.ts";

/** How often processor time is looked at. */
const CPU_POLL_MS = 50;
/** The looks take at most one part in this many of the process's time, however many processes there are. */
const POLL_SHARE = 20;
/** What a tree that was idle may use at once: this long of its cores. */
const BURST_MS = 250;

type Limited = {
  readonly root: Root;
  readonly coresMost: number;
  readonly slowed: () => void;
  /** Processor time that it may still use; below zero it stands still. */
  creditMs: number;
  usedMs: number;
  at: number;
  isStill: boolean;
  wasSlowed: boolean;
};

const limited = new Set<Limited>();
let timer: NodeJS.Timeout | null = null;

/**
 * Keeps the processes of a tree together to so many processor cores: who has used more is stopped
 * (SIGSTOP) until its share of the time that has passed has caught up, and goes on (SIGCONT). So it
 * comes late, and never fails for it alone; a step's timeout bounds what it uses in all. Calls
 * `slowed` once, the first time.
 *
 * What it does not count: a process that left the session and whose parents have all ended, and
 * children that ended between two looks and that nobody waited for.
 *
 * @returns ends the limit, and lets go on what stands still
 */
export function limitCpu(root: Root, coresMost: number, slowed: () => void): () => void {
  const one: Limited = {
    root,
    coresMost,
    slowed,
    creditMs: BURST_MS * coresMost,
    usedMs: usedBy(root, listProcesses()),
    at: performance.now(),
    isStill: false,
    wasSlowed: false,
  };
  limited.add(one);
  if (timer === null) next(CPU_POLL_MS);
  return () => {
    limited.delete(one);
    if (one.isStill) tell(one, "SIGCONT");
    one.isStill = false;
  };
}

function next(ms: number): void {
  timer = setTimeout(look, ms);
  timer.unref();
}

function look(): void {
  timer = null;
  if (limited.size === 0) return;
  const begun = performance.now();
  const all = listProcesses();
  for (const one of limited) {
    count(one, usedBy(one.root, all));
    if (one.creditMs < 0) hold(one);
    else if (one.isStill) {
      one.isStill = false;
      tell(one, "SIGCONT");
    }
  }
  next(Math.max(CPU_POLL_MS, (performance.now() - begun) * POLL_SHARE));
}

function count(one: Limited, usedMs: number): void {
  const now = performance.now();
  const earned = one.creditMs + (now - one.at) * one.coresMost;
  one.creditMs = Math.min(BURST_MS * one.coresMost, earned) - Math.max(0, usedMs - one.usedMs);
  one.usedMs = usedMs;
  one.at = now;
}

/** Told at every look, for those that have come since. */
function hold(one: Limited): void {
  one.isStill = true;
  tell(one, "SIGSTOP");
  if (one.wasSlowed) return;
  one.wasSlowed = true;
  one.slowed();
}

function usedBy(root: Root, all: ReturnType<typeof listProcesses>): number {
  return treeOf({ ...root, folder: null }, all).reduce((sum, { pid }) => sum + processorMs(pid), 0);
}

function tell({ root }: Limited, signal: "SIGSTOP" | "SIGCONT"): void {
  for (const { pid } of treeOf({ ...root, folder: null }, listProcesses())) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended by now, or is not ours.
    }
  }
}

/** What a person is told, once in an attempt. */
export function slowedTo(coresMost: number): string {
  return `Used more than ${coresMost} of the processor's cores and is slowed to that (cpu_limit_per_agent).`;
}
