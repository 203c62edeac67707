import { chmodSync, mkdirSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { MusterError } from "../../../core/problem.ts";
import { refusal } from "../../refusal.ts";

/** The folder beside a company's files that holds all state. */
export const STATE_FOLDER = ".muster";

/**
 * Makes sure of the state folder: there, its owner's alone (0700), and on a disk of this machine.
 * @returns its path
 * @throws MusterError "no-folder", "read-only", "network-disk", "disk-full" or "io"
 */
export function prepareFolder(company: string, allowsNetworkDisk: boolean): string {
  const state = join(company, STATE_FOLDER);
  try {
    if (!statSync(company, { throwIfNoEntry: false })?.isDirectory()) throw noFolder(company);
    if (!allowsNetworkDisk) refuseNetworkDisk(company, statfsSync(company).type);
    const found = statSync(state, { throwIfNoEntry: false });
    if (!found) mkdirSync(state, { mode: 0o700 });
    else if (!found.isDirectory()) throw inTheWay(state);
    else if ((found.mode & 0o077) !== 0) chmodSync(state, 0o700);
    return state;
  } catch (error) {
    throw refusal(error, `The folder ${state} cannot be used`);
  }
}

/** File systems whose locks and flushes cannot be relied on, by Linux's number. @see statfs(2) */
const NETWORK_DISKS: Readonly<Record<number, string>> = {
  0x6969: "NFS",
  0x517b: "SMB",
  0xff534d42: "CIFS",
  0xfe534d42: "SMB",
  0x65735546: "FUSE",
  0x01021997: "9P",
  0x00c36400: "Ceph",
  0x5346414f: "AFS",
  0x0bd00bd0: "Lustre",
};

/** @param type as statfs gives it, which may be negative where it has 32 bits; only Linux has these numbers */
export function refuseNetworkDisk(company: string, type: number): void {
  const name = process.platform === "linux" ? NETWORK_DISKS[type >>> 0] : undefined;
  if (name === undefined) return;
  throw new MusterError({
    code: "network-disk",
    message: `${company} is on a network disk (${name}): locks and flushes there may not hold, and the log may be damaged.`,
    mend: "Put the company's folder on a disk of this machine; or allow network disks (allowsNetworkDisk), at your own risk.",
  });
}

function inTheWay(state: string): MusterError {
  return new MusterError({
    code: "no-folder",
    message: `${state} is a file; Muster keeps the company's state in a folder of that name.`,
    mend: `Move the file ${state} away.`,
  });
}

function noFolder(company: string): MusterError {
  return new MusterError({
    code: "no-folder",
    message: `There is no folder ${company}.`,
    mend: "Give the path of a company's folder, or make it first.",
  });
}
