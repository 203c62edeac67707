import { setTimeout as sleep } from "node:timers/promises";
import { CAN_LIST, folderOf, listProcesses, type Process } from "./process-list.ts";

/** The first process of a tree; it was started as the leader of a session of its own. */
export type Root = {
  readonly pid: number;
  /** As `Process.started`; null where this system does not show it. */
  readonly started: number | null;
  /** A folder that is the tree's alone: who works in it belongs to it. */
  readonly folder: string | null;
};

/** Looks for what is left, after SIGKILL, this many times. */
const KILL_ROUNDS_MOST = 40;
const FIRST_PAUSE_MS = 5;
const PAUSE_MS_MOST = 100;

/**
 * Ends a process and everything that came of it: SIGTERM, and SIGKILL for what is left after
 * `graceMs`; 0 is SIGKILL at once. On Linux that is its session, its group, all descendants, also
 * those in sessions of their own, and who works in its folder. Elsewhere it is the group.
 *
 * What cannot be found: a process that left the session, whose parents have all ended, and that
 * works in another folder; a process of another user cannot be ended.
 *
 * @returns whether all that was found has ended
 */
export async function endTree(root: Root, graceMs: number): Promise<boolean> {
  if (graceMs > 0 && signal(root, "SIGTERM") > 0) {
    const until = performance.now() + graceMs;
    for (let pause = FIRST_PAUSE_MS; performance.now() < until; pause = longer(pause)) {
      await sleep(Math.min(pause, Math.max(1, until - performance.now())));
      if (signal(root, 0) === 0) return true;
    }
  }
  for (let round = 0, pause = FIRST_PAUSE_MS; round < KILL_ROUNDS_MOST; round += 1) {
    if (signal(root, "SIGKILL") === 0) return true;
    await sleep(pause);
    pause = longer(pause);
  }
  return signal(root, 0) === 0;
}

function longer(pauseMs: number): number {
  return Math.min(pauseMs * 2, PAUSE_MS_MOST);
}

/** @returns how many there are */
function signal(root: Root, name: NodeJS.Signals | 0): number {
  if (!CAN_LIST) return send(-root.pid, name) ? 1 : 0;
  const tree = treeOf(root, listProcesses());
  if (name !== 0) for (const { pid } of tree) send(pid, name);
  return tree.length;
}

function send(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false; // it has ended by now, or is not ours to end
  }
}

/** Those of `all` that belong to the tree. Never this process, nor one that was there before the root. */
export function treeOf(root: Root, all: readonly Process[]): readonly Process[] {
  const leader = all.find(({ pid }) => pid === root.pid);
  const isReused = leader !== undefined && root.started !== null && leader.started !== root.started;
  const isOurs = ({ pid, session, group }: Process): boolean =>
    !isReused && (pid === root.pid || session === root.pid || group === root.pid);
  const worksInFolder = ({ pid, hasTerminal }: Process): boolean =>
    root.folder !== null && !hasTerminal && isWithin(folderOf(pid), root.folder);

  const younger = all.filter(
    ({ pid, started }) => pid !== process.pid && started >= (root.started ?? 0),
  );
  const tree = new Set(younger.filter((one) => isOurs(one) || worksInFolder(one)));
  const childrenOf = Map.groupBy(younger, ({ parent }) => parent);
  // A set is walked in the order of its making, so what is added here is walked too.
  for (const one of tree) for (const child of childrenOf.get(one.pid) ?? []) tree.add(child);
  return [...tree];
}

/** A folder that was removed is shown with " (deleted)" behind its name. */
function isWithin(folder: string, outer: string): boolean {
  return folder === outer || folder.startsWith(`${outer}/`) || folder === `${outer} (deleted)`;
}
