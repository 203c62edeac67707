import { createHash } from "node:crypto";
import { createReadStream, readdirSync, rmSync, statSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Digest, parseDigest } from "../../core/id.ts";
import { MusterError } from "../../core/problem.ts";
import { keepNames, makeFolder } from "../kept-names.ts";

/** Of one file that agents or people give. */
export const FILE_BYTES_MOST: number = 256 * 1024 * 1024;
/** A file that no row names is another's work while it is younger. */
const STRAY_AFTER_MS = 3_600_000;

/** Files as they are, bytes and all, each under the digest of its bytes: `ab/cdef…`. Never changed. */
export type Files = {
  /**
   * Written as it comes and flushed, name and all, when it returns. Twice is once.
   * @throws MusterError "bad-input" above `FILE_BYTES_MOST`; what the file system and the source throw
   */
  readonly keep: (source: Source) => Promise<{ readonly digest: Digest; readonly bytes: number }>;
  /** Where its bytes are. Only to be read. */
  readonly path: (digest: Digest) => string;
  readonly bytes: (digest: Digest) => number | null;
  /** A copy; what is not what its name says is not copied. @throws MusterError "corrupt" */
  readonly copy: (digest: Digest, to: string) => Promise<void>;
  readonly remove: (digest: Digest) => void;
  /** Names of files from the first after that one, without those that came of late. */
  readonly old: (after: string, most: number) => readonly OldFile[];
  readonly removeFile: (name: string) => void;
};

export type OldFile = { readonly name: string; readonly digest: Digest | null };

type Source = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Beside large contents, under their folder. */
export function filesFolder(artifacts: string): string {
  return join(artifacts, "files");
}

/** @param folder made when the first file is written */
export function openFiles(folder: string): Files {
  const path = (digest: Digest): string => {
    const hex = digest.slice("sha256:".length);
    return join(folder, hex.slice(0, 2), hex.slice(2));
  };
  return {
    path,
    keep: (source) => keep(folder, source, path),
    bytes: (digest) => statSync(path(digest), { throwIfNoEntry: false })?.size ?? null,
    copy: (digest, to) => copy(path(digest), digest, to),
    remove: (digest) => rmSync(path(digest), { force: true }),
    old: (after, most) => oldIn(folder, after, most),
    removeFile: (name) => rmSync(join(folder, name), { force: true }),
  };
}

let drafts = 0;

async function keep(
  folder: string,
  source: Source,
  path: (digest: Digest) => string,
): Promise<{ readonly digest: Digest; readonly bytes: number }> {
  drafts += 1;
  const shelf = join(folder, DRAFTS);
  makeFolder(shelf);
  const draft = join(shelf, `${process.pid}-${Date.now()}-${drafts}`);
  try {
    const { digest, bytes } = await written(source, draft);
    const target = path(digest);
    makeFolder(dirname(target));
    await rename(draft, target);
    keepNames(dirname(target));
    return { digest, bytes };
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Flushed before it has its name. */
async function written(
  source: Source,
  draft: string,
): Promise<{ readonly digest: Digest; readonly bytes: number }> {
  const seal = sealing();
  await poured(seal.pass(source), draft, "w");
  return seal.sealed();
}

async function copy(from: string, digest: Digest, to: string): Promise<void> {
  const seal = sealing();
  try {
    await poured(seal.pass(createReadStream(from)), to, "wx");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code !== "EEXIST") await rm(to, { force: true });
    if (code === "ENOENT" && !isThere(from)) throw damaged(from, "is not there");
    throw error;
  }
  if (seal.sealed().digest === digest) return;
  await rm(to, { force: true });
  throw damaged(from, "is not what was written");
}

/** Flushed when it returns. */
async function poured(
  source: AsyncIterable<Uint8Array>,
  to: string,
  flags: "w" | "wx",
): Promise<void> {
  const file = await open(to, flags, 0o600);
  try {
    for await (const part of source) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Lets bytes through and counts them into a digest. */
function sealing(): {
  readonly pass: (source: Source) => AsyncGenerator<Uint8Array>;
  readonly sealed: () => { readonly digest: Digest; readonly bytes: number };
} {
  const hash = createHash("sha256");
  let bytes = 0;
  return {
    async *pass(source) {
      for await (const part of source) {
        bytes += part.byteLength;
        if (bytes > FILE_BYTES_MOST) throw tooLarge();
        hash.update(part);
        yield part;
      }
    },
    sealed: () => {
      const digest = parseDigest(`sha256:${hash.digest("hex")}`);
      if (digest === null) throw new Error("SHA-256 gave no digest");
      return { digest, bytes };
    },
  };
}

const DRAFTS = "drafts";
const SHELF = /^([0-9a-f]{2}|drafts)$/;

/** In their order; only what was written here. */
function oldIn(folder: string, after: string, most: number): readonly OldFile[] {
  const found: OldFile[] = [];
  if (!isThere(folder)) return found;
  const before = Date.now() - STRAY_AFTER_MS;
  for (const shelf of readdirSync(folder).toSorted()) {
    if (!SHELF.test(shelf) || shelf < (after.split("/")[0] ?? "")) continue;
    for (const file of readdirSync(join(folder, shelf)).toSorted()) {
      const name = `${shelf}/${file}`;
      const since = statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
      if (name <= after || since > before) continue;
      found.push({ name, digest: parseDigest(`sha256:${shelf}${file}`) });
      if (found.length === most) return found;
    }
  }
  return found;
}

function tooLarge(): MusterError {
  return new MusterError({
    code: "bad-input",
    message: `A file has at most ${FILE_BYTES_MOST} bytes.`,
    mend: "Give it in parts, or keep it elsewhere and give its address.",
  });
}

function damaged(path: string, what: string): MusterError {
  return new MusterError({
    code: "corrupt",
    message: `The file ${path} ${what}.`,
    mend: "Restore the folder .muster from a copy made before the damage.",
  });
}
