import { realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MusterError, type Problem } from "../core/problem.ts";
import {
  type Company,
  type CompanyOptions,
  openCompany as openHere,
} from "../engine/company/index.ts";
import { STATE_FOLDER } from "../engine/store/index.ts";
import { addressOf } from "./address.ts";
import { openGuest, waitingAt } from "./guest.ts";
import { isGone, knock, type Line, openLine } from "./line.ts";
import { type Served, serve } from "./serve.ts";
import { standIn } from "./stand-in.ts";
import { API_VERSION, ownVersion } from "./version.ts";

/**
 * How long a folder that somebody holds, and where nobody answers, is tried again: who opens or closes
 * it takes a while. Time that this process was asleep for longer than it asked is not counted: on a
 * machine that is busy the other one gets as little of it.
 */
const HOLDER_MOST_MS = 15_000;
const LOOK_AGAIN_MS = 25;

/**
 * Opens a company's folder. What was left unfinished goes on at once. Where another process is at
 * work in it, that one is asked for everything, over a socket in the folder; when it ends, this one
 * takes its place.
 *
 * @param folder with `workflows` and `agents`; its state is kept beside them, in `.muster`
 * @throws MusterError "no-folder", "locked", "read-only", "network-disk", "disk-full", "corrupt",
 *   "newer-version" or "io"; then nothing is held
 */
export async function openCompany(folder: string, options: CompanyOptions = {}): Promise<Company> {
  const path = resolve(folder);
  if (options.memory === true) return await openHere(path, options);
  if (options.perform === false) return await openLook(path, options);
  const company = await openOrAsk(path, options);
  if (!company.isGuest) return company;
  return standIn(company, async () => {
    const next = await openOrAsk(path, options);
    if (!next.isGuest) options.trouble?.(takenOver(path));
    return next;
  });
}

/** Two that race for the folder: one gets it, and the other asks that one. */
async function openOrAsk(folder: string, options: CompanyOptions): Promise<Company> {
  for (let waitedMs = 0; ; waitedMs += LOOK_AGAIN_MS) {
    try {
      return await openServed(folder, options);
    } catch (error) {
      if (!(error instanceof MusterError) || error.code !== "locked") throw error;
      if (options.agents ?? options.workflows ?? options.clock) throw bringsItsOwn(error);
      const asked = performance.now();
      const guest = await ask(folder, options);
      if (guest !== null) return guest;
      waitedMs += performance.now() - asked;
      if (waitedMs > HOLDER_MOST_MS) throw error;
    }
    await sleep(LOOK_AGAIN_MS);
  }
}

/** The folder in this process, and others answered. A socket that cannot be made keeps nobody from work. */
async function openServed(folder: string, options: CompanyOptions): Promise<Company> {
  const company = await openHere(folder, options);
  const serving = serve(join(folder, STATE_FOLDER), company).catch((error: unknown): Served => {
    if (!(error instanceof MusterError)) throw error;
    options.trouble?.(warningOf(error));
    return { close: () => undefined };
  });
  const close = async (): Promise<void> => {
    (await serving).close();
    await company.close();
  };
  return { ...company, close, [Symbol.asyncDispose]: close };
}

/** null where nobody answers. */
async function ask(folder: string, options: CompanyOptions): Promise<Company | null> {
  const line = openLine(addressOf(join(folder, STATE_FOLDER)));
  try {
    const host = await hostOf(line, folder);
    if (host === null) {
      line.close();
      return null;
    }
    if (host.api !== API_VERSION) throw otherApi(folder, host);
    if (host.version !== ownVersion()) options.trouble?.(otherVersion(folder, host));
    return await openGuest(folder, line);
  } catch (error) {
    line.close();
    if (isGone(error)) return null;
    throw error;
  }
}

type Host = { readonly version: string; readonly api: number; readonly process: number };

async function hostOf(line: Line, folder: string): Promise<Host | null> {
  const told = await knock(line);
  if (told === null || !told.ok) return null;
  const { folder: other, ...host } = told.body as Host & { readonly folder: string };
  // The note of where to ask may have been copied with the folder.
  return realpathSync(other) === realpathSync(folder) ? host : null;
}

/** Only looks; what only the process at work can tell, it is asked. */
async function openLook(folder: string, options: CompanyOptions): Promise<Company> {
  const look = await openHere(folder, options);
  if (!look.isAtWork()) return look;
  const line = openLine(addressOf(join(folder, STATE_FOLDER)));
  const close = async (): Promise<void> => {
    line.close();
    await look.close();
  };
  const waiting: Company["waiting"] = async (run) => {
    try {
      return await waitingAt(line, run);
    } catch (error) {
      if (error instanceof MusterError) return await look.waiting(run);
      throw error;
    }
  };
  return { ...look, waiting, close, [Symbol.asyncDispose]: close };
}

function warningOf({ code, message, mend }: MusterError): Problem {
  return { code, severity: "warning", message, ...(mend === undefined ? {} : { mend }) };
}

function takenOver(folder: string): Problem {
  return {
    code: "gone",
    severity: "warning",
    message: `The process that was at work in ${folder} has ended; this one goes on with the work.`,
  };
}

function bringsItsOwn({ message }: MusterError): MusterError {
  return new MusterError({
    code: "locked",
    message: `${message} It cannot be asked to use the agents, workflows or clock that are handed in here.`,
    mend: "Close the company there first; or write agents and workflows as files of the folder.",
  });
}

function otherApi(folder: string, { version, process: id }: Host): MusterError {
  return new MusterError({
    code: "newer-version",
    message: `Process ${id} is at work in ${folder} with Muster ${version}, which this Muster ${ownVersion()} does not understand.`,
    mend: `Use the same version for both; or end that process first (kill ${id}).`,
  });
}

function otherVersion(folder: string, { version, process: id }: Host): Problem {
  return {
    code: "newer-version",
    severity: "warning",
    message: `Process ${id} is at work in ${folder} with Muster ${version}; this is Muster ${ownVersion()}. That one does the work.`,
    mend: "End it and begin anew to use this version; nothing is lost.",
  };
}
