import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process of this machine. `started` tells it from a later one that is given the same number. */
export type Process = {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** It has a terminal: somebody sits before it. */
  readonly hasTerminal: boolean;
  /** Clock ticks since the machine started. */
  readonly started: number;
};

/** Only Linux shows its processes as files. */
export const CAN_LIST: boolean = process.platform === "linux";

/** Every process but those that have ended and wait to be collected; empty on other systems. */
export function listProcesses(): readonly Process[] {
  if (!CAN_LIST) return [];
  return readdirSync("/proc").flatMap((name) => {
    const found = /^\d+$/.test(name) ? readProcess(Number(name)) : null;
    return found === null ? [] : [found];
  });
}

/** null where there is none, or it has ended, or this system does not show it. */
export function readProcess(pid: number): Process | null {
  const text = read(`/proc/${pid}/stat`);
  // The second field is the program's name in brackets, and may hold anything.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, parent, group, session, terminal] = fields;
  const started = fields[19];
  if (started === undefined || state === "Z" || state === "X") return null;
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    hasTerminal: terminal !== "0",
    started: Number(started),
  };
}

/** What it holds in memory now, shared pages included; 0 where it cannot be seen. */
export function memoryBytes(pid: number): number {
  const [, kilobytes = "0"] = /^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`)) ?? [];
  return Number(kilobytes) * 1024;
}

/**
 * Processor time in milliseconds: its own, and that of those of its children that have ended and were
 * waited for; 0 where it cannot be seen. Linux counts it in hundredths of a second.
 */
export function processorMs(pid: number): number {
  const text = read(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [user = "0", system = "0", childUser = "0", childSystem = "0"] = fields.slice(11, 15);
  return (Number(user) + Number(system) + Number(childUser) + Number(childSystem)) * TICK_MS;
}

const TICK_MS = 10;

/** The folder it works in; "" where it cannot be seen. */
export function folderOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}

/** Changes with every start of the machine, after which process numbers mean others. */
export function bootId(): string {
  return CAN_LIST ? read("/proc/sys/kernel/random/boot_id").trim() : "";
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
