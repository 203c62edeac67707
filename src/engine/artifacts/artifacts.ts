import { hash } from "node:crypto";
import {
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type Digest, parseDigest } from "../../core/id.ts";
import { MusterError } from "../../core/problem.ts";
import { keepNames, makeFolder } from "../kept-names.ts";

/** Large contents, each a file named by its digest: `ab/cdef…`. Written once, never changed. */
export type Artifacts = {
  /** On disk, name and all, when it returns. Twice is once. */
  readonly write: (digest: Digest, text: string) => void;
  /**
   * A sealed one is checked by whoever opens it: its name is not of the text that is kept.
   * @throws MusterError "corrupt" where the file is not there or is not what its name says
   */
  readonly read: (digest: Digest, how?: { readonly isSealed: boolean }) => string;
  /** Nobody names it any more. Twice is once. */
  readonly remove: (digest: Digest) => void;
  /** Files in their order, from the first after that name; of a draft that was left the digest is null. */
  readonly files: (
    after: string,
    most: number,
  ) => readonly { readonly name: string; readonly digest: Digest | null }[];
  readonly removeFile: (name: string) => void;
};

/**
 * @param folder made when the first content is written
 * `write` throws what the file system throws; a file that was begun is taken away again.
 */
export function openArtifacts(folder: string): Artifacts {
  return {
    write(digest, text) {
      const path = pathOf(folder, digest);
      const bytes = Buffer.byteLength(text);
      if (statSync(path, { throwIfNoEntry: false })?.size === bytes) return;
      const shelf = dirname(path);
      makeFolder(folder);
      makeFolder(shelf);
      const draft = `${path}.${process.pid}.draft`;
      try {
        writeFileSync(draft, text, { mode: 0o600, flush: true });
        renameSync(draft, path);
      } catch (error) {
        if (statSync(draft, { throwIfNoEntry: false })) unlinkSync(draft);
        throw error;
      }
      keepNames(shelf);
    },
    remove: (digest) => rmSync(pathOf(folder, digest), { force: true }),
    files: (after, most) => filesIn(folder, after, most),
    removeFile: (name) => rmSync(join(folder, name), { force: true }),
    read(digest, { isSealed } = { isSealed: false }) {
      const path = pathOf(folder, digest);
      if (!statSync(path, { throwIfNoEntry: false })) throw damaged(path, "is not there");
      const text = readFileSync(path, "utf8");
      if (!isSealed && `sha256:${hash("sha256", text, "hex")}` !== digest)
        throw damaged(path, "is not what was written");
      return text;
    },
  };
}

/** Only what was written here: another file that somebody laid there is nothing of ours. */
function filesIn(folder: string, after: string, most: number): ReturnType<Artifacts["files"]> {
  const found: { readonly name: string; readonly digest: Digest | null }[] = [];
  if (!statSync(folder, { throwIfNoEntry: false })) return found;
  for (const shelf of readdirSync(folder).toSorted()) {
    if (!SHELF.test(shelf) || shelf < after.slice(0, 2)) continue;
    for (const file of readdirSync(join(folder, shelf)).toSorted()) {
      const name = `${shelf}/${file}`;
      if (!FILE.test(file) || name <= after) continue;
      found.push({ name, digest: parseDigest(`sha256:${shelf}${file}`) });
      if (found.length === most) return found;
    }
  }
  return found;
}

const SHELF = /^[0-9a-f]{2}$/;
const FILE = /^[0-9a-f]{62}(\.\d+\.draft)?$/;

function pathOf(folder: string, digest: Digest): string {
  const hex = digest.slice("sha256:".length);
  return join(folder, hex.slice(0, 2), hex.slice(2));
}

function damaged(path: string, what: string): MusterError {
  return new MusterError({
    code: "corrupt",
    message: `The content ${path} ${what}.`,
    mend: "Restore the folder .muster from a copy made before the damage.",
  });
}
