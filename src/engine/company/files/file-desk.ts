import { hash } from "node:crypto";
import { createReadStream, mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MusterError } from "../../../core/problem.ts";
import type { FileDesk } from "../../agents/index.ts";
import { filesFolder, openFiles } from "../../artifacts/index.ts";
import type { Clock } from "../../runtime/index.ts";
import { type Log, STATE_FOLDER } from "../../store/index.ts";

export type OpenedDesk = FileDesk & { readonly close: () => void };

/** The files of a company; of one in memory they stand in a folder of the system until it is closed. */
export function openFileDesk(
  { log, clock, folder }: { readonly log: Log; readonly clock: Clock; readonly folder: string },
  isInMemory: boolean,
): OpenedDesk {
  let own: string | null = null;
  const place = (): string => {
    if (!isInMemory) return filesFolder(join(folder, STATE_FOLDER, "artifacts"));
    own ??= mkdtempSync(join(tmpdir(), "muster-files-"));
    return own;
  };
  return {
    keep: async (what, { name, by }) => {
      const source = "path" in what ? createReadStream(what.path) : [what.bytes];
      const { digest, bytes } = await openFiles(place()).keep(source);
      await log.keepFile({ digest, bytes, name, by, at: clock.now() });
      return { file: digest, name, bytes };
    },
    copy: async (digest, to) => await openFiles(place()).copy(digest, to),
    read: async (digest) => {
      const path = openFiles(place()).path(digest);
      const bytes = await readFile(path).catch(() => null);
      if (bytes !== null && `sha256:${hash("sha256", bytes)}` === digest) return bytes;
      throw new MusterError({
        code: "corrupt",
        message: `The file ${path} is not there, or not what was written.`,
        mend: "Restore the folder .muster from a copy made before the damage.",
      });
    },
    has: (digest) => log.file(digest) !== null,
    close: () => {
      if (own !== null) rmSync(own, { recursive: true, force: true });
      own = null;
    },
  };
}
