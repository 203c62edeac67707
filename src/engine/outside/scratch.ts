import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bootId, readProcess } from "./process-list.ts";
import { endTree, type Root } from "./process-tree.ts";

/** A folder for one attempt of a command: `work` is the command's, and beside it stands whose it is. */
export type Scratch = {
  /** Empty and fresh; the command's working folder. */
  readonly work: string;
  /** Notes the process that runs here, so that whoever opens the company next can end it. */
  note(root: Root): Promise<void>;
  remove(): Promise<void>;
};

/** `<scratch>/<our process>-<chance>/work` */
export async function openScratch(scratch: string): Promise<Scratch> {
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  // Processes are known by the real path of the folder they work in.
  const folder = await realpath(await mkdtemp(join(scratch, `${process.pid}-`)));
  const work = join(folder, "work");
  await mkdir(work);
  return {
    work,
    note: (root) => writeFile(join(folder, NOTE), JSON.stringify(noteOf(root))),
    remove: () => remove(folder),
  };
}

const NOTE = "owner.json";

type Note = {
  readonly boot: string;
  readonly owner: { readonly pid: number; readonly started: number | null };
  readonly root: { readonly pid: number; readonly started: number | null };
};

function noteOf({ pid, started }: Root): Note {
  return { boot: bootId(), owner: self(), root: { pid, started } };
}

function self(): Note["owner"] {
  return { pid: process.pid, started: readProcess(process.pid)?.started ?? null };
}

/** What cannot be removed now is left to the next sweep. */
async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 2 }).catch(() => {});
}

/**
 * Ends what commands of an earlier process left running, and removes their folders. Folders of
 * processes that live are left alone. Where the processes cannot be told apart (another system than
 * Linux), folders are removed and nothing is ended.
 *
 * @returns the folders that were removed
 */
export async function sweepScratch(scratch: string): Promise<readonly string[]> {
  const names = await readdir(scratch).catch(() => []);
  const real = await realpath(scratch).catch(() => scratch);
  const swept: string[] = [];
  for (const name of names) {
    const [, owner] = /^(\d+)-\w+$/.exec(name) ?? [];
    const folder = join(real, name);
    if (owner === undefined) continue;
    const note = await readNote(join(folder, NOTE));
    if (isOwned(Number(owner), note)) continue;
    await endOrphans(join(folder, "work"), note);
    await remove(folder);
    swept.push(folder);
  }
  return swept;
}

async function readNote(file: string): Promise<Note | null> {
  try {
    const note: unknown = JSON.parse(await readFile(file, "utf8"));
    return isNote(note) ? note : null;
  } catch {
    return null; // its process ended before it was written, or while it was
  }
}

function isNote(value: unknown): value is Note {
  return (
    isRecord(value) &&
    typeof value["boot"] === "string" &&
    isProcess(value["owner"]) &&
    isProcess(value["root"])
  );
}

function isProcess(value: unknown): value is Note["owner"] {
  if (!isRecord(value) || !Number.isSafeInteger(value["pid"]) || Number(value["pid"]) < 2) {
    return false;
  }
  return value["started"] === null || typeof value["started"] === "number";
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** Whether the process that made the folder lives. Without a note its number is all there is to go by. */
function isOwned(pid: number, note: Note | null): boolean {
  if (pid === process.pid) return note === null || note.owner.started === self().started;
  if (note !== null && note.boot !== bootId()) return false;
  const owner = readProcess(pid);
  if (owner === null) return process.platform !== "linux" && isAlive(pid);
  return note === null || note.owner.started === owner.started;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Without a note of this start of the machine, only who works in the folder can be known for one of it. */
async function endOrphans(work: string, note: Note | null): Promise<void> {
  const isKnown = note !== null && note.root.started !== null && note.boot === bootId();
  const root: Root = isKnown
    ? { ...note.root, folder: work }
    : { pid: NOBODY, started: null, folder: work };
  if (process.platform === "linux") await endTree(root, 0);
}

/** No process has this number. */
const NOBODY = -1;
