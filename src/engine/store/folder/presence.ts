import { statSync } from "node:fs";
import { MusterError } from "../../../core/problem.ts";

/**
 * Whether the file that is written to is still the one that stands under its name. SQLite goes on
 * writing to a file that was removed, and all of it would be lost: nothing may be told that is not on
 * disk.
 *
 * @returns throws `MusterError` "io" when the file is gone, or another one
 */
export function presenceOf(path: string): () => void {
  const first = statSync(path);
  return () => {
    const now = statSync(path, { throwIfNoEntry: false });
    if (now?.ino === first.ino && now.dev === first.dev) return;
    throw new MusterError({
      code: "io",
      message: `The log ${path} was ${now ? "replaced" : "removed"} while Muster was writing to it. What was told before may be lost with it; nothing more is told.`,
      mend: "Put the folder .muster back as it was, or end this process and begin anew.",
    });
  };
}
