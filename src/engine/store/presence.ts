import { statSync } from "node:fs";
import { MusterError } from "../../core/problem.ts";

/** A look takes as long as a tenth of what else a step does: one for all commits of so long. */
const LOOKED_AGAIN_MS = 10;

/**
 * Whether the file that is written to is still the one that stands under its name. SQLite goes on
 * writing to a file that was removed, and all of it is lost, as what was told just before is.
 *
 * @returns throws `MusterError` "io" when the file is gone, or another one
 */
export function presenceOf(path: string, clock = (): number => performance.now()): () => void {
  const first = statSync(path);
  let looked = Number.NEGATIVE_INFINITY;
  return () => {
    const at = clock();
    if (at - looked < LOOKED_AGAIN_MS) return;
    const now = statSync(path, { throwIfNoEntry: false });
    if (now?.ino === first.ino && now.dev === first.dev) {
      looked = at;
      return;
    }
    throw new MusterError({
      code: "io",
      message: `The log ${path} was ${now ? "replaced" : "removed"} while Muster was writing to it. What was told before may be lost with it; nothing more is told.`,
      mend: "Put the folder .muster back as it was, or end this process and begin anew.",
    });
  };
}
